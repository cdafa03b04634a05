"""While a limit holds: another client, made-up senders, and the limit's end. Tried once, on the first route where the ladder's cap has room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wizard.net import Net, Reply
from wizard.probe import Target
from wizard.probes.api import patience
from wizard.probes.api.evidence import Exchange, keep
from wizard.probes.api.faces import Kind
from wizard.probes.api.rate_climb import send
from wizard.probes.api.rate_routes import STRICT, Rung
from wizard.probes.api.rate_seen import Blocks
from wizard.probes.api.rate_share import CAP, MOST

BLOCK, BLOCK_PAUSE = 5, 0.25
ENDS, BLOCKS = 2, 15
"""Requests for the second client and the limit's end; for the three blocks."""
_SENDERS = ("x-forwarded-for", "x-real-ip", "true-client-ip")


@dataclass(slots=True)
class Held:
    """What was tried while a limit held."""

    other: Exchange | None = None
    blocks: Blocks | None = None
    recovery: Exchange | None = None
    waited: float = 0.0

    async def look(self, one: Rung, throttle: Reply | None, later: Sequence[str], target: Target, net: Net) -> None:
        """Try what has not been tried yet, if that leaves the next route that may fail its seventy."""
        left = CAP - net.spent().ladder
        room = left - (MOST if left >= MOST and any(name in STRICT for name in later) else 0)
        ends = self.recovery is None and room >= ENDS
        if ends and self.other is None and one.call.actor == "a" and "b" in target.accounts:
            reply, face = await send(replace(one, call=replace(one.call, actor="b")), net)
            self.other = keep("per-user", "b", one.route, reply, face, net)
        last = throttle
        if self.blocks is None and room >= BLOCKS + ENDS:
            self.blocks, last = await _blocks(one, net, throttle)
        if ends and last is not None:
            self.waited = patience.bounded(last)
            await patience.wait(self.waited)
            reply, face = await send(one, net)
            self.recovery = keep("recovery", one.call.actor, one.route, reply, face, net)


async def _blocks(one: Rung, net: Net, last: Reply | None) -> tuple[Blocks, Reply | None]:
    """Five plain, five with made-up senders, five plain; and the newest answer that said stop."""
    counts: list[int] = []
    sent = 0
    for forged in (False, True, False):
        served, more, last = await _block(one, net, last, forged=forged)
        counts.append(served)
        sent += more
    return Blocks(one.route, counts[0], counts[1], counts[2], sent), last


async def _block(one: Rung, net: Net, last: Reply | None, *, forged: bool = False) -> tuple[int, int, Reply | None]:
    """Five requests, four a second: how many were served, how many were sent, and the newest answer that said stop."""
    served = sent = 0
    for number in range(BLOCK):
        await patience.wait(BLOCK_PAUSE)
        address = f"203.0.113.{number + 11}"
        headers = [(name, address) for name in _SENDERS] + [("forwarded", f"for={address}")] if forged else []
        reply, face = await send(replace(one, call=replace(one.call, headers=(*one.call.headers, *headers))), net)
        sent += not reply.fault
        served += not reply.fault and face.kind not in {Kind.THROTTLES, Kind.BLOCKED, Kind.BREAKS}
        last = reply if face.kind is Kind.THROTTLES else last
    return served, sent, last
