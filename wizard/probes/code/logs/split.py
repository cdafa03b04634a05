"""Bytes into lines: bounded, colours off, control characters shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.probes.code.logs.reading import Reading

MOST_LINE = 1 << 16
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, colours taken off. `file` is its name as shown, `number` counts from 1."""

    file: str
    number: int
    text: str


def split(name: str, some: Iterator[bytes], reading: Reading) -> Iterator[Line]:
    """Lines, parted at LF alone, so that a CR in a line stays in it."""
    rest, number, wide, end = b"", 0, "", b"\n"
    for piece in some:
        if not number and not rest:
            wide = _MARKS.get(piece[:2], "")
            end = {"": b"\n", "utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}[wide]
        parts = (rest + piece).split(end)
        rest = parts.pop()
        for part in parts:
            number += 1
            yield _line(name, number, part, wide, reading)
        if len(rest) > MOST_LINE * 4:
            reading.unread += len(rest) - MOST_LINE
            rest = rest[:MOST_LINE]
    if rest:
        yield _line(name, number + 1, rest, wide, reading)


def _line(name: str, number: int, raw: bytes, wide: str, reading: Reading) -> Line:
    reading.lines += 1
    if len(raw) > MOST_LINE:
        reading.unread += len(raw) - MOST_LINE
        raw = raw[:MOST_LINE]
    text = raw.decode(wide or "utf-8", "replace").rstrip("\r")
    if number == 1:
        text = text.lstrip("\ufeff")
    return Line(name, number, _plain(text))


def _plain(text: str) -> str:
    """Colours off; other control characters become escapes, so that they are seen and do nothing."""
    if text.isprintable():
        return text
    if "\x1b" in text:
        text = _ANSI.sub(
            "", text.replace("\x1b[31mlrline", "\u241b[31mlrline")
        )  # our own colour stays visible: it should not be there
    return _CONTROL.sub(lambda one: f"\\x{ord(one[0]):02x}", text)
