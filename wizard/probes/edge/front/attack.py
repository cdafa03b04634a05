"""Item ``edge``: one harmless request that looks like an attack, to see whether the firewall in front stops it.

Only with push, and after all others: an address that the firewall blocks would spoil them.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.model import Consent, Finding, Outcome, Reason, Unobserved
from wizard.net import Call, Fault, Net
from wizard.probe import Probe, Target
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.finding import finding

TEXT = "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E&id=1%27%20UNION%20SELECT%20null--%20"


@dataclass(frozen=True, slots=True)
class Seen:
    """How the site answered before, and to the request that looks like an attack. `mitigated`: the edge's own word for what it did."""

    host: str
    before: int = 0
    status: int = 0
    fault: Fault = Fault.NONE
    mitigated: str = ""
    ray: bool = False


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Two requests. Nothing is sent without push."""
    if not target.site:
        return Unobserved("no-site")
    refused = net.refuses(Consent.PUSH, target.site)
    if refused:
        return Unobserved(refused, (("host", urlsplit(target.site).netloc),))
    url = target.site.partition("?")[0].rstrip("/") + "/"
    plain = await net.send(Call("GET", url, cap=4096, why="edge.waf"))
    reply = await net.send(Call("GET", f"{url}?{TEXT}", consent=Consent.PUSH, cap=4096, why="edge.waf"))
    mitigated = reply.header("cf-mitigated") or reply.header("x-vercel-mitigated") or reply.header("x-amzn-waf-action")
    return Seen(
        urlsplit(url).netloc, plain.status, reply.status, reply.fault, clip(mitigated, 40), bool(reply.header("cf-ray"))
    )


def read(seen: Seen) -> tuple[Finding, ...]:
    """Stopped by the edge's own word: seen. Let through: nobody knows, for rules differ. Pure."""
    told = f"before {seen.before}; then {seen.status or seen.fault.value}; mitigated: {seen.mitigated or '-'}"
    if seen.status in {403, 406, 429} and seen.mitigated and seen.before not in {403, 406, 429}:
        return (finding("edge.waf", Outcome.PASS, seen.host, "stopped", evidence=told),)
    return (finding("edge.waf", Outcome.UNKNOWN, seen.host, "let-through", evidence=told, reason=Reason.REVIEW),)


PROBE = Probe(
    id="edge-attack",
    item="edge",
    consent=Consent.PUSH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=("edge.waf",),
    late=True,
)
