"""What was seen of the watching: monitors, health addresses, the status page, error tracking, papers that were handed over. Plain facts, redacted."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model import FileRef


@dataclass(frozen=True, slots=True)
class Monitor:
    """One check that somebody runs from outside. `every` in seconds (0: not said), `checked` epoch seconds (0: not said).

    `state`: up, down, paused, validating, maintenance, pending or what the source says. `told`: yes, no, or "" when the answer does not say whether
    anybody is told. `content`: it looks at more than the status. `tls`, `domain`: it warns before the certificate or the domain runs out.
    """

    host: str
    path: str = "/"
    port: int = 443
    state: str = ""
    every: int = 0
    checked: float = 0.0
    told: str = ""
    content: bool = False
    tls: str = ""
    domain: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A provider's own list. `trouble`: "" when it came; else refused, throttled, unreadable, silent, or a reason of the door. `whole`: to its end."""

    provider: str = ""
    trouble: str = ""
    whole: bool = False
    monitors: tuple[Monitor, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """One address that tells how the product is. `parts`: (name, state) of what it depends on; `moving`: the times in it change between two reads.

    `leaks` names what it should not tell: secret, environment; `versions` names of libraries with their versions.
    """

    url: str
    status: int
    says: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    moving: bool = False
    age: int = 0
    cache: str = ""
    no_store: bool = False
    leaks: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The public page. `trouble` as in `Listing`, or missing. `named`: it names this product; `updated` epoch seconds; `oldest` open incident."""

    url: str = ""
    kind: str = ""
    trouble: str = ""
    named: bool = False
    updated: float = 0.0
    open: int = 0
    oldest: float = 0.0
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Tracker:
    """An error tracker: its name, where it was seen (site or a file), and whether it has what it needs to report (a DSN or key)."""

    name: str
    where: str
    ready: bool
    served: bool = False
    by_name: bool = False
    """The key is named, not given: it comes from the settings of the host."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was handed over. `kind`: mail, table, text, picture, other, unreadable. `hosts` that it names.

    For a mail: `sender` domain, `age` in days (-1: not known), `dkim` as the mailbox read it for that domain (not checked by us), `forwarded`.
    `rules`: which spikes it speaks of (refusals, errors, spend). `people`: it names somebody who is told.
    """

    file: FileRef
    kind: str
    hosts: tuple[str, ...] = ()
    sender: str = ""
    age: float = -1.0
    dkim: str = ""
    forwarded: bool = False
    alert: bool = False
    rules: tuple[str, ...] = ()
    people: bool = False
    monitors: tuple[Monitor, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it. `same` are pairs of hosts of which one leads to the other; `now` epoch seconds; `baselines` were answered before health was asked."""

    now: float = 0.0
    site: str = ""
    site_path: str = "/"
    api: str = ""
    api_path: str = "/"
    provider: str = ""
    listing: Listing | None = None
    same: tuple[tuple[str, str], ...] = ()
    unasked: tuple[str, ...] = ()
    healths: tuple[Health, ...] = ()
    health_asked: int = 0
    status_page: StatusPage | None = None
    trackers: tuple[Tracker, ...] = ()
    site_read: bool = False
    code_read: bool = False
    papers: tuple[Paper, ...] = ()
