"""The document as plain data, ready for the template: everything on a page follows from the assessment, and from nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
from dataclasses import dataclass, replace
from typing import Any, Literal

from wizard import __version__
from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment, Basis, Outcome, Verdict
from wizard.report import chapters as boundary_pages
from wizard.report import decision as decisions
from wizard.report import items, open_points
from wizard.report.aftercare import aftercare
from wizard.report.proof import proof
from wizard.report.reviewer import replies
from wizard.report.showable import all_showable
from wizard.report.standards import LISTS, of_item, table
from wizard.report.times import EPOCH, day, minute, moment
from wizard.words import area, data, say

Edition = Literal["reviewer", "public"]
Paper = Literal["a4", "letter"]
MOST_NAME = 120
"""Characters kept of the name of a business, product or person on the pages."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whom the cover names as the first to sign: name, role, and the fingerprint of the key in words or hex."""

    name: str
    role: str
    fingerprint: str


def grouped(digest: str) -> str:
    """The first 32 hex digits in groups of four, as a person reads them out."""
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def build(
    assessment: Assessment,
    judgement: Judgement,
    checklist: Checklist,
    evidence: bytes,
    *,
    edition: Edition = "reviewer",
    paper: Paper = "a4",
    signer: Signer | None = None,
) -> dict[str, Any]:
    """The data of all pages. `evidence` is the exact file that will be attached; its SHA-256 is on the cover."""
    assessment = _named_short(assessment)
    at = moment(assessment)
    digest = hashlib.sha256(evidence).hexdigest()
    page: dict[str, Any] = {
        "edition": edition,
        "medium": "pdf",
        "paper": paper,
        "created": at,
        "digest": digest,
        "version": __version__,
        "cover": _cover(assessment, judgement, checklist, digest, signer),
        "decision": decisions.decision(judgement, checklist),
        "scorecard": items.scorecard(judgement.verdicts, checklist),
        "flags": decisions.flags(judgement, checklist),
        "method": _method(assessment, judgement, checklist),
        "standards": _standards(judgement, checklist),
        "glossary": _glossary(checklist),
        "criteria": [_criterion(verdict, checklist) for verdict in judgement.verdicts],
    }
    if edition == "reviewer":
        page |= {
            "boundaries": boundary_pages.pages(assessment, judgement, checklist),
            "proof": proof(assessment),
            "items": [items.page(verdict, assessment, checklist) for verdict in judgement.verdicts],
            "reviewer": _reviewer(assessment, judgement, checklist),
            "open": open_points.points(assessment, judgement, checklist),
            "aftercare": aftercare(assessment.aftercare),
            "not_tested": open_points.not_tested(judgement, checklist),
        }
    shown: dict[str, Any] = all_showable(page)
    return shown | {"words": area("report")}


def _named_short(assessment: Assessment) -> Assessment:
    """The assessment with names that fit a line: some stand on every page."""
    subject = assessment.subject
    names = {name: _short(getattr(subject, name)) for name in ("business", "product", "site", "assessor", "role")}
    return replace(assessment, subject=replace(subject, **names))


def _short(text: str) -> str:
    return text if len(text) <= MOST_NAME else text[: MOST_NAME - 1] + "…"


def _cover(
    assessment: Assessment, judgement: Judgement, checklist: Checklist, digest: str, signer: Signer | None
) -> dict[str, Any]:
    subject = assessment.subject
    words = checklist.index.decision[judgement.decision.verdict.value]
    return {
        "business": subject.business,
        "product": subject.product or subject.business,
        "site": subject.site,
        "date": "" if moment(assessment) == EPOCH else day(moment(assessment)),
        "verdict": judgement.decision.verdict.value,
        "title": words.title,
        "text": decisions.verdict_text(judgement, checklist),
        "strip": strip(judgement),
        "flags_up": sum(flag.raised for flag in judgement.flags),
        "assessor": subject.assessor,
        "role": say(f"report.roles.{subject.role}") if subject.role in ("founder", "consultant") else subject.role,
        "signer": _signer(signer),
        "fingerprint": grouped(digest),
        "qr": _qr(digest),
    }


