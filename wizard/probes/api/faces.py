"""The response classifier: what kind of answer one reply is. Pure; the first row of the table that fits wins.

*Shut* kinds refuse, *open* kinds hand out; everything else proves nothing, so a check that meets it stays unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from wizard.net import Fault, Reply, Secret
from wizard.probes.api import pages
from wizard.probes.api.bodies import parse_json
from wizard.probes.api.envelope import (
    SoftError,
    graphql_partial,
    inner_denies,
    is_empty,
    soft_error,
    sort_words,
    words_alone,
)
from wizard.probes.api.sightings import Hit, sightings
from wizard.probes.api.streams import answer, errors, looks_streamed


class Kind(StrEnum):
    """What a reply does."""

    GIVES = "gives"
    LEAKS = "leaks"
    DENIES = "denies"
    HIDES = "hides"
    REJECTS = "rejects"
    EMPTIES = "empties"
    SHELL = "shell"
    THROTTLES = "throttles"
    BLOCKED = "blocked"
    BREAKS = "breaks"
    SILENT = "silent"
    UNCLEAR = "unclear"


def is_shut(kind: Kind) -> bool:
    """The answer refuses: denies, hides, rejects or empties."""
    return kind in {Kind.DENIES, Kind.HIDES, Kind.REJECTS, Kind.EMPTIES}


def is_open(kind: Kind) -> bool:
    """The answer hands something out: gives or leaks."""
    return kind in {Kind.GIVES, Kind.LEAKS}


@dataclass(frozen=True, slots=True)
class Pair:
    """A marker: the key word may be sent (a search), the secret word never is. `key` is empty where only one word was given."""

    key: Secret
    secret: Secret


@dataclass(frozen=True, slots=True)
class Marks:
    """What to look for in a reply, in memory only. `others`: every marker that this caller must not see (nobody must see none at all).

    `persons` are e-mails and user ids of other accounts: they are reported as hits and decide nothing here. `sent` are the texts of our request:
    a word that stands in them proves nothing when it comes back.
    """

    own: Pair | None = None
    others: tuple[Pair, ...] = ()
    canary: Secret | None = None
    persons: tuple[Secret, ...] = ()
    sent: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Around:
    """Baselines of the same host and route: the shell's sign, the reply to an id that does not exist, the caller's own and the owner's replies."""

    shell: str = ""
    missing: Reply | None = None
    own: Reply | None = None
    owner: Reply | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """What the classifier says of one reply. `soft`: an error inside a 2xx; `weak`: by its words alone, compare before believing; `cached`: from a cache."""

    kind: Kind
    why: str = ""
    hits: tuple[Hit, ...] = ()
    cached: bool = False
    soft: bool = False
    weak: bool = False

    def saw(self, whose: str) -> bool:
        """Whether a word of `whose` (own, other, canary, person) showed."""
        return any(hit.whose == whose for hit in self.hits)


@dataclass(frozen=True, slots=True)
class _Look:
    """A reply with what every row needs, read once."""

    reply: Reply
    around: Around
    hits: tuple[Hit, ...]

    @property
    def good(self) -> bool:
        return 200 <= self.reply.status < 300

    def saw(self, *whose: str) -> bool:
        return any(hit.whose in whose for hit in self.hits)


_Row = tuple[Kind, str] | Face | None


def classify(reply: Reply, marks: Marks, around: Around) -> Face:
    """Sort one reply. Never raises on hostile bytes; looks at no more than the kept head of the body (256 KiB)."""
    if reply.fault is not Fault.NONE:
        kind = Kind.UNCLEAR if reply.fault is Fault.ENCODING else Kind.SILENT
        return Face(kind, "cannot-decode" if kind is Kind.UNCLEAR else reply.fault.value)
    look = _Look(reply, around, sightings(reply, marks.own, marks.others, marks.canary, marks.persons, marks.sent))
    cached = is_cached(reply)
    for row in _ROWS:
        found = row(look)
        if isinstance(found, Face):
            return Face(found.kind, found.why, look.hits, cached, found.soft, found.weak)
        if found:
            return Face(found[0], found[1], look.hits, cached)
    return Face(Kind.UNCLEAR, "status", look.hits, cached)


def is_cached(reply: Reply) -> bool:
    """Whether a shared cache says that it answered in the product's place."""
    age = reply.header("age").strip()
    if age.isascii() and age.isdigit() and int(age[:12]) > 0:
        return True
    return (
        reply.header("cf-cache-status").upper() in {"HIT", "STALE", "UPDATING", "REVALIDATED"}
        or reply.header("x-cache").upper().startswith("HIT")
        or reply.header("x-vercel-cache").upper() in {"HIT", "STALE"}
        or reply.header("x-nextjs-cache").upper() == "HIT"
    )


