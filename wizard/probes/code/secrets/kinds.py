"""The kinds of keys, read from ``kinds.toml``: what starts the search, what the whole value looks like, what it opens."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wizard.probes.code.secrets.types import Confidence, Grade

FILE = Path(__file__).resolve().parent.parent / "kinds.toml"
DEFAULT_TAIL = "[A-Za-z0-9_-]{8}"
DEFAULT_REACH = 640
LONGEST_REACH = 4096
LONGEST_BACK = 2048
_PIECE = re.compile(r"(?:\[[^\]]+\]|\\.|.)(?:\{(\d+)\})?")


@dataclass(frozen=True, slots=True)
class Kind:
    """One table of ``kinds.toml``; the head of that file explains each field. `order`: the earlier one names bytes that two kinds fit."""

    id: str
    order: int
    grade: Grade
    anchors: tuple[bytes, ...]
    tail: str
    span: str
    caseless: bool
    words: tuple[bytes, ...]
    back: int
    reach: int
    check: str
    rate: Confidence
    shown: int
    keyed: bool
    live: bool
    sandbox: bool
    binary: bool
    risk: str
    rotate: str
    seen: str
    sources: tuple[str, str, str]

    @property
    def pattern(self) -> re.Pattern[bytes] | None:
        """The whole value, compiled at first use, as the next two are: most kinds are never met in a run."""
        return _compiled(self.sources[0])

    @property
    def near(self) -> re.Pattern[bytes] | None:
        """What must stand near it."""
        return _compiled(self.sources[1])

    @property
    def shape(self) -> re.Pattern[bytes] | None:
        """The whole value of a kind that goes by the vendor's word."""
        return _compiled(self.sources[2])


def width(tail: str) -> int:
    """How many bytes a tail of classes with fixed counts spans."""
    return sum(int(piece[1] or 1) for piece in _PIECE.finditer(tail))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by id, in the file's order."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    return {id_: _kind(id_, order, table) for order, (id_, table) in enumerate(tables.items())}


def _kind(id_: str, order: int, table: dict[str, Any]) -> Kind:
    anchors = tuple(text.encode() for text in table.get("anchor", ()))
    words = tuple(text.encode() for text in table.get("words", ()))
    return Kind(
        id=id_,
        order=order,
        grade=Grade(table["grade"]),
        anchors=anchors,
        tail=table.get("tail", DEFAULT_TAIL),
        span=table.get("span", ""),
        caseless=table.get("caseless", False),
        words=words,
        back=min(table.get("back", 0), LONGEST_BACK),
        reach=min(table.get("reach", DEFAULT_REACH), LONGEST_REACH),
        check=table.get("check", ""),
        rate=Confidence(table.get("rate", "likely" if words else "strong")),
        shown=min(table.get("shown", 0), 18),
        keyed=table.get("keyed", True),
        live=table.get("live", False),
        sandbox=table.get("sandbox", False),
        binary=table.get("binary", False),
        risk=table["risk"],
        rotate=table.get("rotate", ""),
        seen=table.get("seen", "2026-11"),
        sources=(table.get("pattern", ""), table.get("near", ""), table.get("shape", "")),
    )


@cache
def _compiled(source: str) -> re.Pattern[bytes] | None:
    return re.compile(source.encode()) if source else None
