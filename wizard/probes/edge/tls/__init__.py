"""Item ``tls``: whether every address of the product is reached over sound encryption, and only so (row 7)."""

from __future__ import annotations

from wizard.model import Consent, Finding, Outcome
from wizard.probe import Probe
from wizard.probes.edge.tls.facts import Seen
from wizard.probes.edge.tls.look import observe
from wizard.probes.edge.tls.read_handshake import read_handshakes
from wizard.probes.edge.tls.read_names import read_coverage, read_dangling
from wizard.probes.edge.tls.read_web import read_hsts, read_mixed, read_redirects

CHECKS = (
    "trust",
    "hostname",
    "expiry",
    "old-protocols",
    "http-redirect",
    "hsts",
    "mixed",
    "dangling",
    "ipv6",
    "coverage",
)
_CERTIFICATE = frozenset({"trust", "hostname", "expiry"})


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every judged host's handshakes, then plain http, the first page, the names. Pure."""
    judged = [host for host in seen.hosts if host.judged]
    found: list[Finding] = []
    for host in judged:
        found += read_handshakes(host, seen)
    bad = {f.where for f in found if f.check in _CERTIFICATE and f.outcome is Outcome.FAIL}
    found += read_redirects(judged, frozenset(host.host.name for host in judged if host.host.place in bad))
    for host in judged:
        found += read_hsts(host)
    found += read_mixed(seen)
    found += read_dangling(seen)
    found.append(read_coverage(seen, judged))
    return tuple(found)


PROBE = Probe(
    id="tls",
    item="tls",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(f"tls.{check}" for check in CHECKS),
    quick=True,
)
