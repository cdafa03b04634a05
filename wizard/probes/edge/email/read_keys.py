"""From the keys to findings: dkim-key and extras. Pure."""

from __future__ import annotations

from wizard.model import Finding, Outcome, Slots
from wizard.net import Dns
from wizard.probes.edge.email.facts import Domain, Selector, clip
from wizard.probes.edge.email.keys import Key, is_usable, mended, read_key
from wizard.probes.edge.email.read_spf import dns_error, finding
from wizard.probes.edge.email.spf import SpfSyntax, parse

NAMED = ("profile", "message")


def counted(domain: Domain) -> tuple[Selector, ...]:
    """The selectors that prove something: named ones, and guessed ones whose key is not just the wildcard's answer."""
    echo = set(domain.control.records)
    return tuple(s for s in domain.selectors if s.origin in NAMED or not set(s.records) <= echo)


def is_parked(domain: Domain) -> bool:
    """The domain sends and gets no mail: SPF is exactly ``v=spf1 -all``, MX is none or null, and no usable key is known."""
    records = domain.spf[0].records
    try:
        record = parse(records[0]) if len(records) == 1 else None
    except SpfSyntax:
        record = None
    closed = record is not None and [str(term) for term in record.terms] == ["-all"] and not record.redirect
    return closed and _no_mx(domain) and not any(is_usable(s.records) for s in counted(domain))


def _no_mx(domain: Domain) -> bool:
    if domain.mx.state is Dns.ERROR:
        return False
    return all(record.split()[-1:] in ([], ["."], ["0"]) for record in domain.mx.records)


def read_keys(domain: Domain, *, elsewhere: frozenset[str], unsigned: str = "") -> tuple[Finding, ...]:
    """One finding a named selector, one for all that were guessed right, else why there is none.

    `elsewhere`: named selectors that another judged domain has, so they are not missed here; `unsigned`: a fresh original of this
    domain that bears no signature.
    """
    here = elsewhere | {s.name for s in domain.selectors if s.records}
    found = [_named(domain, s, here) for s in domain.selectors if s.origin in NAMED]
    kept = [f for f in found if f is not None]
    lucky = [s for s in counted(domain) if s.origin not in NAMED and is_usable(s.records)]
    if lucky:
        kept.append(_lucky(domain, lucky))
    return tuple(kept) or (_nothing(domain, unsigned),)


def _named(domain: Domain, selector: Selector, elsewhere: frozenset[str]) -> Finding | None:
    slots: Slots = (("selector", selector.name), ("host", selector.host), ("target", selector.target))
    where = domain.name

    def fail(say: str, evidence: str, *more: tuple[str, str]) -> Finding:
        return finding("dkim-key", Outcome.FAIL, where, say, (*slots, *more), evidence)

    if selector.state is Dns.ERROR:
        return dns_error("dkim-key", where, selector.host)
    if not selector.records:
        above = (
            selector.origin == "profile"
            and selector.domain != domain.name
            and any(s.name == selector.name and s.domain == domain.name for s in domain.selectors)
        )
        if (selector.name in elsewhere and not selector.target) or above:
            return None
        gone = f"{selector.host} {selector.state.value}"
        return fail("dangling", f"{gone} -> {selector.target}") if selector.target else fail("missing", gone)
    if len(selector.records) > 1:
        return fail("two-keys", f"{selector.host}: " + " | ".join(clip(r, 120) for r in selector.records))
    key = read_key(selector.records[0])
    evidence = f"{selector.host}: {_facts(key)}; {clip(selector.records[0], 160)}"
    if key.problem:
        more = (("bits", str(key.bits)), ("record", mended(selector.records[0])))
        return fail(key.problem, evidence, *more)
    note = key.notes[0] if key.notes else ""
    slots = (*slots, ("bits", str(key.bits)), ("record", mended(selector.records[0])))
    return finding("dkim-key", Outcome.PASS, where, note, slots, evidence, note=bool(note))


def _facts(key: Key) -> str:
    return f"k={key.kind} {key.bits} bit"


def _lucky(domain: Domain, found: list[Selector]) -> Finding:
    keys = [(s, read_key(s.records[0])) for s in found]
    notes = [key.notes for _, key in keys]
    note = next((n[0] for n in notes if n), "") if all(notes) else ""
    names = ", ".join(s.name for s, _ in keys[:8])
    best = max(keys, key=lambda pair: pair[1].bits)
    slots = (
        ("selector", names),
        ("host", best[0].host),
        ("bits", str(best[1].bits)),
        ("record", mended(best[0].records[0])),
    )
    evidence = "; ".join(f"{s.host}: {_facts(key)}" for s, key in keys[:8])
    return finding("dkim-key", Outcome.PASS, domain.name, note or "guessed", slots, evidence, note=bool(note))


def _nothing(domain: Domain, unsigned: str) -> Finding:
    if is_parked(domain):
        return finding("dkim-key", Outcome.NOT_APPLICABLE, domain.name, "", (), "v=spf1 -all")
    parent = f"_domainkey.{domain.name}"
    if domain.control.state is Dns.ERROR or domain.soa.state is Dns.ERROR:
        return dns_error("dkim-key", domain.name, parent)
    slots = (("guessed", str(domain.guessed)), ("file", unsigned))
    evidence = f"{parent} {domain.domainkey.state.value}; {domain.guessed} names tried"
    if domain.domainkey.state is Dns.NO_NAME:
        if unsigned:
            return finding("dkim-key", Outcome.FAIL, domain.name, "unsigned", slots, f"{evidence}; {unsigned}")
        return finding("dkim-key", Outcome.UNKNOWN, domain.name, "looks-missing", slots, evidence)
    return finding("dkim-key", Outcome.UNKNOWN, domain.name, "not-found", slots, evidence)


def read_extras(domain: Domain) -> Finding:
    """What is nice to have: never a fail, a note."""
    names = ("MTA-STS", "TLS-RPT", "BIMI", "DNSSEC")
    starts = ("v=stsv1", "v=tlsrptv1", "v=bimi1", "")
    has: list[str] = []
    for name, start, look in zip(names, starts, domain.extras, strict=True):
        if any(record.lower().startswith(start) for record in look.records):
            has.append(name)
    if any(record.split()[-1:] == ["."] or record.strip() == "0" for record in domain.mx.records):
        has.append("Null MX")
    evidence = "; ".join(f"{look.name} {look.kind} {look.state.value}" for look in domain.extras)
    lacks = [name for name in names if name not in has]
    unseen = [
        look.name for name, look in zip(names, domain.extras, strict=True) if name in lacks and look.state is Dns.ERROR
    ]
    if unseen:  # no answer is no absence
        return finding("extras", Outcome.UNKNOWN, domain.name, "reasons.dns-error", (("name", unseen[0]),), evidence)
    say = "all" if not lacks else "some" if has else "none"
    slots = (("have", ", ".join(has) or "-"), ("lack", ", ".join(lacks) or "-"))
    return finding("extras", Outcome.PASS, domain.name, say, slots, evidence, note=True)
