"""Addresses that may be the server behind the edge: from the domain's own records only, never a range, never a known provider's; one try each."""

from __future__ import annotations

import asyncio
import re

from wizard.net import Call, Fault, Net
from wizard.net.registrable import registrable
from wizard.probes.edge.email.dmarc import rented
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.front.facts import Candidate
from wizard.probes.edge.home import MOST_BYTES, Home
from wizard.probes.edge.hosts import Host, Roster, resolved
from wizard.probes.edge.marks import PageMark, mark_of, same
from wizard.probes.edge.ranges import at_cloudflare, diallable, edge_of, ranges, under
from wizard.probes.edge.tls.read_handshake import matches

MOST = 8
SECONDS = 8.0
_SPF = re.compile(
    r"(?i)(?<![^\s])[+?~-]?(?:ip4:([0-9.]{7,15})(?:/32)?|ip6:([0-9a-f:.]{2,45})(?:/128)?|a:([a-z0-9._-]{3,253}))(?![^\s])"
)


class Sources:
    """Collects addresses with the records that name them."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, None]] = {}
        self.skipped: dict[str, None] = {}
        self.mail: dict[str, None] = {}
        self.mail_known = True

    def host(self, host: Host, source: str) -> None:
        """Every address of a name, unless the name leads to a provider or another edge."""
        known = (*ranges().doors.providers, *ranges().doors.second)
        leads = (host.name, *host.chain)
        if any(under(name, known) for name in leads) or any(
            under(name, edge.ends) for name in leads for edge in ranges().edges
        ):
            self.skipped[clip(f"{host.name} > {host.chain[-1]}" if host.chain else host.name, 200)] = None
            return
        for address in host.addresses:
            self.address(address, source)

    def address(self, address: str, source: str) -> None:
        """One address."""
        if diallable(address) and not at_cloudflare(address):
            self.found.setdefault(address, {})[clip(source, 120)] = None


async def collect(net: Net, found: Roster, site: Host | None) -> Sources:
    """Names that often point to the server, hosts that stand beside the edge, mail hosts and mail senders."""
    sources = Sources()
    for host in found.hosts:
        sources.host(host, host.name)
    for domain in (name for name in found.domains[:3] if not rented(name)):
        tries = [Host(f"{head}.{domain}", origin="guessed") for head in ranges().names.origin]
        for host in await asyncio.gather(*(resolved(net, one) for one in tries)):
            sources.host(host, host.name)
        await _mail(net, domain, sources)
    for address in site.addresses if site else ():
        sources.found.pop(address, None)  # where visitors arrive anyway
    return sources


async def _mail(net: Net, domain: str, sources: Sources) -> None:
    """Mail servers under the founder's own name, and single addresses that may send mail."""
    mx, txt = await asyncio.gather(net.ask(domain, "MX"), net.ask(domain, "TXT"))
    sources.mail_known &= mx.state.value != "error" and txt.state.value != "error"
    names = [(record.split()[-1], f"MX {record}") for record in mx.records[:5] if record.split()]
    spf = next((text for text in txt.records if text.lower().startswith("v=spf1")), "")[:2000]
    for match in _SPF.finditer(spf):
        if match[3]:
            names.append((match[3].lower(), f"SPF a:{match[3]}"))
        else:
            address = match[1] or match[2]
            sources.mail[address] = None
            sources.address(address, f"SPF {address}")
    for name, source in names:
        if registrable(name) != domain:
            continue
        host = await resolved(net, Host(name, origin="guessed"))
        sources.mail |= dict.fromkeys(host.addresses)
        sources.host(host, source)


async def try_all(net: Net, sources: Sources, home: Home, host: str) -> tuple[Candidate, ...]:
    """Ask each candidate (at most eight) for the site's first page, with the site's own name."""
    page = mark_of(home.reply)
    chosen = list(sources.found.items())[:MOST]
    return tuple(await asyncio.gather(*(_try(net, a, tuple(names), home, host, page) for a, names in chosen)))


async def _try(net: Net, address: str, sources: tuple[str, ...], home: Home, host: str, page: PageMark) -> Candidate:
    """Https first; where that gives no answer, plain http: behind a careless edge it is the only door."""
    call = Call("GET", home.url, address=address, cap=MOST_BYTES, timeout=SECONDS, why="edge.origin", fresh=True)
    reply = await net.send(call)
    detail = f"{reply.status or reply.fault.value} {reply.detail}".strip()
    if (
        reply.fault is not Fault.NONE
        and reply.fault in {Fault.TLS, Fault.REFUSED, Fault.RESET}
        and home.url.startswith("https:")
    ):
        plain = await net.send(
            Call(
                "GET",
                "http:" + home.url[6:],
                address=address,
                cap=MOST_BYTES,
                timeout=SECONDS,
                why="edge.origin",
                fresh=True,
            )
        )
        detail += f"; http {plain.status or plain.fault.value}"
        if same(page, mark_of(plain)):
            reply = plain
    if reply.fault is Fault.TLS:
        facts = await net.shake(host, 443, address)
        named = facts.fault is Fault.NONE and matches(host, facts.names)
        return Candidate(
            address,
            sources,
            "certificate" if named else "",
            detail=clip(f"{detail}; names {', '.join(facts.names[:4])}", 200),
        )
    if reply.fault is not Fault.NONE:
        return Candidate(address, sources, "", detail=clip(detail, 200))
    mark = mark_of(reply)
    if edge_of(reply):
        return Candidate(address, sources, "", mark, clip(f"{detail} {edge_of(reply)}", 200))
    return Candidate(address, sources, "same" if same(page, mark) else "other", mark, clip(detail, 200))
