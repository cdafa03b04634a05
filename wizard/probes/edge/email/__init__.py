"""Item ``email-auth``: who may send mail in the founder's name, as DNS says it and as original messages prove it (row 8)."""

from __future__ import annotations

from wizard.model import Consent, Finding
from wizard.probe import Probe
from wizard.probes.edge.email.dmarc import listed
from wizard.probes.edge.email.facts import Seen
from wizard.probes.edge.email.look import observe
from wizard.probes.edge.email.read_dmarc import read_dmarc
from wizard.probes.edge.email.read_keys import is_parked, read_extras, read_keys
from wizard.probes.edge.email.read_mail import no_message, read_message, unsigned
from wizard.probes.edge.email.read_spf import read_spf

CHECKS = (
    "spf-record",
    "spf-valid",
    "spf-policy",
    "dkim-key",
    "dkim-proof",
    "dmarc-record",
    "dmarc-policy",
    "dmarc-subdomains",
    "dmarc-reports",
    "alignment",
    "received",
    "bulk",
    "extras",
)


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every domain's records, then every original. Pure."""
    found: list[Finding] = []
    judged = frozenset(listed(domain.name) or domain.name for domain in seen.domains)
    for domain in seen.domains:
        elsewhere = {s.name for other in seen.domains if other is not domain for s in other.selectors if s.records}
        bare = next((m.file.name for m in seen.messages if unsigned(m, domain.name)), "")
        parked = is_parked(domain)
        found += read_spf(domain)
        found += read_keys(domain, elsewhere=frozenset(elsewhere), unsigned=bare)
        found += read_dmarc(domain, parked=parked)
        found.append(read_extras(domain))
    for message in seen.messages:
        found += read_message(message, judged)
    if not seen.messages and seen.domains:
        found.append(no_message(seen.domains[0].name))
    return tuple(found)


PROBE = Probe(
    id="email-auth",
    item="email-auth",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(f"email-auth.{check}" for check in CHECKS),
    quick=True,
)
