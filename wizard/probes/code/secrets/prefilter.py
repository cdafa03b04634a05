"""One pass over the bytes for all anchors: hyperscan, else RE2, else `bytes.find`. All three give the same hits, byte for byte.

The hits are defined by the anchors alone: every (start, anchor) where the anchor's expression matches. hyperscan reports the leftmost start of each
end, so other starts are looked for between the two; RE2 reports one match at a time, so the search goes on one byte later.
"""

from __future__ import annotations

import importlib
import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from wizard.probes.code.secrets.anchors import LONGEST_SPAN, Anchor, anchors


@cache
def _library(name: str) -> Any:
    """The library, loaded at the first scan; None where this computer has no wheel for it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


Hit = tuple[int, int]
Part = tuple[int, int]
"""Where a text begins and ends in a buffer of several."""


class Prefilter(Protocol):
    """One of the three engines. `hits` are (start, anchor number), sorted, each once; ``first <= start < last``."""

    name: str

    def hits(self, data: bytes, first: int = 0, last: int | None = None) -> list[Hit]:
        """Every place where an anchor matches."""
        ...

    def touched(self, data: bytearray, parts: Sequence[Part]) -> list[int]:
        """Numbers of the parts, side by side in the data, in which an anchor may match: no other has a hit of its own."""
        ...


class Hyperscan:
    """Block mode, one database, one scratch a thread. The callback only appends: Python calls are the whole cost."""

    name = "hyperscan"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        hyperscan = _library("hyperscan")
        self._known = known
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = [
            hyperscan.HS_FLAG_DOTALL
            | (hyperscan.HS_FLAG_CASELESS if a.caseless else 0)
            | (0 if a.width else hyperscan.HS_FLAG_SOM_LEFTMOST)
            for a in known
        ]
        expressions = [a.source for a in known]
        self._database.compile(expressions=expressions, ids=list(range(len(known))), elements=len(known), flags=flags)
        self._own = threading.local()

    def hits(self, data: bytes, first: int = 0, last: int | None = None) -> list[Hit]:
        """Every place where an anchor matches. A part of the data is looked at where it stands, without a copy."""
        last = len(data) if last is None else last
        whole = first == 0 and last + LONGEST_SPAN >= len(data)
        seen: list[tuple[int, int, int]] = []
        add = seen.append

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((number, start, end))

        part = data if whole else memoryview(data)[first : last + LONGEST_SPAN]
        self._database.scan(part, matched, scratch=self._scratch())
        return self._starts(data, seen, first, last) if seen else []

    def touched(self, data: bytearray, parts: Sequence[Part]) -> list[int]:
        """All parts in one pass. No anchor looks at what stands beside it, so each match inside of a part is met in the whole as well."""
        ends: set[int] = set()
        add = ends.add

        def matched(_number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add(end)

        if parts:
            self._database.scan(memoryview(data)[: parts[-1][1]], matched, scratch=self._scratch())
        firsts = [first for first, _ in parts] if ends else []
        return sorted({bisect_right(firsts, end - 1) - 1 for end in ends})

    def _scratch(self) -> Any:
        try:
            return self._own.scratch
        except AttributeError:
            scratch = self._own.scratch = _library("hyperscan").Scratch(self._database)
            return scratch

    def _starts(self, data: bytes, seen: list[tuple[int, int, int]], first: int, last: int) -> list[Hit]:
        found: set[Hit] = set()
        for number, start, end in seen:
            anchor = self._known[number]
            if anchor.width:
                found.add((first + end - anchor.width, number))
                continue
            found.add((first + start, number))
            for inner in _look_ahead(anchor).finditer(data, first + start + 1, first + end):
                if anchor.exact.match(data, inner.start()):
                    found.add((inner.start(), number))
        return sorted(hit for hit in found if hit[0] < last)


@cache
def _look_ahead(anchor: Anchor) -> re.Pattern[bytes]:
    """Finds every place of one of the anchor's literals, overlapping ones too."""
    words = b"|".join(re.escape(literal) for literal in anchor.literals)
    return re.compile(b"(?=(?:" + words + b"))", re.IGNORECASE if anchor.caseless else 0)


class Re2:
    """One alternation of all anchors (`re2.Set` is far slower); what matches at a found place is settled by the anchors themselves."""

    name = "re2"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        re2 = _library("re2")
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

    def hits(self, data: bytes, first: int = 0, last: int | None = None) -> list[Hit]:
        """Every place where an anchor matches."""
        last = len(data) if last is None else last
        part = data[first : last + LONGEST_SPAN]
        found: list[Hit] = []
        at = 0
        while match := self._any.search(part, at):
            at = match.start() + 1
            start = first + at - 1
            if start >= last:
                break
            found += [(start, n) for n, anchor in self._by_byte.get(data[start], ()) if anchor.exact.match(data, start)]
        return sorted(found)

    def touched(self, data: bytearray, parts: Sequence[Part]) -> list[int]:
        """One part after the other."""
        return [n for n, (first, last) in enumerate(parts) if self._any.search(bytes(data[first:last]))]


class Plain:
    """No library: a search for each literal, then the anchor itself. Slow, and said so on the screen."""

    name = "plain"

    def __init__(self, known: tuple[Anchor, ...]) -> None:
        self._known = known

    def hits(self, data: bytes, first: int = 0, last: int | None = None) -> list[Hit]:
        """Every place where an anchor matches."""
        last = len(data) if last is None else last
        part = data[first : last + LONGEST_SPAN]
        small = part.lower()
        found: set[Hit] = set()
        for number, anchor in enumerate(self._known):
            text = small if anchor.caseless else part
            for literal in anchor.literals:
                at = text.find(literal)
                while 0 <= at < last - first:
                    if anchor.exact.match(part, at):
                        found.add((first + at, number))
                    at = text.find(literal, at + 1)
        return sorted(found)

    def touched(self, data: bytearray, parts: Sequence[Part]) -> list[int]:
        """One part after the other."""
        return [n for n, (first, last) in enumerate(parts) if self.hits(bytes(data[first:last]))]


def _first(literal: bytes, caseless: bool) -> set[int]:
    head = literal[:1]
    return {head.lower()[0], head.upper()[0]} if caseless else {head[0]}


@cache
def choose(name: str = "") -> Prefilter:
    """The quickest engine that this computer has, or the one that is named (for tests). Compiled once a process."""
    if name in ("", "hyperscan") and _library("hyperscan") is not None:
        return Hyperscan(anchors())
    if name in ("", "re2") and _library("re2") is not None:
        return Re2(anchors())
    return Plain(anchors())


@cache
def any_of(words: tuple[bytes, ...]) -> Callable[[bytes | memoryview], bool]:
    """A test whether one of a few words stands in a text: one pass for all of them where there is a library for it."""
    hyperscan = _library("hyperscan")
    if hyperscan is None:
        return lambda data: any(word in bytes(data) for word in words)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(
        expressions=[re.escape(w) for w in words], ids=list(range(len(words))), flags=flags, elements=len(words)
    )
    own = threading.local()

    def look(data: bytes | memoryview) -> bool:
        if not hasattr(own, "scratch"):
            own.scratch = hyperscan.Scratch(database)
        seen: list[int] = []
        database.scan(data, lambda number, *_: seen.append(number), scratch=own.scratch)
        return bool(seen)

    return look
