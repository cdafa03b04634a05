"""What is kept of one exchange: protocol facts, no body, nothing before masking. Plain data for a probe's `Seen`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from wizard.net import Net, Reply
from wizard.probes.api.faces import Face, Kind
from wizard.probes.api.sightings import Hit

KEPT_HEADERS = (
    "content-type",
    "location",
    "retry-after",
    "server",
    "allow",
    "age",
    "cf-cache-status",
    "x-cache",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "cf-mitigated",
)
"""Headers that may stand in evidence; values are masked and cut at 120 characters."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `route` is ``METHOD /template``; `whose` names the account whose id was asked for ("" where none, missing: a made-up one)."""

    check: str
    actor: str
    route: str
    kind: Kind
    whose: str = ""
    why: str = ""
    status: int = 0
    size: int = 0
    media: str = ""
    took_ms: float = 0.0
    cached: bool = False
    soft: bool = False
    weak: bool = False
    hits: tuple[Hit, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        """One line of raw fact, such as ``a GET /c/{id} (id of b) -> 200 leaks(other) 512 B application/json; other her… at /text``."""
        asked = f" (id of {self.whose})" if self.whose and self.whose != self.actor else ""
        said = f"{self.kind}({self.why})" if self.why else str(self.kind)
        flags = "".join(
            f" {name}" for name, on in (("cached", self.cached), ("soft", self.soft), ("weak", self.weak)) if on
        )
        words = "".join(f"; {hit.whose} {hit.masked} at {hit.pointer or hit.place}" for hit in self.hits)
        return f"{self.actor} {self.route}{asked} -> {self.status or 'no answer'} {said} {self.size} B {self.media}{flags}{words}".rstrip()


def keep(check: str, actor: str, route: str, reply: Reply, face: Face, net: Net, whose: str = "") -> Exchange:
    """The exchange as evidence: allow-listed headers only, every text masked by the door and shown without control characters."""
    headers = tuple((name, shown(net.reveals(value))) for name in KEPT_HEADERS if (value := reply.header(name)))
    return Exchange(
        check=check,
        actor=actor,
        route=shown(net.reveals(route)),
        kind=face.kind,
        whose=whose,
        why=face.why,
        status=reply.status,
        size=reply.size,
        media=shown(reply.media),
        took_ms=round(reply.t_total_ms, 1),
        cached=face.cached,
        soft=face.soft,
        weak=face.weak,
        hits=tuple(Hit(hit.whose, hit.place, shown(net.reveals(hit.pointer)), hit.masked) for hit in face.hits),
        headers=headers,
    )


def shown(text: str, limit: int = 120) -> str:
    r"""`text` cut at `limit` characters, every control and format character written as ``\xNN`` or ``\uNNNN``."""
    return "".join(
        char
        if unicodedata.category(char)[0] != "C"
        else (f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}")
        for char in text[:limit]
    )
