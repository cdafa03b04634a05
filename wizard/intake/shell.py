"""Splits a pasted command into words as its shell would, without ever running anything: POSIX, cmd with carets, cmd of older browsers.

Sources: POSIX.1-2024 2.2 (quoting) and bash's ANSI-C quoting; the Microsoft C runtime's argument rules behind cmd's caret rules.
"""

from __future__ import annotations

import re

from wizard.intake.dialect import Dialect
from wizard.model import Trouble

_BLANKS = frozenset(" \t\u00a0\u202f\u3000")
_ENDS = frozenset("|;&><")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_ANSI = re.compile(r"(?:\\x[0-9A-Fa-f]{1,2})+|\\u[0-9A-Fa-f]{1,4}|\\U[0-9A-Fa-f]{1,8}|\\[0-7]{1,3}|\\(?s:.)")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")


def words(text: str, kind: Dialect, prompted: bool = False) -> list[str]:
    """The arguments after ``curl``. Trouble for an open quote and for text that a shell would run."""
    text = text.replace("\r\n", "\n")
    if kind is Dialect.POSIX:
        return [joined(word) for word in _Posix(text, prompted).run()]
    return [joined(word) for word in (_caret(text) if kind is Dialect.CARET else _old(text))]


def joined(text: str) -> str:
    """UTF-16 halves as one character; a half alone becomes the replacement character, for it has no UTF-8 form."""
    text = _PAIR.sub(lambda two: two[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _LONE.sub("\ufffd", text)


def ansi_c(text: str) -> str:
    r"""The inside of ``$'…'``. A run of ``\xHH`` is UTF-8 where it decodes, else one character each."""
    return _ANSI.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    escape = found[0]
    kind = escape[1]
    if kind == "x" and len(escape) > 2:
        raw = bytes(int(digits, 16) for digits in re.findall(r"\\x([0-9A-Fa-f]{1,2})", escape))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    if kind in "uU" and len(escape) > 2:
        code = int(escape[2:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if kind in "01234567":
        return chr(int(escape[1:], 8) & 0xFF)
    return _SIMPLE.get(kind, kind if kind in "\\'\"?" else escape)


class _Posix:
    def __init__(self, text: str, prompted: bool) -> None:
        self.text = text
        self.prompted = prompted
        self.at = 0
        self.out: list[str] = []
        self.word: list[str] | None = None

    def run(self) -> list[str]:
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in _BLANKS:
                self.flush()
                self.at += 1
            elif letter == "\n" or letter in _ENDS or (letter == "#" and self.word is None):
                break
            else:
                self.piece(letter)
        self.flush()
        return self.out

    def flush(self) -> None:
        if self.word is not None:
            self.out.append("".join(self.word))
        self.word = None

    def add(self, text: str) -> None:
        self.word = _with(self.word, text)

    def piece(self, letter: str) -> None:
        text = self.text
        if letter == "\\":
            self.escape()
        elif letter == "'":
            self.add(self.until("'", self.at + 1))
        elif text.startswith("$'", self.at):
            self.add(ansi_c(self.ansi()))
        elif letter == '"' or text.startswith('$"', self.at):
            self.at += 1 if letter == "$" else 0
            self.double()
        else:
            self.refuse()
            end = self.at + 1
            while (
                end < len(text) and text[end] not in _BLANKS and text[end] not in _ENDS and text[end] not in "\\'\"$`\n"
            ):
                end += 1
            self.add(text[self.at : end])
            self.at = end

    def escape(self) -> None:
        after = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if after != "\n":
            self.add(after)
            return
        if self.prompted and self.text.startswith("> ", self.at):
            self.at += 2

    def until(self, quote: str, start: int) -> str:
        end = self.text.find(quote, start)
        if end < 0:
            raise Trouble("intake.open-quote")
        self.at = end + 1
        return self.text[start:end]

    def ansi(self) -> str:
        start = at = self.at + 2
        while at < len(self.text) and self.text[at] != "'":
            at += 2 if self.text[at] == "\\" else 1
        if at >= len(self.text):
            raise Trouble("intake.open-quote")
        self.at = at + 1
        return self.text[start:at]

    def double(self) -> None:
        self.at += 1
        out: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            after = self.text[self.at + 1 : self.at + 2]
            if letter == '"':
                self.at += 1
                self.add("".join(out))
                return
            self.refuse()
            if letter == "\\" and after and after in '"\\$`\n':
                out.append("" if after == "\n" else after)
                self.at += 1
            else:
                out.append(letter)
            self.at += 1
        raise Trouble("intake.open-quote")

    def refuse(self) -> None:
        if self.text[self.at] == "`" or self.text.startswith("$(", self.at):
            raise Trouble("intake.would-run")


def _caret(text: str) -> list[str]:
    """Read cmd with ``^"``: first the carets as cmd reads them, then quotes and backslashes as the program does."""
    flat: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "^":
            after = text[at + 1 : at + 2]
            if after == "\n":  # joins two lines; a second line end is a real one, inside a value
                real = text.startswith("\n", at + 2)
                flat.append("\n" if real else "")
                at += 3 if real else 2
                continue
            flat.append(after)
            at += 2
        elif letter == "\n" or letter in "|&<>":
            break
        else:
            flat.append(letter)
            at += 1
    return _arguments("".join(flat))


def _arguments(line: str) -> list[str]:
    out: list[str] = []
    word: list[str] | None = None
    inside, at = False, 0
    while at < len(line):
        letter, after = line[at], line[at + 1 : at + 2]
        if letter == "\\" and after in ("\\", '"'):
            word = _with(word, after)
            at += 1
        elif letter == '"':
            word = _with(word, "")
            inside = not inside
        elif not inside and (letter in _BLANKS or letter == "\n"):
            out, word = _closed(out, word)
        else:
            word = _with(word, letter)
        at += 1
    if inside:
        raise Trouble("intake.open-quote")
    return _closed(out, word)[0]


def _old(text: str) -> list[str]:
    """Read cmd as older browsers wrote it: ``""`` is a quote inside quotes, ``"%"`` a percent sign, ``"^`` and two line ends one line end."""
    out: list[str] = []
    word: list[str] | None = None
    inside, at = False, 0
    while at < len(text):
        letter, after = text[at], text[at + 1 : at + 2]
        if letter == "\\" and after in ("\\", '"'):
            word, at = _with(word, after), at + 2
        elif letter == '"' and inside and after == '"':
            word, at = _with(word, '"'), at + 2
        elif letter == '"':
            word, inside, at = _with(word, ""), not inside, at + 1
        elif inside:
            word, at = _with(word, letter), at + 1
        elif letter == "^":
            real = text.startswith("\n\n", at + 1)
            if real or after != "\n":
                word = _with(word, "\n" if real else after)
            at += 3 if real else 2
        elif letter == "\n" or letter in "|&<>":
            break
        elif letter in _BLANKS:
            (out, word), at = _closed(out, word), at + 1
        else:
            word, at = _with(word, letter), at + 1
    if inside:
        raise Trouble("intake.open-quote")
    return _closed(out, word)[0]


def _with(word: list[str] | None, text: str) -> list[str]:
    word = [] if word is None else word
    word.append(text)
    return word


def _closed(out: list[str], word: list[str] | None) -> tuple[list[str], None]:
    if word is not None:
        out.append("".join(word))
    return out, None
