"""Which hosts are the founder's, without scanning strangers: named ones, their pair with ``www``, linked ones, a few common names that resolve."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from wizard.model import Consent
from wizard.net import Dns, Net
from wizard.net.registrable import registrable
from wizard.probe import Target
from wizard.probes.edge.email.dmarc import rented
from wizard.probes.edge.home import Home, host_in
from wizard.probes.edge.ranges import ranges

MOST_HOSTS = 40
MOST_DOMAINS = 3
MOST_FOREIGN = 40
MOST_ADDRESSES = 8
_LINK = re.compile(r"(?:https?|wss?):\\?/\\?/([a-zA-Z0-9][a-zA-Z0-9.-]{1,250})")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")


@dataclass(frozen=True, slots=True)
class Host:
    """One host name. `origin`: profile, site, api, pair, linked, certificate or guessed. `listed`: it was consented to, so requests may go there.

    `state`, `addresses` and `chain` (CNAMEs followed) are what DNS says; a literal address is its own answer.
    """

    name: str
    port: int = 443
    origin: str = "profile"
    listed: bool = False
    state: Dns = Dns.FOUND
    addresses: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How a person calls it: without the usual port."""
        return self.name if self.port == 443 else f"{self.name}:{self.port}"

    @property
    def named(self) -> bool:
        """Whether the founder, or the site itself, stands for this name: it is no guess of ours."""
        return self.origin in {"profile", "site", "api"}

    @property
    def local(self) -> bool:
        """Whether the name is this computer's own."""
        return (
            self.name == "localhost"
            or self.name.endswith(".localhost")
            or self.name.startswith("127.")
            or self.name == "::1"
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """Every own host found (at most 40, named ones first), the domains that make a host own, and hosts of others that the page names."""

    hosts: tuple[Host, ...]
    domains: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    left_out: int = 0

    def own(self, name: str) -> bool:
        """Whether a host name is the founder's: named, or of the same registrable domain."""
        return any(name == host.name for host in self.hosts) or (is_name(name) and registrable(name) in self.domains)


def is_name(text: str) -> bool:
    """Whether this may be a host name at all: letters, digits and hyphens between dots. Certificates and pages may hold anything."""
    return len(text) <= 253 and bool(_NAME.fullmatch(text))


def named_hosts(target: Target) -> tuple[Host, ...]:
    """The hosts of the profile: site, API, domains; ports other than 443 kept."""
    found: dict[tuple[str, int], Host] = {}
    for origin, url in (("site", target.site), ("api", target.base_url)):
        parts = urlsplit(url)
        if parts.hostname:
            port = _port(parts.netloc, 443 if parts.scheme == "https" else 80)
            host = Host(parts.hostname.lower(), 443 if port == 80 else port, origin, listed=True)
            found.setdefault((host.name, host.port), host)
    for text in target.domains:
        name = urlsplit(f"//{text}").hostname or ""
        host = Host(name.lower().rstrip("."), _port(text, 443), "profile", listed=True)
        if name:
            found.setdefault((host.name, host.port), host)
    return tuple(found.values())


def _port(netloc: str, usual: int) -> int:
    try:
        return urlsplit(f"//{netloc}").port or usual
    except ValueError:
        return usual


def domains_of(hosts: tuple[Host, ...]) -> tuple[str, ...]:
    """The registrable domains of these hosts that are really the founder's: no name on a platform's own suffix."""
    found = dict.fromkeys(registrable(host.name) for host in hosts)
    return tuple(name for name in found if name)


async def roster(target: Target, net: Net, home: Home | None) -> Roster:
    """Find the hosts. DNS questions only; every name is asked for A and AAAA once in a run."""
    named = named_hosts(target)
    domains = domains_of(named)
    names: dict[str, str] = {}
    for domain in domains[:MOST_DOMAINS]:
        if not rented(domain):
            names |= {domain: "pair", f"www.{domain}": "pair"}
    linked, foreign = links(home, domains) if home is not None else ((), ())
    names |= {name: "linked" for name in linked if name not in names}
    guessed = await _guess(net, [domain for domain in domains[:MOST_DOMAINS] if not rented(domain)])
    names |= {name: "guessed" for name in guessed if name not in names}
    taken = {host.name for host in named}
    found = [*named, *(Host(name, origin=origin) for name, origin in names.items() if name not in taken)]
    looked = await asyncio.gather(*(resolved(net, host) for host in found[: 2 * MOST_HOSTS]))
    kept = [host for host in looked if host.named or host.state in (Dns.FOUND, Dns.ERROR) or host.chain]
    return Roster(tuple(kept[:MOST_HOSTS]), domains, foreign, max(0, len(kept) - MOST_HOSTS))


async def resolved(net: Net, host: Host) -> Host:
    """The host with what DNS says of it, and whether requests may go there."""
    listed = host.listed or not net.refuses(Consent.LOOK, f"https://{host.place}/")
    try:
        return replace(host, listed=listed, addresses=(str(ipaddress.ip_address(host.name)),))
    except ValueError:
        pass
    if host.local:
        return replace(host, listed=listed, addresses=("127.0.0.1",))
    four, six = await asyncio.gather(net.ask(host.name, "A"), net.ask(host.name, "AAAA"))
    addresses = (four.records + six.records)[:MOST_ADDRESSES]
    states = {four.state, six.state}
    state = Dns.FOUND if addresses else Dns.ERROR if Dns.ERROR in states else four.state
    chain = four.chain or six.chain
    if not addresses and not chain and host.named:
        chain = (await net.ask(host.name, "CNAME")).records
    return replace(
        host, listed=listed, state=state, addresses=addresses, chain=tuple(name[:255] for name in chain[:10])
    )


async def _guess(net: Net, domains: list[str]) -> list[str]:
    """Common names that resolve and are no echo of a wildcard; one that leads by CNAME to a vanished name is kept too."""
    found: list[str] = []
    for domain in domains:
        control = await resolved(net, Host(f"lr-{secrets.token_hex(5)}.{domain}", origin="guessed"))
        tries = [Host(f"{head}.{domain}", origin="guessed") for head in ranges().names.common]
        looked = await asyncio.gather(*(resolved(net, host) for host in tries))
        found += [host.name for host in looked if (host.addresses or host.chain) and not _echo(host, control)]
    return found


def _echo(host: Host, control: Host) -> bool:
    """The same answer as a made-up name gets: a wildcard's, so nobody made this name."""
    if not (control.addresses or control.chain):
        return False
    return (bool(host.chain) and host.chain == control.chain) or set(host.addresses) <= set(control.addresses)


def links(home: Home, domains: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(own, foreign) host names in the page, its content policy and its scripts."""
    policy = " ".join(home.reply.all("content-security-policy"))
    texts = [home.text, *(text for _, text in home.scripts)]
    names: dict[str, None] = {}
    for text in texts:
        names |= {match[1].lower().rstrip(".-"): None for match in _LINK.finditer(text)}
    words = [word for word in policy.split()[:400] if _plain(word)]
    names |= {host_in(f"//{word.partition('://')[2] or word}"): None for word in words}
    sound = [name for name in names if is_name(name)]
    own = [name for name in sound if registrable(name) in domains]
    other = [name for name in sound if name not in own]
    return tuple(own[:MOST_HOSTS]), tuple(other[:MOST_FOREIGN])


def _plain(word: str) -> bool:
    return "." in word and not word.startswith(("'", "*")) and "//*" not in word and "[" not in word and ";" not in word
