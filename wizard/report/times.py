"""Dates as a page shows them. The document's own day is the newest moment that its evidence knows of, so that the pages can be made again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from wizard.model import Assessment
from wizard.words import lines

EPOCH = "2000-01-01T00:00:00Z"


def moment(assessment: Assessment) -> str:
    """The newest valid moment in the evidence as ``2026-11-23T18:00:00Z``; a fixed day for an empty assessment."""
    told = [assessment.run.started, assessment.run.finished]
    told += [observation.at for observation in assessment.evidence.observations]
    told += [answer.at for answer in assessment.evidence.answers]
    return max((read for read in map(_read, told) if read), default=EPOCH)


def _read(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return ""
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return found.strftime("%Y-%m-%dT%H:%M:%SZ") if 1970 <= found.year < 9999 else ""


def day(text: str) -> str:
    """``2026-11-23...`` as "23 November 2026"; anything else as it is."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{found.day} {lines('report.months')[found.month - 1]} {found.year}"


def minute(text: str) -> str:
    """As in: 23 November 2026, 18:00 UTC. Anything that is no moment stays as it is."""
    read = _read(text)
    return f"{day(read)}, {read[11:16]} UTC" if read else text


def due(text: str, days: int) -> str:
    """The day that many days later, as a page shows it; "" when the document itself has no day."""
    if text == EPOCH:
        return ""
    try:
        return day((date.fromisoformat(text[:10]) + timedelta(days=days)).isoformat())
    except (ValueError, OverflowError):
        return day(text)
