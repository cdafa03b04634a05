"""A later look: what got better, worse or went unknown between two results, and a page about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard import __version__
from wizard.checklist import Checklist
from wizard.report.child import make
from wizard.report.showable import all_showable
from wizard.report.times import EPOCH, minute
from wizard.words import area, say

EXPIRY = ("tls.expiry", "auth.token-life", "monitoring.tls-and-domain-expiry")
"""Findings that tell when something runs out."""
_RANK = {"fail": 0, "unknown": 1, "pass": 2, "not-applicable": 2}
MOST_LINES = 6
"""Lines of each list on the page; the attached comparison has all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One item before and after: outcome and basis ("" when it was not judged), the new summary, and `kind`: better, worse, unknown, same, new or gone."""

    item: str
    kind: str
    before: str
    after: str
    basis_before: str
    basis_after: str
    summary: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two results side by side. `flags_raised` and `flags_lowered` are red flag ids; `fixed` and `broken` finding ids that stopped or began to fail.

    `ahead`: what runs out, as (place, sentence) of the new result's findings on expiry.
    """

    old: str
    new: str
    verdict_before: str
    verdict_after: str
    changes: tuple[Change, ...]
    flags_raised: tuple[str, ...] = ()
    flags_lowered: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    ahead: tuple[tuple[str, str], ...] = ()

    def of(self, kind: str) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)

    def plain(self) -> dict[str, Any]:
        """As JSON (schema 1)."""
        return {
            "schema": 1,
            "old": self.old,
            "new": self.new,
            "verdict": {"before": self.verdict_before, "after": self.verdict_after},
            "items": [
                {
                    "id": c.item,
                    "change": c.kind,
                    "before": {"outcome": c.before, "basis": c.basis_before},
                    "after": {"outcome": c.after, "basis": c.basis_after},
                    "summary": c.summary,
                }
                for c in self.changes
            ],
            "red_flags": {"raised": list(self.flags_raised), "lowered": list(self.flags_lowered)},
            "findings": {"fixed": list(self.fixed), "broken": list(self.broken)},
            "ahead": [{"where": where, "summary": text} for where, text in self.ahead],
        }


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Compare two results (contract: Results). Items in the new one's order, then those that are gone."""
    before = {item["id"]: item for item in old["items"]}
    after = {item["id"]: item for item in new["items"]}
    names = [*after, *(name for name in before if name not in after)]
    up_old, up_new = _raised(old), _raised(new)
    failing_old, failing_new = _failing(old), _failing(new)
    return Comparison(
        old=_moment(old),
        new=_moment(new),
        verdict_before=old["decision"]["verdict"],
        verdict_after=new["decision"]["verdict"],
        changes=tuple(_change(name, before.get(name), after.get(name)) for name in names),
        flags_raised=tuple(name for name in up_new if name not in up_old),
        flags_lowered=tuple(name for name in up_old if name not in up_new),
        fixed=tuple(name for name in failing_old if name not in failing_new),
        broken=tuple(name for name in failing_new if name not in failing_old),
        ahead=_ahead(new),
    )


def _ahead(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Certificates and tokens that were looked at for when they end, those with a warning first."""
    dated = [f for item in found["items"] for f in item["findings"] if f["id"] in EXPIRY]
    dated.sort(key=lambda f: (f["outcome"] == "pass" and not f["severity"], f["where"]))
    return tuple((f["where"], f["summary"]) for f in dated)


def _moment(found: Mapping[str, Any]) -> str:
    return str(found["run"].get("finished") or found["run"].get("started") or "")


def _raised(found: Mapping[str, Any]) -> list[str]:
    return [flag["id"] for flag in found["red_flags"] if flag["raised"]]


def _failing(found: Mapping[str, Any]) -> list[str]:
    own = [f for item in found["items"] for f in item["findings"] if f["outcome"] == "fail" and not f.get("root")]
    return list(dict.fromkeys(f"{f['id']} {f['where']}".strip() for f in own))


def _change(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Change:
    was, now = (old or {}).get("outcome", ""), (new or {}).get("outcome", "")
    if not old:
        kind = "new"
    elif not new:
        kind = "gone"
    elif was == now or _RANK[was] == _RANK[now]:
        kind = "same"
    elif now == "unknown":
        kind = "unknown"
    else:
        kind = "better" if _RANK[now] > _RANK[was] else "worse"
    told = new or old or {}
    bases = (old or {}).get("basis", ""), (new or {}).get("basis", "")
    return Change(name, kind, was, now, *bases, str(told.get("summary", "")))


def compare_page(found: Comparison, checklist: Checklist, product: str) -> dict[str, Any]:
    """The data of the page."""
    order = ("worse", "unknown", "better", "new", "gone", "same")
    groups = []
    for kind in order:
        rows = [_row(change, checklist) for change in found.of(kind)]
        if rows:
            groups.append({"title": say(f"report.compare.{kind}"), "kind": kind, "rows": rows})
    counts = {kind: len(found.of(kind)) for kind in order}
    flags = [
        {"title": checklist.index.red_flags[name].title, "word": say(f"report.compare.{word}")}
        for word, names in (("raised", found.flags_raised), ("lowered", found.flags_lowered))
        for name in names
        if name in checklist.index.red_flags
    ]
    verdicts = [checklist.index.decision[v].title for v in (found.verdict_before, found.verdict_after)]
    page: dict[str, Any] = {
        "template": "compare.html",
        "product": product,
        "old": minute(found.old),
        "new": minute(found.new),
        "decision": {"before": verdicts[0], "after": verdicts[1], "changed": verdicts[0] != verdicts[1]},
        "groups": groups,
        "counts": counts,
        "flags": flags,
        "fixed": _named(found.fixed, checklist),
        "broken": _named(found.broken, checklist),
        "ahead": [{"where": "" if where in text else where, "text": text} for where, text in found.ahead[:MOST_LINES]],
    }
    shown: dict[str, Any] = all_showable(page)
    return shown | {"words": area("report"), "created": found.new or EPOCH, "version": __version__, "paper": "a4"}


def _named(names: tuple[str, ...], checklist: Checklist) -> list[dict[str, str]]:
    """Findings by the titles of their checks, each with its places; what is too much for the page is counted."""
    places: dict[str, list[str]] = {}
    for name in names:
        finding, _, where = name.partition(" ")
        check = checklist.check(finding)
        places.setdefault(check.title if check is not None else finding, []).append(where)
    lines = [{"title": title, "where": ", ".join(filter(None, mine))} for title, mine in places.items()]
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], {"title": say("report.reviewer.more", count=more), "where": ""}] if more > 0 else lines


def _row(change: Change, checklist: Checklist) -> dict[str, str]:
    title = checklist.item(change.item).title if change.item in checklist.order else change.item
    return {
        "title": title,
        "before": _state(change.before),
        "after": _state(change.after),
        "outcome": change.after or change.before,
        "summary": change.summary,
    }


def _state(outcome: str) -> str:
    if not outcome:
        return say("report.marks.not-applicable")
    return say("report.decision.state", mark=say(f"report.marks.{outcome}"), word=say(f"report.outcomes.{outcome}"))


def compare_pdf(found: Comparison, checklist: Checklist, product: str = "", paper: str = "a4") -> bytes:
    """The comparison as a one-page PDF with ``comparison.json`` attached. PdfUnavailable without Pango."""
    raw = (json.dumps(found.plain(), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
    page = compare_page(found, checklist, product) | {"paper": paper}
    return make(page, [("comparison.json", say("report.compare.attached"), raw)], hashlib.sha256(raw).hexdigest()[:32])
