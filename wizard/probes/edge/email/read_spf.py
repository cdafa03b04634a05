"""From the SPF tree to findings: spf-record, spf-valid, spf-policy. Pure."""

from __future__ import annotations

from wizard.model import Basis, Finding, Outcome, Reason, Severity, Slots
from wizard.net import Dns
from wizard.probes.edge.email.census import Census, Ending, census, ending
from wizard.probes.edge.email.evaluate import MAX_LOOKUPS, MAX_VOID
from wizard.probes.edge.email.facts import Domain, SpfNode, clip
from wizard.probes.edge.email.records import spf_closed, spf_mended, spf_merged, spf_new, spf_without

NEAR_LOOKUPS = 9


def finding(
    check: str, outcome: Outcome, where: str, say: str = "", slots: Slots = (), evidence: str = "", note: bool = False
) -> Finding:
    """A finding seen in DNS. `note`: a pass with advice."""
    return Finding(
        f"email-auth.{check}",
        outcome,
        Basis.NONE if outcome is Outcome.UNKNOWN else Basis.OBSERVED,
        say=say,
        slots=(("domain", where), *slots),
        severity=Severity.NOTE if note else None,
        reason=Reason.INCONCLUSIVE if outcome is Outcome.UNKNOWN else None,
        where=where,
        evidence=clip(evidence, 1500),
    )


def dns_error(check: str, where: str, name: str, detail: str = "") -> Finding:
    """A question without a usable answer: unknown, never a fail."""
    slots = (("name", name),)
    return finding(check, Outcome.UNKNOWN, where, "reasons.dns-error", slots, f"{name} {detail}".strip())


def read_spf(domain: Domain) -> tuple[Finding, ...]:
    """The three SPF checks of one domain. With no single record there is nothing to count or to end, and that is said."""
    root = domain.spf[0]
    if root.state is Dns.ERROR or (not root.records and domain.soa.state is Dns.ERROR):
        return tuple(dns_error(check, domain.name, domain.name) for check in ("spf-record", "spf-valid", "spf-policy"))
    if len(root.records) != 1:
        rest = [finding(check, Outcome.UNKNOWN, domain.name, "no-record") for check in ("spf-valid", "spf-policy")]
        return (_record(domain, root), *rest)
    record = (("record", clip(root.records[0], 450)),)
    return (
        finding("spf-record", Outcome.PASS, domain.name, slots=record, evidence=root.records[0]),
        _valid(domain, root),
        _policy(domain, root, ending(domain.name, domain.spf)),
    )


def _record(domain: Domain, root: SpfNode) -> Finding:
    if root.cut and not root.records:
        return finding("spf-record", Outcome.UNKNOWN, domain.name, "crowded", (), f"{domain.name} TXT")
    if root.records:
        merged = (("count", str(len(root.records))), ("record", spf_merged(root.records)))
        return finding("spf-record", Outcome.FAIL, domain.name, "two", merged, " | ".join(root.records))
    sends = bool(domain.suggest) or any(record.split()[-1:] not in ([], ["."]) for record in domain.mx.records)
    slots = (("record", spf_new(domain.suggest, sends=sends or bool(domain.selectors))),)
    return finding("spf-record", Outcome.FAIL, domain.name, "", slots, f"{domain.name} TXT {root.state.value}")


def _valid(domain: Domain, root: SpfNode) -> Finding:
    found = census(domain.name, domain.spf, domain.hosts)
    count = f"{'>= ' if found.least else ''}{found.lookups}"
    slots: Slots = (("lookups", str(found.lookups)), ("void", str(found.void)), ("record", root.records[0]))
    path = " | ".join(found.path)
    trail = f"look-ups: {count}; void: {found.void}; {path}"
    broken = _fault(domain, root, found)
    if broken is not None:
        return broken
    if found.lookups > MAX_LOOKUPS:
        return finding("spf-valid", Outcome.FAIL, domain.name, "too-many", slots, trail)
    if found.void > MAX_VOID:
        return finding("spf-valid", Outcome.FAIL, domain.name, "void", slots, "; ".join(found.voids))
    if found.errors:
        return finding("spf-valid", Outcome.UNKNOWN, domain.name, "branch-error", slots, "; ".join(found.errors))
    if root.cut or (found.least and not found.macros):
        return finding("spf-valid", Outcome.UNKNOWN, domain.name, "too-long", slots, trail)
    note = _note(found)
    return finding("spf-valid", Outcome.PASS, domain.name, note, slots, trail, note=bool(note))


def _note(found: Census) -> str:
    if found.lookups >= NEAR_LOOKUPS:
        return "close"
    if found.ptr:
        return "ptr"
    if found.least:
        return "at-least"
    return "void-close" if found.void == MAX_VOID else ""


def _fault(domain: Domain, root: SpfNode, found: Census) -> Finding | None:
    if not found.faults:
        return None
    kind, path = found.faults[0]
    term = path.split(" > ")[0]
    record = root.records[0]
    mended = spf_mended(record) if kind == "syntax" and " > " not in path and path.startswith(domain.name) else ""
    if not mended:
        mended = spf_without(record, term.partition(": ")[0])
    slots = (("path", clip(path, 300)), ("term", clip(term.partition(": ")[0], 120)), ("record", mended))
    if kind == "redirect-nowhere" and " > " not in path:
        slots = (*slots[:2], ("record", spf_closed(mended)))
    return finding("spf-valid", Outcome.FAIL, domain.name, kind, slots, "; ".join(f"{k}: {p}" for k, p in found.faults))


def _policy(domain: Domain, root: SpfNode, end: Ending) -> Finding:
    record = root.records[0]
    slots: Slots = (("record", spf_closed(record)), ("end", f"{end.all}all" if end.all else ""), ("term", end.wide))
    if end.state == "error":
        return dns_error("spf-policy", domain.name, end.at)
    if end.state in ("hidden", "broken"):
        return finding("spf-policy", Outcome.UNKNOWN, domain.name, "hidden" if end.state == "hidden" else "no-record")
    if end.wide:
        return finding("spf-policy", Outcome.FAIL, domain.name, "wide", slots, record)
    if end.all in ("-", "~"):
        return finding("spf-policy", Outcome.PASS, domain.name, "", slots, record)
    say = {"+": "open", "?": "neutral", "": "no-end"}[end.all]
    return finding("spf-policy", Outcome.FAIL, domain.name, say, slots, record)
