"""A made-up product for the tests of the document: checklist, assessment and judgement by hand, so that no probe and no item file is needed."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from wizard.checklist import Check, Checklist, Index, Item, Question, Words, _Interview, _read
from wizard.judge import Judgement
from wizard.judge.decide import decide
from wizard.judge.findings import newest_answers
from wizard.judge.flags import raise_flags
from wizard.judge.verdicts import verdict_of
from wizard.model import (
    Answer,
    Assessment,
    Basis,
    Evidence,
    FileRef,
    Finding,
    Observation,
    Outcome,
    Reason,
    Run,
    Severity,
    Subject,
    Tag,
    Unobserved,
)
from wizard.words import data

TITLES = {
    "auth": "Sign-in on every route",
    "object-access": "Own records only",
    "frontend-secrets": "No keys in the browser",
    "input-validation": "Broken input refused",
    "rate-limits": "Limits on use",
    "cors": "Only our websites",
    "tls": "HTTPS everywhere",
    "email-auth": "Mail in our name",
    "monitoring": "Watched all day",
    "deployment": "Repeatable releases",
    "prompt-injection": "Bot withstands attacks",
    "logging": "Useful, clean logs",
    "edge": "Behind an edge",
}
NAMES = tuple(TITLES)


@cache
def checklist() -> Checklist:
    folder = data("checklists/coach-chatbot")
    index = _read(folder / "checklist.toml", Index)
    common = _read(folder / "reasons.toml", dict[str, Words])
    interview = _read(folder / "boundaries.toml", _Interview)
    items = tuple(_item(name, row) for row, name in enumerate(NAMES, 1))
    return Checklist(
        index=index, items=items, common=common, interview=tuple(interview.questions), chapters=interview.chapters
    )


def _item(name: str, row: int) -> Item:
    check = Check(
        title="The main check",
        required="always",
        severity=Severity.HIGH,
        fix="Ask for a token before any route of private data answers.\n\n```\napp.use('/api', requireSession)\n```\n\nThen run the tests again.",
        next="Add two test clients to the profile, and run this item again.",
        say={
            "pass": "Every private address turned strangers away.",
            "fail": Words(text="Anyone on the internet can open {where} without signing in."),
            "unknown": "What came back could not be told apart.",
        },
    )
    side = Check(
        title="A side check", severity=Severity.LOW, say={"pass": "Fine here.", "fail": "Not fine at {where}."}
    )
    return Item(
        id=name,
        row=row if row <= 10 else 0,
        title=TITLES[name],
        what="Whether private data is given only to people who have signed in.",
        pass_="No route gives private data to a stranger, to a broken token or to an old one.",
        why="Client notes and chats are what a coach is trusted with.",
        breaks="One open address is enough for a stranger to read every client's history.",
        fix="Put the sign-in check in one place that every route passes.",
        tested="Each route was called with no token, with a broken one and with an old one.",
        limits="Routes that nobody named were not tried.",
        recheck=f"launch-ready check PROFILE --item {name}",
        summary={
            "pass": "Strangers get nothing on the routes that were tried.",
            "fail": "At least one route answers strangers.",
            "unknown": "There is not enough proof yet to say.",
            "not-applicable": "This does not apply here.",
        },
        checks={"main": check, "side": side},
        questions=[Question(id=f"{name}.main", ask="Is it done?", who="Your developer."), *_more(name)],
    )


def _more(item: str) -> list[Question]:
    """The list of keys, which lives with an item and is shown in a chapter."""
    if item != "frontend-secrets":
        return []
    columns = ["key", "kept where", "who can read it", "last changed"]
    ask = "Which keys are there, and where is each kept?"
    return [Question(id="frontend-secrets.where-they-live", ask=ask, kind="table", columns=columns)]


def finding(item: str, outcome: Outcome, **more: Any) -> Finding:
    basis = Basis.NONE if outcome is Outcome.UNKNOWN else Basis.OBSERVED
    return Finding(**({"id": f"{item}.main", "outcome": outcome, "basis": basis} | more))


def findings() -> list[Finding]:
    """Two fails, three unknowns, the rest passes; one pass each on files and on words."""
    found = []
    for name in NAMES:
        if name in ("auth", "rate-limits"):
            found.append(
                finding(
                    name,
                    Outcome.FAIL,
                    where="GET /conversations/{id}",
                    severity=Severity.HIGH,
                    evidence="nobody GET /conversations/{id} -> 200 gives 512 B application/json; own amb… at /text",
                )
            )
            found.append(finding(name, Outcome.PASS, id=f"{name}.side", where="GET /me", evidence="401 in 12 ms"))
        elif name in ("logging", "email-auth", "prompt-injection"):
            say = {"logging": "reasons.no-logs", "email-auth": "reasons.no-email-domain", "prompt-injection": ""}[name]
            reason = Reason.NOT_TESTED if say else Reason.REVIEW
            found.append(finding(name, Outcome.UNKNOWN, say=say, reason=reason))
        elif name == "deployment":
            file = FileRef("docs/ROLLBACK.md", "ab" * 32)
            found.append(finding(name, Outcome.PASS, files=(file,), evidence="docs/ROLLBACK.md:1"))
        else:
            found.append(
                finding(name, Outcome.PASS, where="app.brightside.example:443", evidence="TLS 1.3, 200, no leak")
            )
    return found


def judged(assessment: Assessment, found: list[Finding] | None = None) -> Judgement:
    known = checklist()
    mine = findings() if found is None else found
    verdicts = tuple(verdict_of(item, [f for f in mine if f.item == item.id]) for item in known.items)
    flags = raise_flags(mine, newest_answers(assessment.evidence), known)
    return Judgement(verdicts, flags, decide(verdicts, flags, known))


INTERVIEW: dict[str, Any] = {
    "identity.people": [
        {"group": "Clients", "sign-in": "e-mail link", "second factor": "no", "purpose": "chat with the bot"},
        {"group": "Coach", "sign-in": "password", "second factor": "authenticator app", "purpose": "reads notes"},
        {
            "group": "Nightly report script",
            "sign-in": "service token",
            "second factor": "no",
            "purpose": "weekly figures",
        },
    ],
    "identity.roles": [
        {"role": "Client", "data": "Chats", "right": "read, write", "reach": "own", "scope": ""},
        {"role": "Client", "data": "Files", "right": "read", "reach": "own", "scope": ""},
        {"role": "Coach", "data": "Chats", "right": "read", "reach": "own clients", "scope": "coach"},
        {"role": "Coach", "data": "Bookings", "right": "admin", "reach": "all", "scope": "coach"},
    ],
    "identity.sessions": "http-only-cookie",
    "identity.session-life": "30 days, or 12 hours without use",
    "identity.session-end": "all-three",
    "identity.refresh": "rotated",
    "identity.webhooks": [{"sender": "Stripe", "purpose": "payments", "check": "signature", "replay refused": "yes"}],
    "data.kinds": [
        {"data": "Chat transcripts", "sensitivity": "very private", "kept in": "Main database"},
        {"data": "Session notes", "sensitivity": "very private", "kept in": "Main database"},
        {"data": "Uploads", "sensitivity": "private", "kept in": "File storage"},
        {"data": "Embeddings", "sensitivity": "private", "kept in": "Vector store"},
    ],
    "data.stores": [
        {
            "store": "Main database",
            "kind": "database",
            "provider": "Supabase",
            "region": "Frankfurt",
            "encrypted": "yes",
        },
        {"store": "File storage", "kind": "storage", "provider": "Supabase", "region": "Frankfurt", "encrypted": "yes"},
        {
            "store": "Vector store",
            "kind": "vector store",
            "provider": "Pinecone",
            "region": "Ireland",
            "encrypted": "yes",
        },
    ],
    "data.walls": [
        {"store": "Main database", "shared": "yes", "kept apart by": "row rules", "tested": "yes"},
        {"store": "Vector store", "shared": "yes", "kept apart by": "own namespace", "tested": "yes"},
    ],
    "data.isolation": "yes",
    "data.retention": [
        {"data": "Chat transcripts", "kept for": "2 years", "deleted how": "script on request", "within": "7 days"},
        {"data": "Uploads", "kept for": "2 years", "deleted how": "with the account", "within": "7 days"},
    ],
    "data.deletion": "yes",
    "data.backups": [{"store": "Main database", "how often": "daily", "kept for": "14 days", "where": "Frankfurt"}],
    "data.restore": "yes",
    "data.models": [
        {
            "provider": "OpenAI",
            "model": "gpt-4o-mini",
            "data sent": "last 20 messages",
            "trained on": "no",
            "kept for": "30 days",
            "region": "US",
        }
    ],
    "data.subprocessors": [
        {"name": "Supabase", "purpose": "database", "data": "all", "region": "EU", "terms": "supabase.com/legal/dpa"},
        {
            "name": "Stripe",
            "purpose": "payments",
            "data": "name, card",
            "region": "EU",
            "terms": "stripe.com/legal/dpa",
        },
        {
            "name": "Postmark",
            "purpose": "mail",
            "data": "e-mail address",
            "region": "US",
            "terms": "postmarkapp.com/dpa",
        },
    ],
    "access.staff": [
        {
            "person or role": "Contractor",
            "data": "Main database",
            "way in": "database console",
            "second factor": "yes",
            "logged": "yes",
        }
    ],
    "access.tools": [
        {
            "tool": "Calendar",
            "reads": "free times",
            "writes": "yes",
            "with whose rights": "coach's account",
            "confirmed by": "the client",
        }
    ],
    "access.support": "The coach, after the client asks, logged in the admin page",
    "access.integrations": [
        {"service": "Google Calendar", "rights": "events", "linked by": "Ada", "cut off by": "account page"}
    ],
    "deployment.hosting": [
        {"part": "Web app", "runs on": "Vercel", "region": "global", "in front": "Cloudflare"},
        {"part": "API", "runs on": "Fly.io", "region": "Frankfurt", "in front": "Cloudflare"},
    ],
    "deployment.review": "dont-know",
    "deployment.alerts": [
        {"watched": "home page and API", "tool": "Better Stack", "who is called": "Ada", "how": "phone"}
    ],
    "deployment.rollback": "fly releases, then fly deploy --image of the last good one, as written in docs/ROLLBACK.md",
    "deployment.cover": "document",
    "deployment.contact": "security@brightside.example, read by Ada",
}


KEYS = [
    {"key": "OPENAI_API_KEY", "kept where": "Fly secrets", "who can read it": "Ada", "last changed": "2026-09-01"},
    {"key": "DATABASE_URL", "kept where": "Fly secrets", "who can read it": "Ada", "last changed": "2026-08-11"},
]


def answers() -> tuple[Answer, ...]:
    given = [Answer("frontend-secrets.where-they-live", KEYS, "Ada Osei", "2026-11-20T10:00:00Z")]
    for name, value in INTERVIEW.items():
        minutes = 25.0 if name == "data.restore" else None
        given.append(Answer(f"boundaries.{name}", value, "Ada Osei", "2026-11-20T10:00:00Z", minutes=minutes))
    return tuple(given)


def assessment(**subject: str) -> Assessment:
    told: dict[str, str] = {
        "business": "Brightside Coaching",
        "product": "Ask Bright",
        "site": "https://app.brightside.example",
        "assessor": "Ada Osei",
    } | subject
    return Assessment(
        subject=Subject(**told),
        run=Run("5f3a9c0d11e2b7a4", "2026-11-23T18:00:00Z", "2026-11-23T18:11:42Z", 212),
        evidence=Evidence((Observation("tls", Unobserved("host-down"), "2026-11-23T18:02:00Z", 1.0),), answers()),
        scope=("app.brightside.example", "api.brightside.example"),
        consent=("by=Ada Osei", "touch", "push", "proof=dns"),
        aftercare=("Conversation c_1001 holds test messages that begin with LR-TEST.",),
    )


def bare() -> Assessment:
    """An assessment of which only the business is known."""
    return Assessment(Subject("Brightside Coaching"), Run("0000"), Evidence())


def evidence(found: Assessment) -> bytes:
    """Stands for the assessment file: any bytes will do, the document only takes their fingerprint."""
    return json.dumps({"schema": 1, "business": found.subject.business, "run": found.run.id}, indent=2).encode()


def flagged() -> list[Finding]:
    """As `findings`, but another client's word was seen and a third item fails."""
    out = []
    for one in findings():
        if one.item in ("object-access", "tls"):
            leak = replace(
                one,
                outcome=Outcome.FAIL,
                severity=Severity.CRITICAL,
                tags=(Tag.OTHER_SECRET_SEEN,),
                where="GET /c/{id}",
            )
            out.append(leak if one.item == "object-access" else replace(leak, tags=()))
        else:
            out.append(one)
    return out


HERE = Path(__file__).parent
