"""Item ``edge``: what stands between strangers and the server, and whether it can be walked around (beyond the scorecard)."""

from __future__ import annotations

from wizard.model import Consent, Finding
from wizard.probe import Probe
from wizard.probes.edge.front.facts import Seen
from wizard.probes.edge.front.look import observe
from wizard.probes.edge.front.read_front import read_challenged, read_contact, read_front
from wizard.probes.edge.front.read_origin import read_origin
from wizard.probes.edge.front.read_settings import read_settings

CHECKS = (
    "front",
    "equivalent",
    "origin",
    "mail-leak",
    "second-door",
    "mode",
    "https-always",
    "min-tls",
    "security-level",
    "waf",
    "challenged",
    "security-txt",
)


def read(seen: Seen) -> tuple[Finding, ...]:
    """Who answers, what lies behind, how it is set. Pure."""
    return (*read_front(seen), *read_origin(seen), *read_settings(seen), *read_challenged(seen), *read_contact(seen))


PROBE = Probe(
    id="edge",
    item="edge",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(f"edge.{check}" for check in CHECKS),
    quick=True,
)
