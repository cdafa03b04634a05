"""Text from outside made fit for a page: what has no glyph in the shipped fonts, or would move other text, is written out as a code."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import Any

from wizard.words import data

LONGEST = 3000
"""Characters kept of one text; the rest is in the attached evidence."""
LONGEST_WORD = 800
"""Characters kept of one unbroken run: setting a longer one takes time that grows with its square."""
_RUN = re.compile(rf"\S{{{LONGEST_WORD + 20},}}")
_MARKS = 3  # combining marks in a row that are still somebody's language
_MOVING = {"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


@cache
def _covered() -> tuple[list[int], list[int]]:
    """First and last code points of the runs that both families of the document can draw together."""
    rows = [line.split("-") for line in data("templates/report/fonts/coverage.txt").read_text("ascii").split()]
    return [int(row[0], 16) for row in rows], [int(row[-1], 16) for row in rows]


def has_glyph(char: str) -> bool:
    """Whether the shipped fonts can draw this character."""
    first, last = _covered()
    at = bisect_right(first, ord(char)) - 1
    return at >= 0 and ord(char) <= last[at]


def showable(text: str, longest: int = LONGEST) -> str:
    """`text` with line ends kept and everything else that a reader could not see, or that could move text, as ``[U+202E]``."""
    cut = _RUN.sub(_shorter, text[: 8 * longest])
    lost = len(text) - 8 * longest if len(text) > 8 * longest else 0
    lost += max(0, len(cut) - longest)
    out: list[str] = []
    marks = 0
    for char in cut[:longest].replace("\r\n", "\n").replace("\t", "    "):
        marks = marks + 1 if unicodedata.combining(char) else 0
        plain = char == "\n" or (unicodedata.category(char) not in _MOVING and has_glyph(char) and marks <= _MARKS)
        out.append(char if plain else f"[U+{ord(char):04X}]")
    if lost:
        out.append(f" […+{lost}]")
    return "".join(out)


def _shorter(run: re.Match[str]) -> str:
    return f"{run[0][:LONGEST_WORD]}[…+{len(run[0]) - LONGEST_WORD}]"


def all_showable(value: Any) -> Any:
    """Plain data with every text in it made showable; a ``data:`` address of our own making is ASCII and stays."""
    if isinstance(value, str):
        return value if value.startswith("data:image/") and value.isascii() else showable(value)
    if isinstance(value, dict):
        return {key: all_showable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [all_showable(inner) for inner in value]
    return value
