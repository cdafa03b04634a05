"""Cleans what came with a pasted command (prompts, fences, odd blanks) and tells which shell it was written for."""

from __future__ import annotations

import re
from enum import StrEnum

from wizard.model import Trouble

BIGGEST = 1_000_000
_FENCE = re.compile(r"\A\s*(?:```|~~~)[^\n]*\n(.*?)\n?\s*(?:```|~~~)\s*\Z", re.DOTALL)
_PROMPT = re.compile(r"\A(?:\$|>|%|#|PS [^\n>]{0,200}>|[A-Za-z]:\\[^\n>]{0,200}>)[ \t]*(?=\S)")
_CURL = re.compile(r"(?:[^\s'\"]{0,200}[/\\])?curl(?:\.exe)?(?=\s|\^|\\|\Z)", re.IGNORECASE)
_POWERSHELL = re.compile(
    r"(?:\$\w+\s*=\s*New-Object|\$\w+\.|Invoke-(?:WebRequest|RestMethod)\b|iwr\b|irm\b)", re.IGNORECASE
)
_FETCH = re.compile(r"(?:await\s+|(?:const|let|var)\s+\w+\s*=\s*(?:await\s+)?)?fetch\s*\(")
_CURLY = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
_BLANKS = " \t\u00a0\u202f\u3000"


class Dialect(StrEnum):
    """How quotes and line ends are written: POSIX shells, cmd with carets before quotes, cmd as older browsers wrote it."""

    POSIX = "posix"
    CARET = "caret"
    OLD = "old"


def undress(text: str) -> tuple[str, bool]:
    """The text from ``curl`` on, and whether a prompt stood before it. Trouble for other kinds of copy, with the right menu line."""
    if len(text) > BIGGEST:
        raise Trouble("intake.too-big", most="1 MB")
    text = text.strip(" \t\r\n\u00a0\ufeff")
    fenced = _FENCE.match(text)
    text = (fenced[1] if fenced else text).strip(" \t\r\n\u00a0`")
    bare = _PROMPT.sub("", text, count=1).lstrip(_BLANKS)
    if _POWERSHELL.match(text) or _POWERSHELL.match(bare):
        raise Trouble("intake.powershell")
    if _FETCH.match(bare):
        raise Trouble("intake.fetch")
    if not _CURL.match(bare):
        raise Trouble("intake.no-curl")
    if "'" not in bare and '"' not in bare:
        bare = "".join(_CURLY.get(letter, letter) for letter in bare)
    return bare, bare != text


def after_name(text: str) -> int:
    """Where the arguments begin."""
    found = _CURL.match(text)
    return found.end() if found else 0


def dialect(text: str) -> Dialect:
    """By the first quote after ``curl``, never by searching the text: a body may hold any quote and any caret."""
    first = min((at for at in (text.find("'"), text.find('"')) if at >= 0), default=-1)
    if first < 0:
        return Dialect.OLD if re.search(r"\^\r?\n", text) else Dialect.POSIX
    if text[first] == '"' and text[first - 1] == "^":
        return Dialect.CARET
    if text[first] == "'":
        return Dialect.POSIX
    return Dialect.OLD if _caret_joins(text, first) else Dialect.POSIX


def _caret_joins(text: str, start: int) -> bool:
    """Whether the first line end outside double quotes follows a caret."""
    head = re.search(r"([\^\\])\r?\n", text[:start])
    if head:
        return head[1] == "^"
    inside, at = False, start
    while at < len(text):
        letter = text[at]
        if letter == "\\" and inside:
            at += 1
        elif letter == '"':
            inside = not inside
        elif letter == "'" and not inside:
            return False
        elif letter == "\n" and not inside:
            return text[:at].rstrip(_BLANKS + "\r").endswith("^")
        at += 1
    return False
