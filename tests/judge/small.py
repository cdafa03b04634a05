"""A checklist of three small items and probes that return what they are told: the judge's rules without the real words."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.checklist import Check, Checklist, Choice, Flag, Index, Item, Question, Raise, Verdicts, Words
from wizard.model import Answer, Basis, Consent, Decide, Evidence, Finding, Observation, Outcome
from wizard.probe import Probe


@dataclass(frozen=True, slots=True)
class Seen:
    findings: tuple[Finding, ...] = ()


async def observe(target: object, net: object) -> Seen:
    raise AssertionError("not run here")


def probe(name: str, checks: tuple[str, ...]) -> Probe:
    return Probe(name, name, Consent.LOOK, Seen, observe, lambda seen: seen.findings, checks)


PROBES = (probe("auth", ("auth.door",)), probe("files", ("files.wall",)), probe("ops", ()))


def item(name: str, checks: dict[str, Check], questions: list[Question], *, row: int, observable: bool = True) -> Item:
    words = dict.fromkeys(("title", "what", "why", "breaks", "fix", "tested", "limits"), "x")
    summary = {outcome.value: "x" for outcome in Outcome}
    return Item(
        id=name, row=row, pass_="x", summary=summary, checks=checks, questions=questions, observable=observable, **words
    )


def check(required: str = "always", basis: Basis = Basis.OBSERVED) -> Check:
    return Check(title="x", required=required, basis=basis, say={o.value: "x" for o in Outcome})


CHECKLIST = Checklist(
    index=Index(
        schema=1,
        id="small",
        title="x",
        items=["auth", "files", "ops", "more"],
        max_scorecard_fails=2,
        red_flags={
            "mixed": Flag(title="x", why="x", next="x", say={}, tags=["other-secret-seen"], seen_by=["files.wall"]),
            "fragile": Flag(
                title="x",
                why="x",
                next="x",
                say={},
                questions=["ops.drill"],
                raises=[Raise(question="ops.deploys", values=["by-hand"], unless_pass="ops.recipe")],
            ),
        },
        decision={d.value: Verdicts(title="x", text="x", next="x") for d in Decide},
        reasons=dict.fromkeys(
            ("too-many-fails", "flag-raised", "item-fails", "item-unknown", "flag-open", "all-pass"), "x"
        ),
        takeover="x",
        diy=[],
    ),
    items=(
        item("auth", {"door": check(), "extra": check("no")}, [Question(id="auth.door", ask="x")], row=1),
        item("files", {"wall": check(), "side": check("if-reported")}, [Question(id="files.wall", ask="x")], row=2),
        item(
            "ops",
            {
                "drill": check(basis=Basis.ATTESTED),
                "recipe": check(basis=Basis.EVIDENCED),
                "deploys": check("no", Basis.ATTESTED),
            },
            [
                Question(id="ops.drill", ask="x", needs=["date", "minutes"], max_age_days=365),
                Question(id="ops.recipe", ask="x"),
                Question(
                    id="ops.deploys",
                    ask="x",
                    kind="choice",
                    choices=[Choice(value="by-hand", label="x"), Choice(value="auto", label="x")],
                    means={"auto": Outcome.PASS, "by-hand": Outcome.UNKNOWN},
                ),
            ],
            row=3,
            observable=False,
        ),
        item(
            "more",
            {"list": check(basis=Basis.ATTESTED)},
            [Question(id="more.list", ask="x", kind="table")],
            row=0,
            observable=False,
        ),
    ),
    common={k: Words(text="x") for k in ("stopped", "internal-error", "no-site")},
)


def found(id_: str, outcome: str, basis: str = "observed", **more: object) -> Finding:
    return Finding(id_, Outcome(outcome), Basis(basis if outcome != "unknown" else "none"), **more)


def seen(*findings: Finding, at: str = "2026-11-20T10:00:00Z") -> tuple[Observation, ...]:
    """One observation for each probe that these findings belong to; `ops` carries what no probe of its own has."""
    by: dict[str, list[Finding]] = {}
    for finding in findings:
        by.setdefault(finding.item if finding.item in ("auth", "files") else "ops", []).append(finding)
    return tuple(Observation(name, Seen(tuple(all_)), at, 0.1) for name, all_ in by.items())


def told(question: str, value: object, **more: object) -> Answer:
    return Answer(question, value, more.pop("by", "Ada"), more.pop("at", "2026-11-19"), **more)


def evidence(*parts: Finding | Answer) -> Evidence:
    return Evidence(
        seen(*(p for p in parts if isinstance(p, Finding))), tuple(p for p in parts if isinstance(p, Answer))
    )
