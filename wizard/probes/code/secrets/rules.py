"""From the prefilter's hits to raw matches: the whole pattern, what must stand near it, its proof; then one kind for each span of bytes."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace

from wizard.probes.code.secrets import assign, joins, proofs, values
from wizard.probes.code.secrets.anchors import Anchor, anchors
from wizard.probes.code.secrets.kinds import Kind, kinds
from wizard.probes.code.secrets.prefilter import Hit, Prefilter
from wizard.probes.code.secrets.types import Confidence

NEAR = 400
MOST_HITS = 20_000
"""Anchors looked at in one block: real texts have about sixty a MiB, bait has a hundred thousand."""
_LEFT = re.compile(
    rb"(?:^|[^A-Za-z0-9]|\x1b\[[0-9;]{0,12}m|\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2})$"
)
_BODY = re.compile(rb"^(?:[A-Za-z0-9]{1,10}[_.-]){1,3}")


@dataclass(frozen=True, slots=True)
class Raw:
    """A match that still knows where its bytes are; it lives inside the engine only. `start` and `end` are offsets into the block."""

    kind: Kind
    start: int
    end: int
    confidence: Confidence
    made_up: str = ""
    decoded: bool = False


def find(data: bytes, hits: list[Hit], engine: Prefilter, *, code: bool, binary: bool) -> tuple[list[Raw], bool]:
    """Every key whose anchor is among the hits, in order, none overlapping; and whether a flood of anchors was cut off.

    `code`: program text; `binary`: few kinds run.
    """
    return _settle(_raws(data, hits[:MOST_HITS], engine, code, binary)), len(hits) > MOST_HITS


def _raws(data: bytes, hits: list[Hit], engine: Prefilter, code: bool, binary: bool) -> list[Raw]:
    known = anchors()
    found: list[Raw] = []
    named: set[int] = set()
    for start, number in hits:
        anchor = known[number]
        if binary and not anchor.binary:
            continue
        raw = _structured(data, start, anchor, engine) if anchor.kinds else _named(data, start, code, named)
        if raw is not None:
            found.append(raw)
    return found


def _named(data: bytes, start: int, code: bool, done: set[int]) -> Raw | None:
    assigned = joins.parse(data, start, code)
    if assigned is None or assigned.start in done:
        return None
    done.add(assigned.start)  # several words of one name lead to the same value
    found = assign.judge(data, assigned)
    if found is None:
        return None
    return Raw(found.kind, found.start, found.end, found.confidence, found.made_up)


def _structured(data: bytes, start: int, anchor: Anchor, engine: Prefilter) -> Raw | None:
    for kind in anchor.kinds:
        span = _span(data, start, kind)
        if span is None:
            continue
        if kind.near is not None and not kind.near.search(data, max(0, span[0] - NEAR), min(len(data), span[1] + NEAR)):
            continue
        raw = _hidden(data, span, engine) if kind.check == "base64" else _proved(data, span, kind)
        if raw is not None:
            return raw
    return None


def _span(data: bytes, start: int, kind: Kind) -> tuple[int, int] | None:
    """Where the whole pattern stands round the anchor at `start`."""
    if kind.pattern is None:
        return None
    stop = min(len(data), start + kind.reach)
    if not kind.back:
        match = kind.pattern.match(data, start, stop)
        return match.span() if match and _clear(data, start, kind) else None
    for match in kind.pattern.finditer(data, max(0, start - kind.back), stop):
        if match.start() <= start < match.end():
            return match.span() if _clear(data, match.start(), kind) else None
    return None


def _clear(data: bytes, start: int, kind: Kind) -> bool:
    """Nothing grows into the key from the left; escapes and colour codes of logs do not count as letters."""
    if start == 0 or not chr(data[start]).isalnum():
        return True
    before = data[max(0, start - 16) : start]
    short = max((len(a) for a in kind.anchors), default=8) <= 4 and not kind.back
    if short and before[-1:] in b"_-":
        return False
    return bool(_LEFT.search(before))


def _proved(data: bytes, span: tuple[int, int], kind: Kind) -> Raw | None:
    ruling = proofs.Ruling()
    if kind.check:
        made = proofs.PROOFS[kind.check](proofs.Candidate(data, *span))
        if made is None:
            return None
        ruling = made
    named = kinds()[ruling.kind] if ruling.kind else kind
    start = span[0] + ruling.skip
    value = data[start : span[1]]
    made_up = ruling.made_up
    if not made_up and named.keyed and kind.check != "pem":
        made_up = values.placeholder(_BODY.sub(b"", value[:300]))
    return Raw(named, start, span[1], ruling.confidence or kind.rate, made_up)


def _hidden(data: bytes, span: tuple[int, int], engine: Prefilter) -> Raw | None:
    """Base64 that decodes to text with a key inside. Decoded once, never twice."""
    text = data[span[0] : span[1]]
    for shift in range(1 if len(text) % 4 == 0 else 4):
        piece = text[shift:].rstrip(b"=")
        try:
            plain = base64.b64decode(piece + b"=" * (-len(piece) % 4))
        except binascii.Error:
            continue
        inner = [raw for raw in _inside(plain, engine) if raw.confidence is not Confidence.WEAK]
        if inner:
            best = max(inner, key=lambda raw: (raw.confidence.rank, -raw.kind.order))
            return replace(best, start=span[0], end=span[1], decoded=True)
    return None


def _inside(plain: bytes, engine: Prefilter) -> list[Raw]:
    known = anchors()
    hits = [hit for hit in engine.hits(plain) if all(k.check != "base64" for k in known[hit[1]].kinds)]
    return _settle(_raws(plain, hits, engine, False, False))


def _settle(found: list[Raw]) -> list[Raw]:
    """One match for each span: the surer one, then the earlier kind of the file, then the longer."""
    kept: list[Raw] = []
    for raw in sorted(found, key=lambda r: (-r.confidence.rank, r.kind.order, r.start - r.end, r.start)):
        if not any(raw.start < other.end and other.start < raw.end for other in kept):
            kept.append(raw)
    return sorted(kept, key=lambda r: r.start)
