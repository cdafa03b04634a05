"""The decision for the page: its words and reasons, then the list of fixes or the 48-hour plan, filled with this product's own points."""

from __future__ import annotations

import tomllib
from typing import Any

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Decide, Decision, Outcome, Slots, Verdict
from wizard.report.open_points import not_tested
from wizard.report.results import next_step
from wizard.words import area, data, fill, say


def decision(judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    """Title, sentence, next step, reasons; `fixes` and `sprint` where the verdict calls for them, else empty."""
    found = judgement.decision
    words = checklist.index.decision[found.verdict.value]
    senior = found.verdict is Decide.SENIOR_ENGINEER
    return {
        "verdict": found.verdict.value,
        "title": words.title,
        "text": verdict_text(judgement, checklist),
        "next": words.next,
        "reasons": _reasons(found, checklist),
        "takeover": checklist.index.takeover if senior else "",
        "fixes": fixes(judgement, checklist) if found.failed and not senior else [],
        "sprint": sprint(judgement, checklist) if senior else None,
    }


def verdict_text(judgement: Judgement, checklist: Checklist) -> str:
    """The verdict's sentence, and how many items it says nothing of: a short list of fails is no good news beside many unknowns."""
    found = judgement.decision
    text, count = checklist.index.decision[found.verdict.value].text, len(found.unknown)
    if not count:
        return text
    beside = found.failed or found.raised
    one, many = ("unknown-one", "unknown-many") if beside else ("open-one", "open-many")
    key = one if count == 1 else many
    return f"{text} {say(f'report.decision.{key}', count=count, of=len(judgement.verdicts))}"


def _reasons(found: Decision, checklist: Checklist) -> list[str]:
    """The reasons, those of one kind in one sentence."""
    kinds: dict[str, list[Slots]] = {}
    for key, slots in found.reasons:
        kinds.setdefault(key, []).append(slots)
    many: dict[str, str] = area("report")["decision"]["many"]
    return [
        checklist.reason(key, mine[0])
        if len(mine) == 1 or key not in many
        else fill(
            many[key], {"count": str(len(mine)), "names": "; ".join(value for slots in mine for _, value in slots)}
        )
        for key, mine in kinds.items()
    ]


def fixes(judgement: Judgement, checklist: Checklist) -> list[dict[str, Any]]:
    """What to mend, in order: the fixes anybody can do that apply here, then the failing items that none of them covers."""
    failed = [item for item in checklist.order if item in judgement.decision.failed]
    found: list[dict[str, Any]] = []
    covered: set[str] = set()
    for diy in checklist.index.diy:
        mine = [item for item in failed if item in diy.items]
        if mine:
            found.append(
                {
                    "title": diy.title,
                    "text": diy.text,
                    "items": _named(mine, checklist),
                    "rechecks": _rechecks(mine, checklist),
                }
            )
            covered.update(mine)
    for item in failed:
        if item not in covered:
            verdict = judgement.verdict(item)
            text = next_step(verdict, checklist)
            found.append(
                {
                    "title": checklist.item(item).title,
                    "text": text,
                    "items": [],
                    "rechecks": _rechecks([item], checklist),
                }
            )
    return found


def _named(items: list[str], checklist: Checklist) -> list[dict[str, str]]:
    return [{"id": item, "title": checklist.item(item).title} for item in items]


def _rechecks(items: list[str], checklist: Checklist) -> list[str]:
    return [checklist.item(item).recheck or f"launch-ready check PROFILE --item {item}" for item in items]


def sprint(judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    """The 48-hour plan: four phases with this product's open points, and the six areas with how each stands."""
    with data(f"checklists/{checklist.index.id}/sprint.toml").open("rb") as file:
        plan: dict[str, Any] = tomllib.load(file)
    phases = [
        {
            "hours": phase["hours"],
            "title": phase["title"],
            "text": phase["text"],
            "points": [
                *({"title": "", "text": step} for step in phase.get("first", ())),
                *_points(phase["take"], judgement, checklist),
                *({"title": "", "text": step} for step in phase["steps"]),
            ],
        }
        for phase in plan["phases"]
    ]
    scope = [{"title": a["title"], "text": a["text"], "state": _state(a["items"], judgement)} for a in plan["scope"]]
    return {"intro": plan["intro"], "phases": phases, "scope": scope}


def _points(take: str, judgement: Judgement, checklist: Checklist) -> list[dict[str, str]]:
    of = {v.item: v for v in judgement.verdicts}
    wanted = {"failed": Outcome.FAIL, "recheck": Outcome.FAIL}
    if take == "flags":
        return [
            {"title": checklist.index.red_flags[f.id].title, "text": checklist.index.red_flags[f.id].next}
            for f in judgement.flags
            if f.raised
        ]
    if take == "unknown":
        return _lacking(judgement, checklist)
    found = [v for v in of.values() if v.outcome is wanted[take]]
    if take == "recheck":
        return [
            {"title": checklist.item(v.item).title, "text": text}
            for v in found
            for text in _rechecks([v.item], checklist)
        ]
    return [_point(v, checklist) for v in found]


def _lacking(judgement: Judgement, checklist: Checklist) -> list[dict[str, str]]:
    """What is not known: the unknown items with their next step, then the checks that were left out of the others."""
    unknown = [v for v in judgement.verdicts if v.outcome is Outcome.UNKNOWN]
    titles = {checklist.item(v.item).title for v in unknown}
    left: dict[str, dict[str, None]] = {}
    for row in not_tested(judgement, checklist):
        if row["title"] not in titles:
            left.setdefault(row["title"], {}).update(dict.fromkeys(row["checks"]))
    return [
        *(_point(v, checklist) for v in unknown),
        *(
            {"title": title, "text": say("report.decision.left-out", checks="; ".join(checks))}
            for title, checks in left.items()
        ),
    ]


def _point(verdict: Verdict, checklist: Checklist) -> dict[str, str]:
    return {"title": checklist.item(verdict.item).title, "text": next_step(verdict, checklist)}


def _state(items: list[str], judgement: Judgement) -> str:
    """The worst outcome among the items of an area, in words."""
    found = {v.outcome for v in judgement.verdicts if v.item in items}
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE):
        if outcome in found:
            return say(
                "report.decision.state",
                mark=say(f"report.marks.{outcome.value}"),
                word=say(f"report.outcomes.{outcome.value}"),
            )
    return say("report.decision.not-in-scope")


def flags(judgement: Judgement, checklist: Checklist) -> list[dict[str, str]]:
    """The five red flags: up, down or open, why, on which basis, and what to do."""
    found = []
    for flag in judgement.flags:
        state = "up" if flag.raised else "down" if flag.established else "open"
        words = checklist.index.red_flags[flag.id]
        found.append(
            {
                "id": flag.id,
                "title": words.title,
                "state": state,
                "mark": say(f"report.flags.mark-{state}"),
                "word": say(f"report.flags.{state}"),
                "text": checklist.flag_words(flag),
                "why": words.why,
                "next": words.next if state != "down" else "",
                "basis_word": say(f"report.basis.{flag.basis.value}"),
            }
        )
    return found
