"""Where a key stands decides what it comes to. One table, pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.model import Severity
from wizard.probes.code.secrets import Confidence, Found, Grade, Place

_OPEN = frozenset((Place.SERVED, Place.BUILD))
_TOLD = frozenset((Place.TRACKED, Place.LOOSE, Place.HISTORY, Place.CI_LOG, Place.TEXT, Place.LOG))


class Fate(StrEnum):
    """What a found key comes to at its place."""

    FAIL = "fail"
    LOOK = "look"  # a person must look
    MADE_UP = "made-up"  # listed apart, folded
    METER = "meter"  # is it locked to the site?
    PUBLIC = "public"  # meant to be seen
    RIGHT = "right"  # where it belongs
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Ruled:
    """The fate, and for a fail how bad it is."""

    fate: Fate
    severity: Severity | None = None


def rule(found: Found) -> Ruled:
    """The table of grades and places."""
    match, place = found.match, found.place
    if match.grade is Grade.PUBLIC:
        return Ruled(Fate.PUBLIC)
    if match.made_up:
        return Ruled(Fate.MADE_UP)
    if match.grade is Grade.METER:
        return Ruled(Fate.METER if place in _OPEN else Fate.PUBLIC)
    if match.confidence is Confidence.WEAK:
        return Ruled(Fate.LOOK, Severity.LOW)
    if match.sandbox:
        return Ruled(Fate.FAIL, Severity.MEDIUM) if place in _OPEN else Ruled(Fate.NOTE)
    return _live(place)


def _live(place: Place) -> Ruled:
    if place in _OPEN:
        return Ruled(Fate.FAIL, Severity.CRITICAL)
    if place in _TOLD:
        return Ruled(Fate.FAIL, Severity.HIGH)
    if place in (Place.DANGLING, Place.ENV_NO_GIT):
        return Ruled(Fate.LOOK, Severity.LOW)
    if place is Place.ENV_IGNORED:
        return Ruled(Fate.RIGHT)
    return Ruled(Fate.NOTE)
