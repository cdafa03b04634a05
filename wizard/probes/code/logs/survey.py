"""Goes over all records once and counts: one reading, constant memory but for the ids of requests (bounded)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from wizard.probes.code.logs import content, logins, people
from wizard.probes.code.logs.canary import Canary, spot
from wizard.probes.code.logs.facts import MOST_PLACES, Place, Requests
from wizard.probes.code.logs.records import Record, is_release
from wizard.probes.code.secrets import Fingerprint, escape

MOST_IDS = 200_000
_REFUSAL = re.compile(
    r"\b(?:log-?in failed|failed (?:log-?in|sign-?in|password)|sign-?in failed|invalid (?:token|credentials|password|signature|user)|jwt (?:expired|malformed)"
    r"|token expired|authentication fail(?:ed|ure)|unauthori[sz]ed|access denied|wrong password)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?<![\w-])(?:rate[ _-]?limit(?:ed|s|ing)?(?! ?(?:remaining|reset|policy)|-)|too many requests|throttl(?:ed|ing)|quota exceeded)\b",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    r"\b(?:release|version|commit|revision|git[_-]?sha|deployment[_-]?id|build)\b[\"']?\s{0,2}[:=]?\s{0,2}[\"']?(v?\d+\.\d+\.\d+[\w.+-]{0,30}|[0-9a-f]{7,40})\b"
    r"|\bstart(?:ed|ing|up)?\b[^\n]{0,80}?\bv(\d+\.\d+[\w.+-]{0,30})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![\w.])(?!10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.)\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
)


@dataclass(slots=True)
class Survey:
    """The counts. `own` are the business's domains; `run_id` marks what this run sent."""

    run_id: str
    canary: Canary
    private: Fingerprint
    own: frozenset[str] = frozenset()
    records: int = 0
    first: float | None = None
    last: float | None = None
    requests: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    released: str = ""
    release_at: str = ""
    seen: dict[str, list[Place]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    broken_ids: set[str] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Take one record in."""
        if record.kind == "csv-head":
            return
        self.records += 1
        self.formats[record.kind] += 1
        self._time(record)
        whole = "\n".join([record.text, *record.stack]) if record.stack else record.text
        marked = self._canary(record, whole)
        self._request(record, marked)
        self._events(record, whole)
        self._private(record, whole)

    def _time(self, record: Record) -> None:
        if record.at is not None:
            self.first = record.at if self.first is None else min(self.first, record.at)
            self.last = record.at if self.last is None else max(self.last, record.at)

    def _canary(self, record: Record, whole: str) -> bool:
        found = spot(whole, self.canary)
        for run, part in found.requests:
            self.runs.add(run)
            if run == self.canary.eight:
                self.parts.add(part)
        for run, name in found.clear:
            self._place("canary", record, name, run)
        if found.forged:
            self._place("forged", record, found.forged, found.forged)
        if self.canary.line in whole.lower():
            self.counts["line"] += 1
        return bool(self.run_id and self.run_id in whole) or any(run == self.canary.eight for run, _ in found.requests)

    def _request(self, record: Record, marked: bool) -> None:
        status, has_id = record.status, bool(record.request_id)
        if has_id and (len(self.ids) < MOST_IDS or record.request_id in self.ids):
            self.ids[record.request_id] += 1
        if marked:
            self.counts["marked"] += 1
            self.counts["answered"] += bool(status)
            self.counts["marked-refused"] += status in (401, 403)
            self.counts["marked-limited"] += status == 429
        if not record.is_request:
            return
        self.requests["count"] += 1
        self.requests["with-id"] += has_id
        self.requests["refused"] += status in (401, 403)
        self.requests["limited"] += status == 429
        if status >= 500:
            self.requests["broken"] += 1

    def _events(self, record: Record, whole: str) -> None:
        if record.at is not None:
            refused = record.status in (401, 403) and record.path
            self.counts["refusals"] += bool(refused or (not record.status and _REFUSAL.search(whole)))
            self.counts["limits"] += bool(record.status == 429 or (not record.status and _LIMIT.search(whole)))
        if (record.stack or "at " in whole or "line " in whole) and record.has_trace:
            self.counts["traces"] += 1
            self.counts["tied"] += bool(record.request_id)
        if record.error_id and (record.status >= 500 or "error" in whole[:2_000].lower()):
            self.counts["error-ids"] += 1
        release = record.release
        if not release and (found := _RELEASE.search(record.text[:2_000])) and not record.is_request:
            release = found[1] or found[2]
            release = release if is_release("release", release) else ""
        if release and (record.at or 0) >= self.counts["release-time"]:
            self.released, self.release_at = escape(release)[:80], record.where
            self.counts["release-time"] = int(record.at or 0)

    def _private(self, record: Record, whole: str) -> None:
        found = people.find(record, self.own)
        if any(one.strong for one in found):
            self.counts["strong"] += 1
        elif found:
            self.counts["weak"] += 1
        for one in found:
            self._place("people" if one.strong else "weak-people", record, one.kind, one.shown)
        for login in logins.find(whole, self.private):
            self._place("login", record, f"{login.kind}:{login.name}", login.label)
        said = content.find(record)
        if said is not None and len(self.said) < 1_000 and self.private(said[1]) not in self.said:
            self.said.add(self.private(said[1]))
            self._place("content", record, said[0][:60], f"{len(said[1])} characters")
        if _ADDRESS.search(record.text):
            self.counts["addresses"] += 1

    def _place(self, what: str, record: Record, kind: str, shown: str) -> None:
        kept = self.seen.setdefault(what, [])
        if len(kept) < MOST_PLACES:
            kept.append(Place(record.where, escape(kind), escape(shown)))

    def places(self, *what: str) -> tuple[Place, ...]:
        """The first sights of these kinds."""
        return tuple(place for one in what for place in self.seen.get(one, []))

    @property
    def span(self) -> float:
        """Seconds between the first and the last record that has a time."""
        return round(self.last - self.first, 1) if self.first is not None and self.last is not None else 0.0

    def request_counts(self) -> Requests:
        """The counts over request records."""
        count = self.requests
        shared = sum(1 for times in self.ids.values() if times >= 2)
        formats = tuple(self.formats.most_common(12))
        return Requests(
            count["count"], count["with-id"], shared, count["refused"], count["limited"], count["broken"], formats
        )
