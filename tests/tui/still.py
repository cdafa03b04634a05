"""A checklist that stands still: the real ids and shapes, other words, so that a picture changes only when the screens do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from wizard.checklist import Check, Checklist, Choice, Index, Item, Question, load
from wizard.model import Basis, Consent, Decide, Evidence, Finding, Observation, Outcome, Run
from wizard.probe import Probe
from wizard.session import Session

TITLES = (
    "Doors ask who is there",
    "Each guest sees one room",
    "No keys under the mat",
    "Odd letters are sent back",
    "One knock at a time",
    "Only friends may call",
    "Letters travel sealed",
    "Letters in your name",
    "Somebody watches the house",
    "The house can be rebuilt",
    "Nobody talks the butler over",
    "A diary without secrets",
    "A fence in front",
)
SENTENCE = "This sentence stands for what the checklist says about {name}, and it is long enough to go over one line."
FIX = "Do the first thing first, and look again.\n\nFor example:\n\n  lock --door front --twice"
CHECKS = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Seen:
    findings: tuple[Finding, ...] = ()


async def observe(target: object, net: object) -> Seen:
    raise AssertionError("not run here")


def _item(name: str, row: int) -> Item:
    text = {
        key: SENTENCE.format(name=f"the {key} of this item") for key in ("what", "why", "breaks", "tested", "limits")
    }
    say = {o.value: f"At {{where}} the {o.value} was seen, as the check says." for o in Outcome}
    check = Check(title="A look at the lock", required="always", fix=FIX, next="Look again tomorrow.", say=say)
    asks = Question(
        id=f"{name}.third",
        ask=f"Did somebody try the lock of {name} on a given day?",
        help="A day, the minutes it took, and a file that shows it.",
        who="the person who built the house",
        message="Hello, did you try the lock?",
        means={"yes": Outcome.PASS, "no": Outcome.FAIL},
        needs=["date", "minutes", "files"],
    )
    return Item(
        id=name,
        row=row,
        title=TITLES[row - 1] if row else name,
        pass_="Every lock was tried.",
        fix=FIX,
        summary={o.value: f"One line says that this item came to {o.value}." for o in Outcome},
        checks=dict.fromkeys(CHECKS, check),
        questions=[asks],
        **text,
    )


def _question(question: Question) -> Question:
    kept = [Choice(value=choice.value, label=choice.value) for choice in question.choices]
    short: dict[str, Any] = {"ask": f"What is true of {question.id}?", "help": SENTENCE.format(name="this question")}
    return msgspec.structs.replace(question, choices=kept, who="the builder", message="Hello?", show=[], **short)


def _index(index: Index) -> Index:
    flags = {
        name: msgspec.structs.replace(
            flag,
            title=f"Flag {number}",
            why=SENTENCE.format(name="a flag"),
            next="Ask the builder.",
            say=dict.fromkeys(flag.say, "The reason for this flag."),
            questions=[],
            raises=[],
        )
        for number, (name, flag) in enumerate(index.red_flags.items(), 1)
    }
    decide = {
        d.value: msgspec.structs.replace(
            index.decision[d.value], title=f"Verdict: {d.value}", text=SENTENCE.format(name="a verdict"), next="Go on."
        )
        for d in Decide
    }
    reasons = dict.fromkeys(index.reasons, "A reason that led to the verdict.")
    return msgspec.structs.replace(
        index, red_flags=flags, decision=decide, reasons=reasons, diy=[], takeover="Hand over."
    )


def checklist() -> Checklist:
    """The still checklist."""
    real = load()
    items = tuple(
        msgspec.structs.replace(_item(name, number if number < 11 else 0), title=TITLES[number - 1])
        for number, name in enumerate(real.order, 1)
    )
    chapters = {
        name: msgspec.structs.replace(chapter, intro=SENTENCE.format(name=name), also=[])
        for name, chapter in real.chapters.items()
    }
    return Checklist(
        index=_index(real.index),
        items=items,
        common=real.common,
        interview=tuple(map(_question, real.interview)),
        chapters=chapters,
    )


def _probe(item: str) -> Probe:
    return Probe(
        item, item, Consent.LOOK, Seen, observe, lambda seen: seen.findings, tuple(f"{item}.{c}" for c in CHECKS)
    )


def hold_still(session: Session) -> Session:
    """The session with the still checklist and nothing seen yet."""
    session.checklist = checklist()
    session.probes = tuple(_probe(name) for name in session.checklist.order)
    session._judged = None
    return session


def _found(item: str, check: str, outcome: Outcome, where: str) -> Finding:
    basis = Basis.NONE if outcome is Outcome.UNKNOWN else Basis.OBSERVED
    return Finding(f"{item}.{check}", outcome, basis, slots=(("where", where),), where=where, evidence="200, 141 bytes")


def look(session: Session) -> Session:
    """As after a run: fails, unknowns and passes, and one item with many findings."""
    seen = []
    for number, item in enumerate(session.checklist.order):
        outcome = (Outcome.FAIL, Outcome.PASS, Outcome.UNKNOWN, Outcome.PASS)[number % 4]
        found = [_found(item, check, outcome if check == "first" else Outcome.PASS, "GET /door") for check in CHECKS]
        if number == 0:
            found += [_found(item, "second", Outcome.FAIL, f"GET /window/{n}") for n in range(8)]
        seen.append(Observation(item, Seen(tuple(found)), "2026-11-20T10:00:00.000Z", 0.5))
    evidence = Evidence(tuple(seen), session.assessment.evidence.answers)
    run = Run("0123456789abcdef", "2026-11-20T10:00:00.000Z", "2026-11-20T10:01:00.000Z", 212)
    session.assessment = replace(session.assessment, evidence=evidence, run=run)
    return session
