"""What is seen of the network in front: how each host answers, what its settings are, whether the server behind it can be reached. Plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.net import Fault
from wizard.probes.edge.hosts import Host
from wizard.probes.edge.marks import PageMark


@dataclass(frozen=True, slots=True)
class Point:
    """A public web host as it answers a stranger. `address` was dialled, for judging; `marks` are headers that name who answered.

    `ray`, `server`: Cloudflare's headers (they can be faked); `trace`: ``/cdn-cgi/trace`` names this host. `edge`, `router`: another network's or a
    platform's marks. `loop`: https leads to the very same address. `plain`: what port 80 does: moves, stays, or "" (no answer).
    """

    host: Host
    address: str = ""
    status: int = 0
    fault: Fault = Fault.NONE
    detail: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    ray: bool = False
    server: bool = False
    trace: bool = False
    edge: str = ""
    router: str = ""
    challenged: bool = False
    loop: bool = False
    plain: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address to judge: what DNS says, else what was dialled."""
        return self.host.addresses or ((self.address,) if self.address else ())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address from the domain's own records that may be the server itself. `sources` are the records that name it.

    `result`: same (it serves the site), other (it answers, with something else), certificate (only its certificate names the site; nothing could be
    read), or "" (no answer).
    """

    address: str
    sources: tuple[str, ...]
    result: str = ""
    page: PageMark = field(default_factory=PageMark)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """What Cloudflare's API says of one domain. `values`: settings by their API names; `denied`: permissions that the token lacks.

    `rules`: (expression, mode) of rules that set another encryption mode; `managed`: whether managed firewall rules run: on, off or "" (not known).
    `state`: ok, refused (the token), no-zone, down.
    """

    name: str
    state: str = "ok"
    values: tuple[tuple[str, str], ...] = ()
    denied: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    managed: str = ""
    bare: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """A setting, or ""."""
        return dict(self.values).get(name, "")


@dataclass(frozen=True, slots=True)
class Seen:
    """All hosts that may be asked, and what was found behind them. `named`: the edge that the profile names, "" when nobody decided.

    `page`: the site's first page to compare with; `site` where it came from, "" when it was not seen. `doors`: platform names of the product (a second
    way in). `direct`: backends that the browser calls itself. `mail`: addresses that mail records name. `contact`: what security.txt came to.
    """

    points: tuple[Point, ...]
    named: str = ""
    site: str = ""
    page: PageMark = field(default_factory=PageMark)
    candidates: tuple[Candidate, ...] = ()
    skipped: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    mail_known: bool = False
    doors: tuple[str, ...] = ()
    direct: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = ()
    contact: str = ""
