"""What is seen of each host's encryption: handshakes, old versions, where plain http leads. Plain facts, bounded and printable."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.net import Fault, Hello, TlsFacts
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.hosts import Host

NAMES_MOST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One address of a host: its handshake, and how it answered an offer of TLS 1.0 and of 1.1 (silent where none was made)."""

    shake: TlsFacts
    old10: Hello = Hello.SILENT
    old11: Hello = Hello.SILENT

    @property
    def six(self) -> bool:
        """Whether the address is IPv6."""
        return ":" in self.shake.address

    @property
    def met(self) -> bool:
        """Whether a handshake got far enough to be judged."""
        return self.shake.fault is Fault.NONE


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way. `cookies`: names set; `html`: it shows a page; `moves`: the page sends the browser on by itself."""

    url: str
    status: int = 0
    fault: Fault = Fault.NONE
    detail: str = ""
    location: str = ""
    cookies: tuple[str, ...] = ()
    html: bool = False
    moves: bool = False
    challenged: bool = False
    hsts: str = ""
    gone: str = ""

    @property
    def secure(self) -> bool:
        """Whether it came over https."""
        return self.url.startswith("https:")


@dataclass(frozen=True, slots=True)
class Chain:
    """A request and the redirects after it. `end`: "" (an answer that leads nowhere), loop, foreign, or unlisted (an own host not consented to)."""

    hops: tuple[Hop, ...] = ()
    end: str = ""

    @property
    def trail(self) -> str:
        """The whole way in one line, for evidence."""
        steps = [f"{hop.url} {hop.status or hop.fault.value}" for hop in self.hops]
        last = self.hops[-1].location if self.hops and self.end else ""
        return " > ".join([*steps, *([f"{last} ({self.end})"] if last else [])])


@dataclass(frozen=True, slots=True)
class Mixed:
    """Something in the page that plain http is used for. `kind`: form, script, frame, style, socket, api, image or link."""

    kind: str
    url: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class HostSeen:
    """All that was seen of one host. `root`, `other` (a made-up path) and `secure` are empty where no request may be sent.

    `page6`: whether the page over IPv6 is the same: same, other, or "" (not compared).
    """

    host: Host
    lines: tuple[Line, ...] = ()
    root: Chain = Chain()
    other: Chain = Chain()
    secure: Chain = Chain()
    page6: str = ""

    @property
    def judged(self) -> bool:
        """Whether this is a web host to judge: named, or one that answers handshakes."""
        return self.host.named or any(line.met for line in self.lines)


@dataclass(frozen=True, slots=True)
class Seen:
    """Every own host. `now`: this computer's clock (epoch seconds); `skew`: how far the servers' clocks are from it, None when none told."""

    hosts: tuple[HostSeen, ...]
    now: float
    skew: float | None = None
    home: str = ""
    page: str = ""
    """How the first page came: seen, challenged, or why not (a fault, a status)."""
    mixed: tuple[Mixed, ...] = ()
    upgrades: bool = False
    """The page tells browsers to use https for all that it names (``upgrade-insecure-requests``)."""
    listed: bool = False
    """The founder listed the domains: more than the site's own address."""
    foreign: tuple[str, ...] = ()
    left_out: int = 0


def printable(facts: TlsFacts) -> TlsFacts:
    """Handshake facts without anything that could act on a terminal; a certificate's words are a stranger's."""
    return replace(
        facts,
        names=tuple(clip(name, 255) for name in facts.names[:NAMES_MOST]),
        subject=clip(facts.subject, 200),
        issuer=clip(facts.issuer, 200),
        detail=clip(facts.detail, 120),
    )
