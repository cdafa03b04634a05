"""What the reader of logs keeps: counts, places and redacted labels. No line of a log, no word of a client."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model import FileRef

MOST_PLACES = 40


@dataclass(frozen=True, slots=True)
class Place:
    """One sight: where (``file:line``), of which kind, and how it may be shown."""

    where: str
    kind: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """What this run sent, by the door's own list, and what of it the log holds.

    `refused` and `limited` count answers 401/403 and 429 that reached us; `marked` records of the log that carry this run's mark, `answered`
    those of them with a status, `marked_refused` and `marked_limited` those with these. `asked` are the parts of the canary that were sent
    and answered, `found` the parts whose request id is in the log. `before`: the log ends before the run began.
    """

    refused: int = 0
    limited: int = 0
    marked: int = 0
    answered: int = 0
    marked_refused: int = 0
    marked_limited: int = 0
    asked: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    before: bool = False


@dataclass(frozen=True, slots=True)
class Requests:
    """Counts over the records of answered requests. `shared`: ids that stand on two records or more."""

    count: int = 0
    with_id: int = 0
    shared: int = 0
    refused: int = 0
    limited: int = 0
    broken: int = 0
    formats: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading of all logs. `span` in seconds, first to last; `skipped` by reason; `traces` stacks, `tied` those with a request id.

    `unopened`: packed files of which a part stays unread, the kind being why.

    `people`, `logins`, `keys`, `content`, `canaries`: the first sights of each; the counts stand beside them. `released` the newest release
    named, `live` what the version address says.
    """

    files: tuple[FileRef, ...] = ()
    read: int = 0
    unread: int = 0
    records: int = 0
    span: float = 0.0
    capped: str = ""
    skipped: tuple[tuple[str, int], ...] = ()
    unopened: tuple[Place, ...] = ()
    requests: Requests = Requests()
    own: Own = Own()
    refusals: int = 0
    limits: int = 0
    traces: int = 0
    tied: int = 0
    error_ids: int = 0
    released: str = ""
    release_at: str = ""
    live: str = ""
    people: tuple[Place, ...] = ()
    strong: int = 0
    weak: int = 0
    addresses: int = 0
    logins: tuple[Place, ...] = ()
    keys: tuple[Place, ...] = ()
    maybe_keys: tuple[Place, ...] = ()
    content: tuple[Place, ...] = ()
    contents: int = 0
    canaries: tuple[Place, ...] = ()
    forged: tuple[Place, ...] = ()
    runs: int = 0
    line_sent: bool = False
    line_found: bool = False
    edge: str = ""

    @property
    def coverage(self) -> float:
        """Share of the bytes that were read."""
        return self.read / (self.read + self.unread) if self.read + self.unread else 0.0

    @property
    def long_enough(self) -> bool:
        """At least 200 records over at least an hour: less cannot show that something is missing."""
        return self.records >= 200 and self.span >= 3600
