"""Looks at every own host at once: handshakes at each address, old versions, where plain http leads. Judges nothing."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime

from wizard.model import Unobserved
from wizard.net import Call, Fault, Hello, Net, Reply
from wizard.probe import Target, progress
from wizard.probes.api.pages import is_challenge
from wizard.probes.edge import hosts as names
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.home import Home, look_at_home
from wizard.probes.edge.hosts import MOST_HOSTS, Host, Roster, roster
from wizard.probes.edge.marks import mark_of, same
from wizard.probes.edge.tls import mixed
from wizard.probes.edge.tls.facts import Chain, HostSeen, Line, Seen, printable
from wizard.probes.edge.tls.hops import follow

MORE_V4, MORE_V6 = 3, 2
AT_ONCE = 16


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Find the hosts and look at each. Requests go only to hosts that were consented to; others of the same domain get handshakes."""
    if not names.named_hosts(target):
        return Unobserved("no-site")
    home = await look_at_home(net, target.site) if target.site else None
    found = await roster(target, net, home)
    visit = _Visit(net, found)
    looked = list(await asyncio.gather(*(visit.host(host) for host in found.hosts)))
    more = await visit.certificate_names(looked)
    looked += await asyncio.gather(*(visit.host(host) for host in more))
    visit.dates += _dates([home.reply] if home else [])
    return Seen(
        hosts=tuple(looked[:MOST_HOSTS]),
        now=time.time(),
        skew=round(statistics.median(visit.dates), 1) if visit.dates else None,
        home=clip(net.reveals(home.url), 300) if home else "",
        page=_came(home),
        mixed=mixed.find(home, found.domains) if home and home.seen else (),
        upgrades=bool(home and home.seen and mixed.upgrades(home)),
        listed=_is_listed(target),
        foreign=tuple(clip(name, 120) for name in found.foreign),
        left_out=found.left_out + max(0, len(looked) - MOST_HOSTS),
    )


def _is_listed(target: Target) -> bool:
    """Whether the profile lists domains of its own: one that only repeats the site's address is no list."""
    given = {host.name for host in names.named_hosts(replace(target, domains=()))}
    return not target.quick and bool({name.lower() for name in target.domains} - given)


def _came(home: Home | None) -> str:
    if home is None:
        return ""
    if home.challenged:
        return "challenged"
    return "seen" if home.seen else str(home.reply.fault.value or home.reply.status)


def _dates(replies: Iterable[Reply]) -> list[float]:
    """How many seconds the server's clock (Date header, RFC 9110 section 6.6.1) is ahead of ours."""
    found = []
    for reply in replies:
        try:
            kept = reply.header("age")[:9]  # a cache keeps the date of the first answer (RFC 9111 section 5.1)
            since = int(kept) if kept.isdigit() else 0
            found.append(parsedate_to_datetime(reply.header("date")[:60]).timestamp() + since - time.time())
        except (ValueError, TypeError, OverflowError):
            continue
    return found


@dataclass(slots=True)
class _Visit:
    net: Net
    found: Roster
    dates: list[float] = field(default_factory=list)
    done: int = 0
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def host(self, host: Host) -> HostSeen:
        """One host: handshakes and requests side by side. A name that leads nowhere, or to this computer, is not dialled."""
        if host.local or not (host.addresses or host.listed):
            seen = HostSeen(host)
        elif host.listed:
            lines, chains, page6 = await asyncio.gather(self._lines(host), self._chains(host), self._over_six(host))
            seen = HostSeen(host, lines, *chains, page6)
        else:
            seen = HostSeen(host, await self._lines(host))
        self.done += 1
        progress.get()(f"{self.done}/{len(self.found.hosts)} hosts")
        return seen

    async def _lines(self, host: Host) -> tuple[Line, ...]:
        """The address that a visitor reaches first, then the others by themselves (a few)."""
        async with self.gate:
            guess = host.addresses[0] if host.origin == "guessed" else ""  # for a guess, one address must do
            first = await self._line(host, guess)
            if guess or not (first.met or first.shake.fault is Fault.TLS):
                return (first,)
            rest = [one for one in host.addresses if one != first.shake.address]
            more = [one for one in rest if ":" not in one][:MORE_V4] + [one for one in rest if ":" in one][:MORE_V6]
            return (first, *await asyncio.gather(*(self._line(host, address) for address in more)))

    async def _line(self, host: Host, address: str) -> Line:
        shake, old10, old11 = await asyncio.gather(
            self.net.shake(host.name, host.port, address),
            self.net.hello(host.name, host.port, "1.0", address),
            self.net.hello(host.name, host.port, "1.1", address),
        )
        if shake.fault is Fault.REFUSED:
            old10 = old11 = Hello.SILENT
        return Line(printable(shake), old10, old11)

    async def _chains(self, host: Host) -> tuple[Chain, Chain, Chain]:
        """Plain http at the front door and at a made-up path, and https; an own port has no plain http beside it."""
        urls = [f"https://{host.place}/"]
        if host.port == 443:
            urls = [f"http://{host.name}/", f"http://{host.name}/lr-{secrets.token_hex(5)}", *urls]
        got = await asyncio.gather(*(follow(self.net, url, self.found) for url in urls))
        self.dates += _dates(reply for _, replies in got for reply in replies[:1])
        chains = [chain for chain, _ in got]
        return (chains[0], chains[1], chains[2]) if len(chains) == 3 else (Chain(), Chain(), chains[0])

    async def _over_six(self, host: Host) -> str:
        """Whether the page over IPv6 is the one over IPv4; "" where one of the two did not come."""
        four, six = ([a for a in host.addresses if (":" in a) is wanted][:1] for wanted in (False, True))
        if not four or not six:
            return ""
        url = f"https://{host.place}/"
        replies = await asyncio.gather(
            *(self.net.send(Call("GET", url, address=a, why="tls.ipv6", timeout=6.0)) for a in four + six)
        )
        one, other = (mark_of(reply) for reply in replies)
        if any(reply.fault is not Fault.NONE or is_challenge(reply) for reply in replies) or one.status != other.status:
            return ""
        if not (one.title or other.title):
            return ""
        return "same" if same(one, other) or one.title == other.title else "other"

    async def certificate_names(self, looked: list[HostSeen]) -> list[Host]:
        """Own names that the certificates bear and that resolve; a wildcard is no name."""
        known = {seen.host.name for seen in looked}
        told = dict.fromkeys(name for seen in looked for line in seen.lines for name in line.shake.names)
        mine = [n for n in told if n not in known and names.is_name(n) and self.found.own(n)]
        hosts = await asyncio.gather(
            *(names.resolved(self.net, Host(name, origin="certificate")) for name in mine[:MOST_HOSTS])
        )
        return [host for host in hosts if host.addresses][: max(0, MOST_HOSTS - len(looked))]