def strip(judgement: Judgement) -> list[dict[str, Any]]:
    """How many items rest on what was seen, handed over, told, and how many are unknown, in this order."""
    counts = {"observed": 0, "evidenced": 0, "attested": 0, "none": 0}
    for verdict in judgement.verdicts:
        unknown = verdict.outcome is Outcome.UNKNOWN or verdict.basis is Basis.NONE
        counts["none" if unknown else verdict.basis.value] += 1
    return [
        {"basis": name, "count": count, "word": say(f"report.strip.{name}"), "note": say(f"report.strip-notes.{name}")}
        for name, count in counts.items()
    ]


def _signer(signer: Signer | None) -> dict[str, str] | None:
    if signer is None:
        return None
    role = say(f"report.roles.{signer.role}") if signer.role in ("founder", "consultant") else signer.role
    return {"name": signer.name, "role": role, "fingerprint": signer.fingerprint}


def _qr(digest: str) -> str:
    """The QR code of the evidence's whole SHA-256 as an SVG address."""
    out = io.BytesIO()
    import segno  # noqa: PLC0415  drags in an HTTP client of the standard library; only a document needs it

    segno.make(f"sha256:{digest}", error="m", micro=False).save(
        out, kind="svg", border=2, dark="#16202b", light="#ffffff", xmldecl=False, svgclass=None, lineclass=None
    )
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _method(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    run = assessment.run
    consent = [name for name in assessment.consent if name in ("touch", "push")]
    who = [name.removeprefix("by=") for name in assessment.consent if name.startswith("by=")]
    return {
        "run": run.id,
        "started": minute(run.started),
        "finished": minute(run.finished),
        "requests": run.requests,
        "scope": list(assessment.scope),
        "consent": [say(f"report.consent.{name}") for name in ("look", *consent)],
        "consent_by": who[0] if who else "",
        "owned": _owned(assessment.consent),
        "items": [checklist.item(verdict.item).title for verdict in judgement.verdicts],
        "partial": bool(assessment.only),
        "assessor": assessment.subject.assessor,
    }


def _owned(consent: tuple[str, ...]) -> str:
    """How it was shown that the addresses belong to the business; "" where nothing had to be shown."""
    ways: dict[str, str] = area("report")["owned"]
    return next((ways.get(name.removeprefix("proof="), "") for name in consent if name.startswith("proof=")), "")


def _standards(judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    editions = table()["editions"]
    rows = [
        {"title": checklist.item(v.item).title, "ids": ", ".join(of_item(v.item)) or say("report.standards.none")}
        for v in judgement.verdicts
    ]
    return {"rows": rows, "editions": [editions[name] for name in LISTS]}


def _glossary(checklist: Checklist) -> list[dict[str, str]]:
    with data(f"checklists/{checklist.index.id}/glossary.toml").open("rb") as file:
        words: dict[str, str] = tomllib.load(file)["words"]
    return [{"word": word, "meaning": meaning} for word, meaning in words.items()]


def _criterion(verdict: Verdict, checklist: Checklist) -> dict[str, str]:
    item = checklist.item(verdict.item)
    return {"title": item.title, "what": item.what, "pass": item.pass_, "limits": item.limits}


def _reviewer(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> dict[str, Any]:
    found = replies(assessment, judgement, checklist)
    topics: dict[str, list[dict[str, Any]]] = {}
    for reply in found:
        topics.setdefault(reply.topic, []).append(
            {
                "number": reply.number,
                "ask": reply.ask,
                "answer": reply.answer,
                "bases": " + ".join(say(f"report.basis.{basis.value}") for basis in reply.bases)
                or say("report.basis.none"),
                "pointer": reply.pointer,
                "label": reply.label,
                "open": reply.open,
            }
        )
    answered = sum(not reply.open for reply in found)
    return {
        "topics": [{"title": t, "questions": q} for t, q in topics.items()],
        "answered": answered,
        "all": len(found),
    }
