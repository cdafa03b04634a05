"""Looks at each consented host from outside, at candidates for the server behind, and, with a token, at the edge's own settings. Judges nothing."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin

from wizard.model import Consent, Unobserved
from wizard.net import Call, Fault, Net, Reply
from wizard.probe import Target
from wizard.probes.api.pages import is_challenge
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.front import candidates
from wizard.probes.edge.front.cloudflare import read_zones
from wizard.probes.edge.front.facts import Candidate, Point, Seen, Zone
from wizard.probes.edge.home import REDIRECTS, Home, host_in, look_at_home, onward
from wizard.probes.edge.hosts import Host, Roster, named_hosts, roster
from wizard.probes.edge.marks import mark_of
from wizard.probes.edge.ranges import at_cloudflare, called, edge_of, ranges, router_of, under

SECONDS = 6.0
TRACE_MOST = 4096
_SHOWN = (
    "server",
    "via",
    "cf-ray",
    "cf-mitigated",
    "x-served-by",
    "x-cache",
    "x-vercel-id",
    "x-nf-request-id",
    "x-amz-cf-id",
    "x-azure-ref",
)


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """One GET a host over https and one over http, one a candidate; the edge's API only with its token."""
    if not named_hosts(target):
        return Unobserved("no-site")
    home = await look_at_home(net, target.site) if target.site else None
    found = await roster(target, net, home)
    watched = host_in(target.status_page)
    asked = [host for host in found.hosts if host.listed and host.name != watched]
    points, (tried, sources), zones, contact = await asyncio.gather(
        asyncio.gather(*(_point(net, host) for host in asked)),
        _behind(net, found, home),
        _zones(target, net, found),
        _contact(net, target),
    )
    names = [*found.foreign, *(name for host in found.hosts for name in host.chain)]
    return Seen(
        points=tuple(points),
        named=called(target.edge),
        site=clip(net.reveals(home.url), 300) if home and home.seen else "",
        page=mark_of(home.reply) if home and home.seen else mark_of(Reply()),
        candidates=tried,
        skipped=tuple(sources.skipped)[:20],
        mail=tuple(sources.mail)[:20],
        mail_known=sources.mail_known,
        doors=_under(names, ranges().doors.second),
        direct=_under(found.foreign, ranges().doors.direct),
        zones=zones,
        contact=contact,
    )


def _under(names: tuple[str, ...] | list[str], ends: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clip(name, 120) for name in dict.fromkeys(names) if under(name, ends))[:10]


async def _zones(target: Target, net: Net, found: Roster) -> tuple[Zone, ...]:
    return await read_zones(net, found.domains) if target.edge_token else ()


async def _contact(net: Net, target: Target) -> str:
    """Whether the site says whom to tell of a hole (RFC 9116): present, absent or "" (not looked)."""
    if not target.site:
        return ""
    reply = await net.send(
        Call("GET", urljoin(target.site, "/.well-known/security.txt"), cap=32_768, why="edge.security-txt")
    )
    if reply.fault is not Fault.NONE or is_challenge(reply) or reply.status >= 500:
        return ""
    told = reply.status == 200 and reply.media != "text/html" and b"contact:" in reply.head.lower()
    return "present" if told else "absent"


async def _behind(net: Net, found: Roster, home: Home | None) -> tuple[tuple[Candidate, ...], candidates.Sources]:
    host = host_in(home.url) if home else ""
    site = next((one for one in found.hosts if one.name == host), None)
    sources = await candidates.collect(net, found, site)
    if home is None or not home.seen:
        return (), sources
    return await candidates.try_all(net, sources, home, host), sources


async def _point(net: Net, host: Host) -> Point:
    """How a host answers over https; where its certificate keeps us out, the answer of port 80 shows who stands there."""
    if host.local:
        return Point(host)
    url = f"https://{host.place}/"
    calls = [Call("GET", url, consent=Consent.LOOK, timeout=SECONDS, why="edge.front")]
    if host.port == 443:
        calls.append(Call("GET", f"http://{host.name}/", consent=Consent.LOOK, timeout=SECONDS, why="edge.front"))
    secure, *rest = await asyncio.gather(*(net.send(call) for call in calls))
    plain = rest[0] if rest else Reply(fault=Fault.REFUSED)
    reply = plain if secure.fault is not Fault.NONE and plain.fault is Fault.NONE else secure
    ray = bool(reply.header("cf-ray"))
    outside = not all(at_cloudflare(address) for address in host.addresses or (reply.address,))
    return Point(
        host,
        address=reply.address,
        status=reply.status,
        fault=reply.fault,
        detail=clip(reply.detail, 80),
        marks=tuple((name, clip(net.reveals(reply.header(name)), 120)) for name in _SHOWN if reply.header(name)),
        ray=ray,
        server="cloudflare" in reply.header("server").lower(),
        trace=await _trace(net, host) if ray and outside else False,
        edge=edge_of(reply, host.chain),
        router=router_of(reply),
        challenged=is_challenge(secure),
        loop=_loops(url, secure),
        plain=_moves(plain),
    )


async def _trace(net: Net, host: Host) -> bool:
    """Whether the edge itself answers for this host, at the path that it keeps for itself."""
    reply = await net.send(
        Call("GET", f"https://{host.place}/cdn-cgi/trace", cap=TRACE_MOST, timeout=SECONDS, why="edge.front")
    )
    lines = reply.head.decode("utf-8", "replace").splitlines()
    return reply.status == 200 and f"h={host.name}" in lines and any(line.startswith("colo=") for line in lines)


def _loops(url: str, reply: Reply) -> bool:
    """A redirect to the very address that was asked: what the edge gets when it asks the server over plain http."""
    location = reply.header("location")
    return reply.status in REDIRECTS and onward(url, location).rstrip("/") == url.rstrip("/")


def _moves(reply: Reply) -> str:
    if reply.fault is Fault.REFUSED:
        return "moves"
    if reply.fault is not Fault.NONE or not reply.status:
        return ""
    return "moves" if reply.status in REDIRECTS and reply.header("location").lower().startswith("https:") else "stays"
