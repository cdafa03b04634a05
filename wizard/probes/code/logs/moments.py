"""When a record was written: ISO 8601, epoch numbers of any unit, access-log and syslog dates, as epoch seconds. Without a zone it counts as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ISO = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})?\s?(Z|UTC|[+-]\d\d:?\d\d)?")
_CLF = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-]\d{4}))?")
_BSD = re.compile(r"^(?:<\d{1,3}>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)\b")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))


def of(value: str) -> float | None:
    """A whole value: an ISO date, or a number of seconds, milli-, micro- or nanoseconds since 1970."""
    try:
        number = float(value)
    except ValueError:
        return at_start(value)
    return next((number / unit for least, unit in _UNITS if number >= least), None)


def at_start(text: str) -> float | None:
    """The first date within the first 200 characters of a line."""
    head = text[:200]
    if found := _ISO.search(head):
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        return _stamp(year, month, day, hour, minute, second, found[7])
    if found := _CLF.search(head):
        month = _MONTHS.get(found[2], 0)
        return _stamp(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), int(found[6]), found[7])
    if found := _BSD.match(head):
        now = datetime.now(UTC)
        month = _MONTHS.get(found[1], 0)
        year = now.year if month <= now.month else now.year - 1
        return _stamp(year, month, int(found[2]), int(found[3]), int(found[4]), int(found[5]), None)
    return None


def _stamp(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: str | None) -> float | None:
    shift = 0
    if zone and zone[0] in "+-":
        shift = (int(zone[1:3]) * 60 + int(zone[-2:])) * (60 if zone[0] == "+" else -60)
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).timestamp() - shift
    except (ValueError, OverflowError):
        return None
