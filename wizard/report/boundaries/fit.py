"""Breaks words to a width without a font at hand: letters come in four widths, measured a little too wide rather than too narrow."""

from __future__ import annotations

_NARROW = frozenset("iljtfrI.,:;'|!()[]/ ")
_WIDE = frozenset("mwMW@%—…")


def width(text: str, size: float) -> float:
    """An upper estimate of the width of `text` set in the document's text face at `size`, in the same unit."""
    return size * sum(
        0.34 if c in _NARROW else 0.92 if c in _WIDE else 0.66 if c.isupper() or ord(c) > 0x2FF else 0.55 for c in text
    )


def wrap(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """`text` in at most `most` lines that fit in `room`; too long a word is broken, too long a text ends with an ellipsis."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most:
        line = rest.pop(0)
        if width(line, size) > room:
            kept = _head(line, room, size)
            rest.insert(0, line[len(kept) :])
            line = kept
        while rest and width(f"{line} {rest[0]}", size) <= room:
            line = f"{line} {rest.pop(0)}"
        lines.append(line)
    if rest and lines:
        lines[-1] = _head(lines[-1] + " " * 99, room - width("…", size), size).rstrip() + "…"
    return tuple(lines)


def _head(word: str, room: float, size: float) -> str:
    kept = word
    while len(kept) > 1 and width(kept, size) > room:
        kept = kept[:-1]
    return kept