def digest(reply: Reply) -> str:
    """SHA-256 (hex) of a whole body; "" for an empty body or one that was cut: those are equal to nothing."""
    return "" if reply.cut or not reply.head else hashlib.sha256(reply.head).hexdigest()


def _leak(look: _Look) -> _Row:
    if look.saw("other"):
        return Kind.LEAKS, "other"
    return (Kind.LEAKS, "canary") if look.saw("canary") else None


def _challenge(look: _Look) -> _Row:
    return (Kind.BLOCKED, "edge") if pages.is_challenge(look.reply) else None


def _throttle(look: _Look) -> _Row:
    reply = look.reply
    if reply.status == 429:
        return Kind.THROTTLES, "429"
    if reply.status == 503 and reply.header("retry-after") and not pages.has_trace(pages.text_of(reply)):
        return Kind.THROTTLES, "503"
    return None


def _own_or_cut(look: _Look) -> _Row:
    if look.good and look.saw("own"):
        return Kind.GIVES, "own"
    return (Kind.UNCLEAR, "cut") if look.good and look.reply.cut else None


def _redirect(look: _Look) -> _Row:
    reply = look.reply
    if not 300 <= reply.status < 400:
        return None
    if reply.status == 304:
        return Kind.UNCLEAR, "not-modified"
    return (Kind.DENIES, "login") if pages.is_login_target(reply.header("location")) else (Kind.UNCLEAR, "moved")


def _refusal(look: _Look) -> _Row:
    reply = look.reply
    if reply.status in {401, 407, 511}:
        return Kind.DENIES, "401"
    if reply.status in {403, 451}:
        return Kind.DENIES, "403"
    if reply.status in {404, 410} or (reply.status == 406 and b"PGRST116" in reply.head):
        return Kind.HIDES, str(reply.status)
    return None


def _failure(look: _Look) -> _Row:
    reply = look.reply
    if 520 <= reply.status <= 530 and reply.header("server").lower() == "cloudflare":
        return Kind.SILENT, "origin-down"
    if 500 <= reply.status < 600:
        return Kind.BREAKS, str(reply.status)
    if 400 <= reply.status < 500:
        document = parse_json(reply)
        inner = document is not None and inner_denies(document.value)
        return (Kind.DENIES, "inner") if inner else (Kind.REJECTS, str(reply.status))
    return None


def _soft(found: SoftError) -> Face:
    return Face(Kind(found.kind), "soft-5xx" if found.kind == "unclear" else "soft", soft=True, weak=found.weak)


def _json(look: _Look) -> _Row:
    if not look.good:
        return None
    if look.reply.status in {204, 205} or not look.reply.head:
        return Kind.EMPTIES, "nothing"
    document = parse_json(look.reply)
    if document is None:
        return None
    found = soft_error(document.value, look.reply.media)
    if found:
        return _soft(found)
    if graphql_partial(document.value):
        return Kind.GIVES, "partial"
    return (Kind.EMPTIES, "nothing") if is_empty(document.value) else (Kind.GIVES, "data")


def _page(look: _Look) -> _Row:
    if not look.good or not pages.is_html(look.reply):
        return None
    if look.around.shell and pages.shell_sign(look.reply) == look.around.shell:
        return Kind.SHELL, "shell"
    return (Kind.DENIES, "login-page") if pages.is_login_page(pages.text_of(look.reply)) else (Kind.UNCLEAR, "page")


def _stream(look: _Look) -> _Row:
    text = pages.text_of(look.reply)
    if not look.good or not looks_streamed(look.reply.media, text):
        return None
    if answer(text):
        return Kind.GIVES, "stream"
    failed = errors(text)
    if not failed:
        return Kind.EMPTIES, "nothing"
    return _soft(soft_error(failed[0]) or SoftError(sort_words(failed[0])))


def _file(look: _Look) -> _Row:
    if not look.good:
        return None
    mark = digest(look.reply)
    if mark and look.around.own is not None and digest(look.around.own) == mark:
        return Kind.GIVES, "same-file"
    if mark and look.around.owner is not None and digest(look.around.owner) == mark:
        return Kind.LEAKS, "same-file"
    if look.reply.media.lower() in {"text/plain", "text/markdown"}:
        text = pages.text_of(look.reply).strip()
        if not text:
            return Kind.EMPTIES, "nothing"
        found = words_alone(text)
        return _soft(found) if found else (Kind.GIVES, "text")
    return Kind.UNCLEAR, "file"


_ROWS: tuple[Callable[[_Look], _Row], ...] = (
    _leak,
    _challenge,
    _throttle,
    _own_or_cut,
    _redirect,
    _refusal,
    _failure,
    _json,
    _page,
    _stream,
    _file,
)


def sent_texts(*texts: str | bytes | None) -> frozenset[str]:
    """The texts of a request (address, headers that are not the credential, body) for `Marks.sent`."""
    return frozenset(part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in texts if part)
