"""Feeds bytes to the engine in blocks: 1 MiB each, with enough before and after that no key is cut. Lines are counted, never assembled."""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wizard.probes.code.secrets import made_up, redact
from wizard.probes.code.secrets.kinds import LONGEST_BACK, LONGEST_REACH
from wizard.probes.code.secrets.prefilter import Hit, Part, Prefilter, choose
from wizard.probes.code.secrets.redact import Fingerprint
from wizard.probes.code.secrets.rules import Raw, find
from wizard.probes.code.secrets.types import Match, Place, Result

BLOCK = 1 << 20
BEFORE = LONGEST_BACK + 512
AFTER = LONGEST_REACH + 512
MOST_MATCHES = 2_000
_PEEK = 8192
_BESIDE = 256
_WIDE = 100_000
"""A line that is longer counts the bytes, not the characters, before its last part."""
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(slots=True)
class Scanner:
    """One stream: `feed` it pieces of any size, then `end`. Matches come with absolute offsets, each once, whatever the pieces.

    Raises nothing on any bytes. Memory: three blocks at most, plus the matches (2,000 at most; then `capped`).
    """

    name: str
    place: Place
    private: Fingerprint
    engine: Prefilter = field(default_factory=choose)
    code: bool | None = None
    """Program text (only quoted values count), other text, or None: by the name."""
    _held: bytearray = field(default_factory=bytearray)
    _base: int = 0
    _owned: int = 0
    _marked: int = 0
    """Up to this absolute offset line ends were counted; `_lines` of them, the current line starts at `_line`."""
    _lines: int = 0
    _line: int = 0
    _read: int = 0
    _blocks: int = 0
    _binary: bool = False
    _peeked: bool = False
    _decoder: codecs.IncrementalDecoder | None = None
    _found: dict[tuple[int, str], Match] = field(default_factory=dict)
    _capped: bool = False

    def whole(self, data: bytes, hits: list[Hit] | None = None) -> Result:
        """All of a text at once, where it stands: no copy is made, and lines are counted only where something was found.

        `hits`: what `glance` gave for it.
        """
        odd = hits is None and (data[:2] in _MARKS or data.find(b"\0", 0, _PEEK) >= 0)
        if odd and _utf16(data[:_PEEK]):
            self.feed(data)
            return self.end()
        self._read, self._binary = len(data), odd and data.find(b"\0", 0, _PEEK) >= 0
        raws: list[Raw] = []
        for first in range(0, max(len(data), 1), BLOCK):
            last = min(first + BLOCK, len(data))
            raws += self._raws(data, self.engine.hits(data, first, last) if hits is None else hits)
            if len(raws) > MOST_MATCHES:
                self._capped = True
                break
        self._keep(data, sorted(raws, key=lambda raw: raw.start))
        return self._result()

    def feed(self, piece: bytes) -> None:
        """More bytes of the stream."""
        for at in range(0, len(piece), BLOCK):  # a long buffer would be moved about again and again
            self._feed(piece[at : at + BLOCK])

    def _feed(self, piece: bytes) -> None:
        self._read += len(piece)
        if not self._peeked:
            self._held += piece
            if len(self._held) < _PEEK:
                return
            piece = self._first()
        self._held += self._decoded(piece, False)
        while len(self._held) - self._owned >= BLOCK + AFTER:
            data, last = bytes(self._held), self._owned + BLOCK
            self._scan(data, self._owned, last)
            self._forget(data, last)

    def end(self) -> Result:
        """What the stream came to."""
        if not self._peeked:
            self._held += self._decoded(self._first(), True)
        elif self._decoder is not None:
            self._held += self._decoded(b"", True)
        self._scan(bytes(self._held), self._owned, len(self._held))
        return self._result()

    def _first(self) -> bytes:
        """The head of the stream, taken out again: it says what the rest is."""
        head = bytes(self._held)
        self._held.clear()
        self._peek(head)
        return head

    def _result(self) -> Result:
        matches = tuple(sorted(self._found.values(), key=lambda m: m.offset))
        return Result(matches, self._read, self._blocks, self._binary, self._capped, self.engine.name)

    def found(self) -> tuple[Match, ...]:
        """The matches so far, for a screen that shows them at once."""
        return tuple(self._found.values())

    def _peek(self, head: bytes) -> None:
        self._peeked = True
        coding = _utf16(head[:_PEEK])
        if coding:
            self._decoder = codecs.getincrementaldecoder(coding)("replace")
        else:
            self._binary = b"\0" in head[:_PEEK]

    def _decoded(self, piece: bytes, final: bool) -> bytes:
        return self._decoder.decode(piece, final).encode("utf-8", "replace") if self._decoder else piece

    def _scan(self, data: bytes, first: int, last: int) -> None:
        """Look at one block; what starts in ``first..last`` belongs to it. What stands beside it is covered in the lines that are shown."""
        raws = self._raws(data, self.engine.hits(data, first, last))
        if raws:
            after = min(len(data), last + AFTER - _BESIDE)
            beside = self._raws(data, self.engine.hits(data, max(0, first - BEFORE), first))
            self._keep(data, raws, beside + self._raws(data, self.engine.hits(data, last, after)))

    def _raws(self, data: bytes, hits: list[Hit]) -> list[Raw]:
        self._blocks += 1
        if not hits:
            return []
        if self.code is None:
            self.code = made_up.program_text(self.name)
        raws, flooded = find(data, hits, self.engine, code=self.code, binary=self._binary)
        self._capped = self._capped or flooded
        return raws

    def _forget(self, data: bytes, last: int) -> None:
        """Drop all but what the next block needs before it."""
        drop = max(0, last - BEFORE)
        self._count(data, self._base + drop)
        self._base += drop
        self._owned = last - drop
        del self._held[:drop]

    def _count(self, data: bytes, to: int) -> None:
        """Count the lines up to an absolute offset, from where they were counted last."""
        first, last = self._marked - self._base, to - self._base
        if last >= first:
            lines = data.count(b"\n", first, last)
            self._lines += lines
            if lines:
                self._line = self._base + data.rfind(b"\n", first, last) + 1
        else:  # a key that begins before its anchor may begin before the last one
            lines = data.count(b"\n", last, first)
            self._lines -= lines
            if lines:
                self._line = self._base + data.rfind(b"\n", 0, last) + 1
        self._marked = to

    def _keep(self, data: bytes, raws: list[Raw], beside: Sequence[Raw] = ()) -> None:
        """Redact at once: after this line no raw value is left but in the block itself. `beside` are covered, not kept."""
        marks = [redact.fingerprint(data[r.start : r.end], r.kind.keyed, self.private) for r in raws]
        labels = [redact.label(r, data[r.start : r.end], mark) for r, mark in zip(raws, marks, strict=True)]
        covers = [(r.start, r.end, text) for r, text in zip(raws, labels, strict=True)]
        covers = sorted(covers + [(r.start, r.end, "…") for r in beside])
        for raw, mark, text in zip(raws, marks, labels, strict=True):
            key = (self._base + raw.start, raw.kind.id)
            if key in self._found:
                continue
            if len(self._found) >= MOST_MATCHES:
                self._capped = True
                return
            near = slice(bisect_left(covers, (raw.start - AFTER,)), bisect_left(covers, (raw.end + _BESIDE,)))
            self._found[key] = self._match(data, raw, mark, text, covers[near])

    def _match(self, data: bytes, raw: Raw, mark: str, text: str, spans: list[tuple[int, int, str]]) -> Match:
        self._count(data, self._base + raw.start)
        from_line = max(self._line - self._base, raw.start - _WIDE, 0)
        column = from_line - (self._line - self._base) + len(data[from_line : raw.start].decode("utf-8", "replace")) + 1
        return Match(
            kind=raw.kind.id,
            grade=raw.kind.grade,
            confidence=raw.confidence,
            label=text,
            fingerprint=mark,
            name=redact.escape(self.name),
            line=self._lines + 1,
            column=column,
            offset=self._base + raw.start,
            excerpt=redact.excerpt(data, raw, spans),
            made_up=raw.made_up or made_up.by_place(self.name, self.place, raw.kind, raw.confidence),
            sandbox=raw.kind.sandbox,
            size=raw.end - raw.start,
        )


