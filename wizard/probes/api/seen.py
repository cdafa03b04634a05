"""What the object-access probe keeps: plain facts, so that the document can print the proof row by row and anyone can judge it again."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.probes.api.crosses import Cross
from wizard.probes.api.listings import Listing, Search
from wizard.probes.api.memory import Memory
from wizard.probes.api.overwriting import Overwrite
from wizard.probes.api.planted import Planted
from wizard.probes.api.proof import Proof


@dataclass(frozen=True, slots=True)
class Variant:
    """Other ways to ask on one route. `check`: dropped-filter or two-ids."""

    check: str
    route: str
    crosses: tuple[Cross, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that two test accounts tried. `shared`: somebody said that one may see the other's. `lost`: the own control's last kind, "" while it worked."""

    proofs: tuple[Proof, ...] = ()
    streams: tuple[Proof, ...] = ()
    variants: tuple[Variant, ...] = ()
    listings: tuple[Listing, ...] = ()
    searches: tuple[Search, ...] = ()
    files: tuple[Planted, ...] = ()
    memory: Memory | None = None
    asked_memory: bool = False
    writes: tuple[Overwrite, ...] = ()
    shared: bool = False
    lost: str = ""
    host: str = ""
    requests: int = 0
    aftercare: tuple[str, ...] = ()
