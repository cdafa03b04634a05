"""The nouns. Plain frozen data that every layer shares; imports nothing of ours and knows nothing of files or faces.

Evidence (observations, answers) goes in, findings and verdicts come out. A verdict is never stored: it is a function of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a finding, a check or an item came to."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Basis(StrEnum):
    """How we know, strongest first: seen on the running product, handed over as a file, told by a named person, not at all."""

    OBSERVED = "observed"
    EVIDENCED = "evidenced"
    ATTESTED = "attested"
    NONE = "none"

    @property
    def strength(self) -> int:
        """3 (observed) down to 0 (none)."""
        return {"observed": 3, "evidenced": 2, "attested": 1, "none": 0}[self.value]


class Severity(StrEnum):
    """How bad a failing finding is; a *note* is a pass with advice."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTE = "note"


class Reason(StrEnum):
    """Why a finding is unknown: a person must look, we looked and it proves nothing, or we did not look."""

    REVIEW = "review"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not-tested"


class Consent(StrEnum):
    """What a request may do. look: what opening a page does. touch: uses a test account. push: may change state or trip a limit."""

    LOOK = "look"
    TOUCH = "touch"
    PUSH = "push"


class Tag(StrEnum):
    """Facts a finding carries for the red flags; the judge reads them, nobody else."""

    OTHER_SECRET_SEEN = "other-secret-seen"  # noqa: S105  another account's secret word came back
    KEY_SERVED = "key-served"  # a master or secret key stands in what a browser gets
    UNCONFIRMED_TOOL = "unconfirmed-tool"  # a tool of the bot writes and nobody confirms its use


Slots = tuple[tuple[str, str], ...]
"""Named values for the gaps of a sentence in the checklist, already redacted: (("route", "GET /me"), ...)."""


_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that was handed over: its name as given and the SHA-256 of its bytes (64 hex), or "" where it was not read whole.

    ValueError for anything else: an assessment may come from anybody, and what stands here is shown as proof.
    """

    name: str
    sha256: str

    def __post_init__(self) -> None:
        if self.sha256 and (len(self.sha256) != 64 or not _HEX.issuperset(self.sha256)):
            raise ValueError("sha256 must be 64 hex digits in lower case")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result at one place. `say` picks the sentence in the checklist; the default is the outcome's own.

    `id` is ``<item>.<check>``. `evidence` is raw fact (protocol data, redacted, bounded), never prose. `roots` names checks or
    items (``auth.missing-token`` or ``object-access``) that, when they fail in this run at the same place or at all, already tell this flaw; the
    judge turns it into `root`, and a finding with a root never fails a second item.
    """

    id: str
    outcome: Outcome
    basis: Basis
    say: str = ""
    slots: Slots = ()
    severity: Severity | None = None
    reason: Reason | None = None
    where: str = ""
    evidence: str = ""
    roots: tuple[str, ...] = ()
    root: str = ""
    files: tuple[FileRef, ...] = ()
    tags: tuple[Tag, ...] = ()
    answered_by: str = ""

    @property
    def item(self) -> str:
        """The item this finding belongs to."""
        return self.id.partition(".")[0]

    @property
    def check(self) -> str:
        """The check's own name, without the item."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an item came to, on which basis, and why."""

    item: str
    outcome: Outcome
    basis: Basis
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One of the five red flags. Not established: nothing was observed and nobody was asked."""

    id: str
    raised: bool
    established: bool
    basis: Basis
    say: str = ""
    slots: Slots = ()


class Decide(StrEnum):
    """The four verdicts, most urgent first."""

    SENIOR_ENGINEER = "senior-engineer"
    FIX_YOURSELF = "fix-yourself"
    NOT_ENOUGH_EVIDENCE = "not-enough-evidence"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on the whole, with what led to it. `reasons` are (say-key, slots) pairs worded by the checklist."""

    verdict: Decide
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    raised: tuple[str, ...]
    not_established: tuple[str, ...] = ()
    reasons: tuple[tuple[str, Slots], ...] = ()


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A probe that could not look: `say` is a key of the checklist's ``reasons.toml`` (summary and next step), never prose."""

    say: str
    slots: Slots = ()
    reason: Reason = Reason.NOT_TESTED


@dataclass(frozen=True, slots=True)
class Observation:
    """What one probe saw. `seen` is the probe's own frozen `Seen` record, or an `Unobserved`. `at` is UTC ISO 8601, `took` seconds."""

    probe: str
    seen: Any
    at: str
    took: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a named person said. `value`: yes, no, dont-know, not-applicable, free text, or a list of rows (dicts of text).

    `shown`: places, or fingerprints of keys, that were open when it was said; it settles no other place. None: nobody kept it (a profile).
    """

    question: str
    value: Any
    by: str
    at: str = ""
    note: str = ""
    minutes: float | None = None
    files: tuple[FileRef, ...] = ()
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose product this is."""

    business: str
    product: str = ""
    site: str = ""
    assessor: str = ""
    role: str = "founder"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the probes. Times are UTC ISO 8601 with a Z; `requests` counts everything sent."""

    id: str
    started: str = ""
    finished: str = ""
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a verdict may depend on. Order does not matter; the newest observation of a probe and the newest answer count."""

    observations: tuple[Observation, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is kept on disk and attached to the PDF as ``evidence.json``: subject, run and evidence; no verdict, no credential."""

    subject: Subject
    run: Run
    evidence: Evidence
    checklist: str = "coach-chatbot"
    only: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    aftercare: tuple[str, ...] = ()
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """An API route: ``GET /conversations/{id}``. `kind` is private, public, login, chat, upload, reset, webhook, admin, dangerous or "" (unsorted)."""

    method: str
    template: str
    kind: str = ""
    source: str = ""
    secured: bool | None = None
    params: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a request that holds an id. `pointer` is a path index, a name, or a JSON pointer; `codec` how the value is wrapped."""

    where: str
    pointer: str
    value: str
    codec: str = "plain"


class Trouble(Exception):
    """What the person must be told in one sentence: `key` names it in ``templates/words``, `slots` fill its gaps, `code` is the exit code."""

    def __init__(self, key: str, /, *, code: int = 2, **slots: object) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.slots = {name: str(value) for name, value in slots.items()}