def glance(data: bytes) -> list[Hit] | None:
    """The anchors in a short text, so that one without any needs no scan at all; None where only a scan can tell (long, binary, UTF-16)."""
    if len(data) > BLOCK or data[:2] in _MARKS or data.find(b"\0", 0, _PEEK) >= 0:
        return None
    return choose().hits(data)


def touched(data: bytearray, parts: Sequence[Part]) -> list[int]:
    """Numbers of the texts, side by side in one buffer, that a scan may find something in; the others have no anchor at all."""
    found = choose().touched(data, parts)
    marked = any(data[first] >= 0xFE for first, last in parts if first < last)
    if not marked and data.find(b"\0", 0, parts[-1][1] if parts else 0) < 0:
        return found
    return sorted(
        {*found, *(n for n, (first, last) in enumerate(parts) if _wide(data, first, min(last, first + _PEEK)))}
    )


def _wide(data: bytearray, first: int, last: int) -> bool:
    odd = data.startswith(_MARKS, first, last) or data.find(b"\0", first, last) >= 0
    return odd and bool(_utf16(bytes(data[first:last])))


def _utf16(head: bytes) -> str:
    """The coding when it is UTF-16: by its mark, or NULs in more than 30 % of the even or odd places."""
    for mark, coding in _BOMS:
        if head.startswith(mark):
            return coding
    if len(head) < 8:
        return ""
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def scan_stream(pieces: Iterable[bytes], name: str, place: Place, private: Fingerprint) -> Result:
    """Scan pieces of any size."""
    scanner = Scanner(name, place, private)
    for piece in pieces:
        scanner.feed(piece)
    return scanner.end()
