"""Item ``monitoring``: who notices when the product stops, and how soon (row 9)."""

from __future__ import annotations

from wizard.model import Consent, Finding
from wizard.probe import Probe
from wizard.probes.code.watch.facts import Seen
from wizard.probes.code.watch.look import observe
from wizard.probes.code.watch.read_monitors import read_monitors
from wizard.probes.code.watch.read_product import read_product

CHECKS = (
    "uptime-homepage",
    "uptime-api",
    "interval",
    "alert-contact",
    "keyword",
    "tls-and-domain-expiry",
    "error-tracking",
    "alert-drill",
    "spike-alerts",
    "health",
    "health-truthful",
    "status-page",
)


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every check: first the monitors, then what the product itself shows. Pure."""
    return (*read_monitors(seen), *read_product(seen))


PROBE = Probe(
    id="monitoring",
    item="monitoring",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(f"monitoring.{check}" for check in CHECKS),
)
