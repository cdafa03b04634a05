"""What the engine finds: redacted at birth. No type here can hold a raw secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """What a key opens: all data, money or deploys; one service; a bill; nothing."""

    MASTER = "master"
    SECRET = "secret"  # noqa: S105
    METER = "meter"
    PUBLIC = "public"


class Confidence(StrEnum):
    """How sure: proved by a checksum or decoding; prefix and exact shape; name and shape and randomness; shape alone."""

    CERTAIN = "certain"
    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"

    @property
    def rank(self) -> int:
        """3 (certain) down to 0 (weak)."""
        return {"certain": 3, "strong": 2, "likely": 1, "weak": 0}[self.value]


class Place(StrEnum):
    """Where the bytes stood; it decides what a match comes to (see `places`)."""

    SERVED = "served"
    BUILD = "build"
    SERVER_BUILD = "server-build"
    TRACKED = "tracked"
    LOOSE = "loose"
    HISTORY = "history"
    DANGLING = "dangling"
    ENV_IGNORED = "env-ignored"
    ENV_LOOSE = "env-loose"
    ENV_NO_GIT = "env-no-git"
    CI_LOG = "ci-log"
    TEXT = "text"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Match:
    """One key at one place.

    `made_up` says why it looks like no live key ("" when it does not): example, placeholder, repeated, ascending, demo, local, test-path,
    sample-file, unsigned, expired, short-lived (the last two are real logins, only not for long).
    `label` is all that may be shown of the value: first characters, last four, fingerprint. `excerpt` is the line round it, redacted and
    escaped, at most 200 characters. `offset` is in bytes (of the decoded text for UTF-16), `line` from 1, `column` in characters from 1.
    """

    kind: str
    grade: Grade
    confidence: Confidence
    label: str
    fingerprint: str
    name: str
    line: int
    column: int
    offset: int
    excerpt: str
    made_up: str = ""
    sandbox: bool = False
    size: int = 0

    @property
    def counts(self) -> bool:
        """Likely or better, and not made up: what a fail needs (the grade and the place decide the rest)."""
        return self.confidence is not Confidence.WEAK and not self.made_up

    @property
    def where(self) -> str:
        """``name:line``."""
        return f"{self.name}:{self.line}" if self.line else self.name


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan came to. `read` counts bytes given to the engine, `blocks` the pieces, `capped` that matches were cut off at the limit."""

    matches: tuple[Match, ...] = ()
    read: int = 0
    blocks: int = 0
    binary: bool = False
    capped: bool = False
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A match and the place where it stood. `since` is a day (ISO) for one in history; `commit` its short id; `file` the SHA-256 of what was read."""

    match: Match
    place: Place
    commit: str = ""
    since: str = ""
