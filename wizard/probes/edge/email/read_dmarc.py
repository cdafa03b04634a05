"""From the tree walk to findings: dmarc-record, dmarc-policy, dmarc-subdomains, dmarc-reports. Pure."""

from __future__ import annotations

from dataclasses import replace

from wizard.model import Finding, Outcome, Severity, Slots
from wizard.net import Dns
from wizard.probes.edge.email.dmarc import STRENGTH, Found, discover, effective, is_dmarc
from wizard.probes.edge.email.facts import Domain
from wizard.probes.edge.email.read_spf import dns_error, finding
from wizard.probes.edge.email.records import dmarc_new, dmarc_with


def read_dmarc(domain: Domain, *, parked: bool) -> tuple[Finding, ...]:
    """The DMARC checks of one domain. `parked`: it sends and gets no mail, so nothing but reject will do."""
    found = discover(domain.walk)
    if found.state == "error" or (found.state == "none" and domain.soa.state is Dns.ERROR):
        name = f"_dmarc.{found.at or domain.name}"
        return tuple(dns_error(check, domain.name, name, found.trail) for check in ("dmarc-record", "dmarc-policy"))
    record = _record(domain, found, parked=parked)
    if record.outcome is Outcome.FAIL:
        return (record, finding("dmarc-policy", Outcome.UNKNOWN, domain.name, "no-record"))
    return (
        record,
        _policy(domain, found, parked=parked),
        _subdomains(domain, found),
        _reports(domain, found),
    )


def _paste(domain: Domain, found: Found) -> Slots:
    """The records of the safe path: watch, then quarantine, then reject, with what is published kept."""
    at = found.at or domain.name
    if found.text and found.state == "found":
        steps = [_step(found, domain.name, p) for p in ("none", "quarantine", "reject")]
    else:
        steps = [dmarc_new(at, p) for p in ("none", "quarantine", "reject")]
    named = zip(("watch", "quarantine", "reject"), steps, strict=True)
    return (("host", f"_dmarc.{at}"), ("at", at), *named)


def _step(found: Found, domain: str, policy: str) -> str:
    """The published record with `policy` for mail from `domain`; nothing that is stricter already is weakened for others."""
    now = found.policy
    if found.at != domain and STRENGTH.get(now.p, 0) > STRENGTH[policy]:
        return dmarc_with(found.text, found.at, p=now.p, sp=policy)
    weaker = {tag: "" for tag, value in (("sp", now.sp), ("np", now.np)) if STRENGTH.get(value, 9) < STRENGTH[policy]}
    return dmarc_with(found.text, found.at, p=policy, **weaker)


def _record(domain: Domain, found: Found, *, parked: bool) -> Finding:
    slots = _paste(domain, found)
    if found.state == "none":
        links = [" -> ".join([look.name, *look.chain]) + f" {look.state.value}" for look in domain.walk.looks]
        trail = ", ".join(links)
        misspelt = [text for look in domain.walk.looks[:1] for text in look.records]
        if misspelt:
            return finding("dmarc-record", Outcome.FAIL, domain.name, "syntax", slots, misspelt[0])
        return finding("dmarc-record", Outcome.FAIL, domain.name, "parked" if parked else "", slots, trail)
    if found.state == "several":
        return finding("dmarc-record", Outcome.FAIL, domain.name, "several", slots, found.text)
    if found.policy.problem:
        return finding("dmarc-record", Outcome.FAIL, domain.name, found.policy.problem, slots, found.text)
    here = domain.walk.listed
    if here and found.organisation not in (here, domain.name):
        slots = (*slots, ("organisation", found.organisation), ("listed", here))
        return finding("dmarc-record", Outcome.PASS, domain.name, "other-organisation", slots, found.text, note=True)
    say = "inherited" if found.at != domain.name else ""
    return finding("dmarc-record", Outcome.PASS, domain.name, say, slots, f"_dmarc.{found.at}: {found.text}")


def _policy(domain: Domain, found: Found, *, parked: bool) -> Finding:
    exists = domain.soa.state is not Dns.NO_NAME
    policy = effective(found, domain.name, exists=exists)
    slots = (*_paste(domain, found), ("policy", policy), ("pct", str(found.policy.pct)))
    made = finding("dmarc-policy", Outcome.FAIL, domain.name, "", slots, f"_dmarc.{found.at}: {found.text}")
    if policy == "none":
        return replace(made, say="watching" if found.policy.rua else "blind")
    if found.policy.t:
        return replace(made, say="test-mode", severity=Severity.MEDIUM)
    if found.policy.pct == 0:
        return replace(made, say="pct-zero", severity=Severity.MEDIUM)
    if parked and policy != "reject":
        return replace(made, say="parked", severity=Severity.MEDIUM)
    if found.policy.pct not in (None, 100):
        return replace(made, outcome=Outcome.PASS, say="pct", severity=Severity.NOTE)
    return replace(made, outcome=Outcome.PASS, say=policy)


def _subdomains(domain: Domain, found: Found) -> Finding:
    policy = found.policy
    strength = STRENGTH.get(policy.p or "none", 0)
    weaker = [
        (name, value) for name, value in (("sp", policy.sp), ("np", policy.np)) if value and STRENGTH[value] < strength
    ]
    mended = dmarc_with(found.text, found.at, sp="", np="")
    slots = (("host", f"_dmarc.{found.at}"), ("record", mended), ("tag", ", ".join(f"{n}={v}" for n, v in weaker)))
    made = finding("dmarc-subdomains", Outcome.PASS, domain.name, "", slots, found.text)
    if not weaker or found.at != domain.name:
        return made
    if any(value == "none" for _, value in weaker):
        return replace(made, outcome=Outcome.FAIL, say="open")
    return replace(made, say="weaker", severity=Severity.NOTE)


def _reports(domain: Domain, found: Found) -> Finding:
    slots: Slots = (("host", f"_dmarc.{found.at}"), ("record", dmarc_with(found.text, found.at)))
    made = finding("dmarc-reports", Outcome.PASS, domain.name, "", slots, found.text)
    if not found.policy.rua:
        return replace(made, say="none", severity=Severity.NOTE)
    for look in domain.reports:
        if look.state is Dns.ERROR:
            return dns_error("dmarc-reports", domain.name, look.name)
        if not any(is_dmarc(text) for text in look.records):
            target = look.name.partition("._report._dmarc.")[2]
            slots = (*made.slots, ("target", target), ("permit", look.name))
            return replace(
                made,
                say="not-authorised",
                slots=slots,
                severity=Severity.NOTE,
                evidence=f"{look.name} {look.state.value}",
            )
    return made
