"""From what a hosted backend answered to findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots, Tag
from wizard.probes.api.crosses import SAFE, Told
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind, is_shut
from wizard.probes.api.hosted_functions import shows_other, told_function
from wizard.probes.api.hosted_seen import Bucket, Collection, HostedSeen, Table
from wizard.probes.api.unproven import why_nothing

ITEM = "object-access"
NAMES = (
    "row-rules",
    "row-rules-swap",
    "stranger-writes",
    "functions",
    "buckets",
    "realtime-database",
    "firestore",
    "cloud-storage",
)
CHECKS = tuple(f"{ITEM}.{name}" for name in NAMES)
MOST_NAMED = 8
NO_TABLE = frozenset({"PGRST205", "42P01"})
"""Codes by which the database says that it has no such table."""
SHUT = Told(Outcome.PASS, "shut")
ABSENT = Told(Outcome.UNKNOWN, "absent", Reason.NOT_TESTED)


def read(seen: HostedSeen) -> tuple[Finding, ...]:
    """All findings; none where the product has no hosted backend."""
    if seen.refused:
        told = Told(Outcome.UNKNOWN, seen.refused, Reason.NOT_TESTED)
        return (_finding("row-rules", seen.host, told, (), seen),)
    return tuple(_all(seen))


def _all(seen: HostedSeen) -> Iterator[Finding]:
    for table in seen.tables:
        yield from _table(table, seen)
    for called in seen.functions:
        where = f"GET /rest/v1/rpc/{called.name}"
        asked = (called.stranger, called.own, called.filled, called.theirs, called.cross)
        named = (("function", called.name),)
        yield _finding("functions", where, told_function(called), asked, seen, named)
    yield from _names_given_out(seen)
    for bucket in seen.buckets:
        where, named = f"POST /storage/v1/object/list/{bucket.name}", (("bucket", bucket.name),)
        yield _finding("buckets", where, _bucket(bucket), (bucket.stranger, bucket.own, bucket.file), seen, named)
    for place in seen.realtime:
        told = _realtime(place)
        yield _finding("realtime-database", f"GET {place.name}", told, (place.stranger,), seen, (("path", place.name),))
    for place in seen.firestore:
        where, shown = f"GET /documents/{place.name}", (place.stranger, place.own, place.cross)
        yield _finding("firestore", where, _firestore(place), shown, seen, (("table", place.name),))
    for place in seen.storage:
        where = f"GET /v0/b/{place.name}/o"
        yield _finding("cloud-storage", where, _storage(place), (place.stranger,), seen, (("bucket", place.name),))


def _names_given_out(seen: HostedSeen) -> Iterator[Finding]:
    """What the project tells strangers about itself, and what there was no room for."""
    if seen.listing is not None and seen.tables:
        told = Told(Outcome.PASS, "listing")
        yield replace(_finding("row-rules", "GET /rest/v1/", told, (seen.listing,), seen), severity=Severity.NOTE)
    if seen.bucket_names is not None:
        told = Told(Outcome.FAIL, "fail-names")
        yield replace(
            _finding("buckets", "GET /storage/v1/bucket", told, (seen.bucket_names,), seen), severity=Severity.LOW
        )
    if seen.left:
        slots = (("count", str(len(seen.left))), ("names", ", ".join(seen.left[:MOST_NAMED])))
        told = Told(Outcome.UNKNOWN, "left", Reason.NOT_TESTED)
        yield _finding("row-rules", seen.host, told, (), seen, slots)


def _table(table: Table, seen: HostedSeen) -> Iterator[Finding]:
    where = f"GET /rest/v1/{table.name}"
    slots = (("table", table.name), ("code", table.code))
    yield _finding("row-rules", where, _row_rules(table), (table.stranger, table.own), seen, slots)
    if table.own is not None and table.stranger.kind not in {Kind.GIVES, Kind.LEAKS}:
        yield _finding("row-rules-swap", where, _swap(table), (table.own, table.theirs, table.cross), seen, slots)
    if table.inserts or table.push:
        code = table.inserts[-1].code if table.inserts else ""
        shown = tuple(insert.exchange for insert in table.inserts)
        named = (("table", table.name), ("code", code))
        yield _finding("stranger-writes", f"POST /rest/v1/{table.name}", _writes(table), shown, seen, named)


def _row_rules(table: Table) -> Told:
    stranger = table.stranger
    if stranger.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.NOT_APPLICABLE, "public") if table.public else Told(Outcome.FAIL, "fail")
    if table.code in NO_TABLE:
        return ABSENT
    if stranger.kind is Kind.EMPTIES:
        if table.own is not None and table.own.kind in {Kind.GIVES, Kind.LEAKS}:
            return SAFE
        return Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)
    by_rule = table.code == "42501" or (table.code.startswith("PGRST") and not table.code.startswith("PGRST3"))
    if is_shut(stranger.kind) and by_rule:
        return SHUT
    if is_shut(stranger.kind):
        return Told(Outcome.UNKNOWN, "reasons.unclear-answer", Reason.INCONCLUSIVE)
    return _nothing(stranger)


def _swap(table: Table) -> Told:
    own, cross = table.own, table.cross
    if shows_other(own) or shows_other(cross):
        return Told(Outcome.FAIL, "fail")
    if own is None or own.kind is not Kind.GIVES or cross is None:
        return Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)
    if is_shut(cross.kind):
        return SAFE
    return Told(Outcome.UNKNOWN, "review", Reason.REVIEW) if cross.kind is Kind.GIVES else _nothing(cross)


def _writes(table: Table) -> Told:
    """42501 before anything else is the rule at work; any error of a later stage means that no rule stood in the way."""
    if table.push:
        return Told(Outcome.UNKNOWN, f"reasons.{table.push}", Reason.NOT_TESTED)
    last = table.inserts[-1]
    if last.exchange.status in {200, 201, 204}:
        return Told(Outcome.FAIL, "fail-written")
    if last.code == "42501" or last.exchange.status == 401:
        return SAFE
    if last.code == "23502":
        return Told(Outcome.FAIL, "fail")
    if last.exchange.kind in {Kind.REJECTS, Kind.HIDES, Kind.DENIES}:
        return Told(Outcome.UNKNOWN, "unclear", Reason.REVIEW)
    return _nothing(last.exchange)


def _bucket(bucket: Bucket) -> Told:
    if bucket.stranger is None:
        return Told(Outcome.UNKNOWN, bucket.refused, Reason.NOT_TESTED)
    if bucket.stranger.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.FAIL, "fail")
    if bucket.file is not None and bucket.file.kind is Kind.LEAKS:
        return Told(Outcome.FAIL, "fail-file")
    if bucket.stranger.kind is Kind.EMPTIES:
        if bucket.own is not None and bucket.own.kind is Kind.LEAKS:
            return Told(Outcome.FAIL, "fail-other")
        shows = bucket.own is not None and bucket.own.kind is Kind.GIVES
        return SAFE if shows else Told(Outcome.UNKNOWN, "empty", Reason.INCONCLUSIVE)
    if is_shut(bucket.stranger.kind):
        return ABSENT if bucket.stranger.kind is Kind.HIDES else SHUT
    return _nothing(bucket.stranger)


def _realtime(place: Collection) -> Told:
    root = place.name == "/"
    if place.null:
        return Told(Outcome.FAIL, "fail-empty") if root else Told(Outcome.UNKNOWN, "path-empty", Reason.REVIEW)
    if place.stranger.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.FAIL, "fail" if root else "path-open")
    return SAFE if place.stranger.kind is Kind.DENIES else _nothing(place.stranger)


def _firestore(place: Collection) -> Told:
    if place.stranger.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.FAIL, "fail")
    if shows_other(place.cross):
        return Told(Outcome.FAIL, "fail-other")
    if place.null:
        return Told(Outcome.UNKNOWN, "empty", Reason.REVIEW)
    if place.stranger.kind is Kind.DENIES:
        return SAFE
    return ABSENT if place.stranger.kind is Kind.HIDES else _nothing(place.stranger)


def _storage(place: Collection) -> Told:
    if place.stranger.kind in {Kind.GIVES, Kind.LEAKS}:
        return Told(Outcome.FAIL, "fail")
    if place.null:
        return Told(Outcome.UNKNOWN, "empty", Reason.REVIEW)
    if place.stranger.kind is Kind.DENIES:
        return SAFE
    return ABSENT if place.stranger.kind is Kind.HIDES else _nothing(place.stranger)


def _nothing(exchange: Exchange) -> Told:
    reason, say = why_nothing(exchange)
    return Told(Outcome.UNKNOWN, say, reason)


def _finding(
    check: str, where: str, told: Told, shown: tuple[Exchange | None, ...], seen: HostedSeen, slots: Slots = ()
) -> Finding:
    exchanges = [exchange for exchange in shown if exchange is not None]
    hits = [hit for exchange in exchanges for hit in exchange.hits if hit.whose in {"other", "person"}]
    hit = hits[0] if hits else None
    common = {"host": seen.host, "word": hit.masked if hit else "", "place": (hit.pointer or hit.place) if hit else ""}
    failed = told.outcome is Outcome.FAIL
    return Finding(
        id=f"{ITEM}.{check}",
        outcome=told.outcome,
        basis=Basis.NONE if told.outcome is Outcome.UNKNOWN else Basis.OBSERVED,
        say=told.say,
        slots=tuple((common | dict(slots)).items()),
        reason=told.reason,
        where=where,
        evidence="\n".join(exchange.line for exchange in exchanges),
        tags=(Tag.OTHER_SECRET_SEEN,) if failed and any(one.whose == "other" for one in hits) else (),
    )
