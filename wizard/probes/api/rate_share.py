"""How the ladder's own cap is shared among the routes: what a fail needs comes first, then a look at each of the rest. Pure arithmetic.

A fail needs seventy served requests, so two ladders of that length are all that the cap holds. A limit that is as strict as it should be shows much
earlier: a short ladder can still pass, and where it met no limit it says so and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.probes.api.rate_routes import STRICT

CAP = 150
MOST, LOOK, JUDGED = 70, 10, 30
"""Requests of a whole ladder; of the shortest one that may show anything; of one that a person can judge where seventy are no fail anyhow."""
TRIES_WHILE_LIMITED = 17
"""The second client, three blocks of five, and the end of the limit."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one ladder may send: `most` on its rungs, and so many that it must leave (`kept`) whatever the headers promise."""

    most: int
    kept: int


def share(name: str, later: Sequence[str], left: int, *, cheap: bool = False) -> Share:
    """The share of the route `name` when `left` requests are left and the routes `later` still wait, in their order.

    `cheap`: this is the chat's ladder of bodies that are turned away, after which real messages must still have their seventy.
    """
    whole = MOST if name in STRICT else JUDGED
    others = (
        0 if name in STRICT else LOOK * len(later)
    )  # a look at the last one tells more than a ladder that is no proof anyhow
    own = LOOK + MOST if cheap else whole if left >= whole + others else LOOK
    kept = promised(later, left - own)
    most = left - kept - (MOST if cheap else 0)
    return Share(max(0, min(MOST, most)), kept)


def promised(later: Sequence[str], spare: int) -> int:
    """How many of `spare` are set aside for the routes that follow: whole ladders where they are proof, then a look at each, then enough to judge."""
    strict = [name for name in later if name in STRICT]
    whole = strict[: max(0, spare) // MOST]
    kept = MOST * len(whole)
    rest = [name for name in later if name not in whole]
    looked = min(len(rest), max(0, spare - kept) // LOOK)
    kept += looked * LOOK
    judged = sum(name not in STRICT for name in rest[:looked])
    more = JUDGED - LOOK
    return kept + min(judged, max(0, spare - kept) // more) * more
