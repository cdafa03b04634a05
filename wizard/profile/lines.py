"""Where each key of a TOML text stands. tomllib gives values without positions; this walks the same text once and keeps the line of every key.

Call it only with text that tomllib accepted: then every quote closes and every bracket has its mate. On other text it stops early and knows less.
"""

from __future__ import annotations

Key = tuple[str | int, ...]
_BLANK = " \t"
_BARE_END = set(" \t\r\n,]}#=")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Key, int] = {}
        self.tables: dict[Key, int] = {}

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def skip(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

    def blank(self, newlines: bool = True) -> None:
        while self.at < len(self.text):
            letter = self.peek()
            if letter == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif letter in _BLANK or (newlines and letter in "\r\n"):
                self.skip(1)
            else:
                return

    def string(self) -> str:
        quote = self.peek(3) if self.peek(3) in ('"""', "'''") else self.peek()
        self.skip(len(quote))
        out: list[str] = []
        while self.at < len(self.text):
            if self.peek(len(quote)) == quote:
                while len(quote) == 3 and self.peek(4) == quote[0] * 4:
                    self.skip(1)
                self.skip(len(quote))
                break
            if quote[0] == '"' and self.peek() == "\\":
                out.append(self.escape())
            else:
                out.append(self.peek())
                self.skip(1)
        return "".join(out)

    def escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        width = {"x": 2, "u": 4, "U": 8}.get(letter, 0)
        digits = self.text[self.at + 2 : self.at + 2 + width]
        self.skip(2 + width)
        try:
            return chr(int(digits, 16)) if width else _ESCAPES.get(letter, letter)
        except (ValueError, OverflowError):
            return ""

    def bare(self, extra: str = "") -> str:
        start = self.at
        while self.at < len(self.text) and self.peek() not in _BARE_END and self.peek() not in extra:
            self.at += 1
        return self.text[start : self.at]

    def key(self) -> Key:
        parts: list[str] = []
        while self.at < len(self.text):
            self.blank(newlines=False)
            parts.append(self.string() if self.peek() in ("'", '"') else self.bare(".]"))
            self.blank(newlines=False)
            if self.peek() != ".":
                break
            self.skip(1)
        return tuple(parts)

    def value(self, path: Key) -> None:
        letter = self.peek()
        if letter in ("'", '"'):
            self.string()
        elif letter == "[":
            self.array(path)
        elif letter == "{":
            self.inline(path)
        else:
            self.bare()

    def array(self, path: Key) -> None:
        self.skip(1)
        index = 0
        while self.at < len(self.text):
            self.blank()
            if self.peek() == "]":
                self.skip(1)
                return
            self.note((*path, index))
            before = self.at
            self.value((*path, index))
            index += 1
            self.blank()
            if self.peek() == ",":
                self.skip(1)
            elif self.at == before:
                return

    def inline(self, path: Key) -> None:
        self.skip(1)
        while self.at < len(self.text):
            self.blank()
            if self.peek() in ("}", ""):
                self.skip(1)
                return
            before = self.at
            self.pair(path)
            self.blank()
            if self.peek() == ",":
                self.skip(1)
            elif self.at == before:
                return

    def pair(self, path: Key) -> None:
        line = self.line
        full = (*path, *self.key())
        for length in range(len(path) + 1, len(full) + 1):
            self.note(full[:length], line)
        if self.peek() == "=":
            self.skip(1)
            self.blank(newlines=False)
            self.value(full)

    def note(self, path: Key, line: int = 0) -> None:
        self.lines.setdefault(path, line or self.line)

    def header(self) -> Key:
        many = self.peek(2) == "[["
        line = self.line
        self.skip(2 if many else 1)
        path = self.key()
        self.skip(2 if many else 1)
        if many:
            index = self.tables.get(path, 0)
            self.tables[path] = index + 1
            self.note(path, line)
            path = (*path, index)
        for length in range(1, len(path) + 1):
            self.note(path[:length], line)
        return path

    def run(self) -> dict[Key, int]:
        path: Key = ()
        while self.at < len(self.text):
            before = self.at
            self.blank()
            if self.peek() == "[":
                path = self.header()
            elif self.peek():
                self.pair(path)
            if self.at == before:
                self.skip(1)
        return self.lines


def index(text: str) -> dict[Key, int]:
    """Line (from 1) of every key, table and array entry: ``("api", "routes", 2)`` is the third route."""
    return _Walk(text).run()


def line_of(lines: dict[Key, int], path: Key) -> int:
    """The line of `path`, or of the nearest table above it; 1 when even that is unknown."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1
