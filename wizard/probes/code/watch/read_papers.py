"""What papers prove: a test alert as it was received, rules on spikes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from wizard.model import Basis, Finding, Outcome, Reason
from wizard.probes.code.watch.facts import Paper, Seen
from wizard.probes.code.watch.finding import found

MOST_DAYS = 30.0


@cache
def _senders() -> dict[str, dict[str, list[str]]]:
    with Path(__file__).with_name("senders.toml").open("rb") as file:
        return tomllib.load(file)


def from_provider(seen: Seen, paper: Paper) -> bool:
    """Sent by the provider's own domain; where the provider is another, by none of ours and no mailbox that anybody can have."""
    known = _senders()["providers"].get(seen.provider, [])
    if known:
        return any(paper.sender == one or paper.sender.endswith("." + one) for one in known)
    own = {name for name in (seen.site, seen.api) if name}
    ours = any(paper.sender == one or one.endswith("." + paper.sender) for one in own)
    return bool(paper.sender) and not ours and paper.sender not in _senders()["mailboxes"]["domains"]


def names_product(seen: Seen, paper: Paper) -> bool:
    """Whether it names a host of this product."""
    return any(host in (seen.site, seen.api) or any(host == one for one, _ in seen.same) for host in paper.hosts)


def is_proof(seen: Seen, paper: Paper) -> bool:
    """An alert as received: from the provider, not forwarded, its signature not refused, at most 30 days old, about this product."""
    return (
        paper.kind == "mail"
        and paper.alert
        and not paper.forwarded
        and paper.dkim in ("pass", "")
        and 0 <= paper.age <= MOST_DAYS
        and from_provider(seen, paper)
        and names_product(seen, paper)
    )


def drill(seen: Seen) -> Finding:
    """The test alert: the original mail is good evidence; a forward or a picture is weak and gets a note."""
    mails = [paper for paper in seen.papers if paper.kind == "mail" and paper.alert]
    for paper in mails:
        slots = {"days": f"{max(paper.age, 0):.0f}", "file": paper.file.name, "sender": paper.sender}
        facts = (
            f"From: {paper.sender}; {paper.age:.1f} days old; dkim={paper.dkim or '-'} (as received, not checked again)"
        )
        if is_proof(seen, paper):
            unsigned = paper.dkim != "pass"
            return found(
                "alert-drill",
                Outcome.PASS,
                "unsigned" if unsigned else "",
                basis=Basis.EVIDENCED,
                note=unsigned,
                evidence=facts,
                files=(paper.file,),
                slots=slots,
            )
    for paper in mails:
        slots = {"days": f"{max(paper.age, 0):.0f}", "file": paper.file.name, "sender": paper.sender}
        facts = f"From: {paper.sender}; {paper.age:.1f} days old; dkim={paper.dkim or '-'}; names: {', '.join(paper.hosts[:8])}"
        say = _doubt(seen, paper)
        if say == "forward":
            return found(
                "alert-drill",
                Outcome.PASS,
                say,
                basis=Basis.EVIDENCED,
                note=True,
                evidence=facts,
                files=(paper.file,),
                slots=slots,
            )
        return found("alert-drill", Outcome.UNKNOWN, say, evidence=facts, files=(paper.file,), slots=slots)
    picture = next((paper for paper in seen.papers if paper.kind == "picture"), None)
    if picture is not None:
        return found(
            "alert-drill",
            Outcome.PASS,
            "picture",
            basis=Basis.EVIDENCED,
            note=True,
            files=(picture.file,),
            slots={"file": picture.file.name},
        )
    return found("alert-drill", Outcome.UNKNOWN, "none", reason=Reason.NOT_TESTED)


def _doubt(seen: Seen, paper: Paper) -> str:
    """Why a mail is no full proof, most telling first."""
    if not names_product(seen, paper):
        return "other-host"
    if paper.age < 0 or paper.age > MOST_DAYS:
        return "old" if paper.age > 0 else "no-date"
    if paper.forwarded or not from_provider(seen, paper):
        return "forward"
    return "bad-signature"


def spikes(seen: Seen) -> Finding:
    """Rules on refused requests, on errors and on AI spend: a paper for each."""
    ruled = [paper for paper in seen.papers if paper.rules and paper.kind in ("text", "table", "mail")]
    have = {rule for paper in ruled for rule in paper.rules}
    files = tuple(paper.file for paper in ruled)
    facts = ", ".join(sorted(have))
    if have >= {"refusals", "errors", "spend"}:
        return found("spike-alerts", Outcome.PASS, basis=Basis.EVIDENCED, evidence=facts, files=files)
    missing = ", ".join(sorted({"refusals", "errors", "spend"} - have))
    return found(
        "spike-alerts",
        Outcome.UNKNOWN,
        "some" if have else "none",
        evidence=facts,
        reason=Reason.NOT_TESTED,
        files=files,
        slots={"missing": missing},
    )
