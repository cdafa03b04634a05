"""One pass over the bytes for all anchors: hyperscan, else RE2, else `bytes.find`. All three give the same hits, byte for byte.

The hits are defined by the anchors alone: every (start, anchor) where the anchor's expression matches. hyperscan only reports ends, so a span's
starts are worked out again near each end; RE2 reports one match at a time, so the search goes on one byte later.
"""

from __future__ import annotations

import importlib
import re
import threading
from functools import cache
from typing import Any, Protocol

from wizard.probes.code.secrets.anchors import LONGEST_LITERAL, LONGEST_SPAN, Anchor, anchors


def _library(name: str) -> Any:
    """The library, or None where this computer has no wheel for it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


hyperscan = _library("hyperscan")
re2 = _library("re2")

Hit = tuple[int, int]


class Prefilter(Protocol):
    """One of the three engines. `hits` are (start, anchor number), sorted, each once."""

    name: str

    def hits(self, data: bytes) -> list[Hit]:
        """Every place where an anchor matches."""
        ...


class Hyperscan:
    """Block mode, one database, one scratch a thread. The callback only appends: Python calls are the whole cost."""

    name = "hyperscan"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        self._known = known
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = [(hyperscan.HS_FLAG_CASELESS if a.caseless else 0) | hyperscan.HS_FLAG_DOTALL for a in known]
        expressions = [a.source for a in known]
        self._database.compile(expressions=expressions, ids=list(range(len(known))), elements=len(known), flags=flags)
        self._own = threading.local()
        self._spans = {
            n: re.compile(b"(?=" + a.exact.pattern + b")", a.exact.flags) for n, a in enumerate(known) if not a.width
        }

    def hits(self, data: bytes) -> list[Hit]:
        """Every place where an anchor matches."""
        ends: list[Hit] = []
        add = ends.append

        def seen(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((number, end))

        self._database.scan(data, seen, scratch=self._scratch())
        found: set[Hit] = set()
        regions: dict[int, list[int]] = {}
        for number, end in ends:
            size = self._known[number].width
            if size:
                found.add((end - size, number))
            else:
                regions.setdefault(number, []).append(end)
        for number, where in regions.items():
            found.update((start, number) for start in self._starts(data, number, where))
        return sorted(found)

    def _scratch(self) -> Any:
        if not hasattr(self._own, "scratch"):
            self._own.scratch = hyperscan.Scratch(self._database)
        return self._own.scratch

    def _starts(self, data: bytes, number: int, ends: list[int]) -> set[int]:
        """Where a span begins: all places within its longest length before one of the ends."""
        found: set[int] = set()
        done = 0
        for end in sorted(set(ends)):
            begin = max(done - LONGEST_LITERAL, end - LONGEST_SPAN, 0)
            found.update(match.start() for match in self._near(data, number, begin, end))
            done = end
        return found

    def _near(self, data: bytes, number: int, begin: int, end: int) -> list[re.Match[bytes]]:
        """Matches that start in ``begin..end``; cheap literals first, because a look-ahead at every byte is dear."""
        anchor = self._known[number]
        piece = data[begin:end]
        piece = piece.lower() if anchor.caseless else piece
        found = []
        for literal in anchor.literals:
            at = piece.find(literal)
            while at >= 0:
                match = anchor.exact.match(data, begin + at)
                if match:
                    found.append(match)
                at = piece.find(literal, at + 1)
        return found


class Re2:
    """One alternation of all anchors (`re2.Set` is far slower); what matches at a found place is settled by the anchors themselves."""

    name = "re2"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 64 << 20
        options.log_errors = False
        sources = [b"(?i:" + a.source + b")" if a.caseless else b"(?:" + a.source + b")" for a in known]
        self._any = re2.compile(b"|".join(sources), options)
        self._by_byte: dict[int, list[tuple[int, Anchor]]] = {}
        for number, anchor in enumerate(known):
            for byte in {b for literal in anchor.literals for b in _first(literal, anchor.caseless)}:
                self._by_byte.setdefault(byte, []).append((number, anchor))

    def hits(self, data: bytes) -> list[Hit]:
        """Every place where an anchor matches."""
        found: list[Hit] = []
        at = 0
        while match := self._any.search(data, at):
            start = match.start()
            found += [(start, n) for n, anchor in self._by_byte.get(data[start], ()) if anchor.exact.match(data, start)]
            at = start + 1
        return sorted(found)


class Plain:
    """No library: a search for each literal, then the anchor itself. Slow, and said so on the screen."""

    name = "plain"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        self._known = known

    def hits(self, data: bytes) -> list[Hit]:
        """Every place where an anchor matches."""
        small = data.lower()
        found: set[Hit] = set()
        for number, anchor in enumerate(self._known):
            text = small if anchor.caseless else data
            for literal in anchor.literals:
                at = text.find(literal)
                while at >= 0:
                    if anchor.exact.match(data, at):
                        found.add((at, number))
                    at = text.find(literal, at + 1)
        return sorted(found)


def _first(literal: bytes, caseless: bool) -> set[int]:
    head = literal[:1]
    return {head.lower()[0], head.upper()[0]} if caseless else {head[0]}


@cache
def choose(name: str = "") -> Prefilter:
    """The quickest engine that this computer has, or the one that is named (for tests). Compiled once a process."""
    if hyperscan is not None and name in ("", "hyperscan"):
        return Hyperscan(anchors())
    if re2 is not None and name in ("", "re2"):
        return Re2(anchors())
    return Plain(anchors())
