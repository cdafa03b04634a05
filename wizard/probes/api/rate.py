"""rate-limits: does somebody say stop before abuse costs money or locks others out? (OWASP API4:2023, LLM10:2025; row 5 of the scorecard).

At most seventy requests a ladder, ten a second, 150 in all. A made-up address under ``.invalid`` stands for the person, so nobody is locked out or mailed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.intake import routes as intake
from wizard.model import Consent, Unobserved
from wizard.net import Call, Net, Reply
from wizard.probe import Probe, Target, progress
from wizard.probes.api import patience
from wizard.probes.api.evidence import Exchange, keep, shown
from wizard.probes.api.faces import Kind
from wizard.probes.api.rate_climb import CAP, Climb, Minder, send
from wizard.probes.api.rate_read import CHECKS, read
from wizard.probes.api.rate_routes import NAMES, Rung, chat_rungs, rung
from wizard.probes.api.rate_seen import Blocks, End, Ladder, Seen
from wizard.probes.api.sentinel import sentinel
from wizard.probes.api.sign_in_forms import first_read, shaped

LEAST_ROOM = 20
"""With less room than this under the cap a further ladder would show nothing."""
BLOCK, BLOCK_PAUSE = 5, 0.25
_SENDERS = ("x-forwarded-for", "x-real-ip", "true-client-ip")


@dataclass(slots=True)
class _Limited:
    """The first route on which a limit showed, and what was tried there while it held."""

    rung: Rung
    climb: Climb
    other: Exchange | None = None
    blocks: Blocks | None = None
    recovery: Exchange | None = None
    waited: float = 0.0


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Climb chat, login, reset, upload and webhook, as far as the cap goes."""
    if not target.base_url:
        return Unobserved("no-api")
    if refused := net.refuses(Consent.PUSH, target.base_url):
        return Unobserved(refused)
    minder = Minder(net, _second(target))
    await minder.begin()
    ladders: list[Ladder] = []
    absent: list[str] = []
    left: list[str] = []
    limited: _Limited | None = None
    for name in NAMES:
        rungs = chat_rungs(target) if name == "chat" else tuple(one for one in (rung(name, target),) if one)
        if not rungs:
            absent.append(name)
            continue
        for one in (replace(each, route=shown(net.reveals(each.route))) for each in rungs):
            if CAP - net.spent().ladder < LEAST_ROOM:
                left.append(name)
                break
            progress.get()(one.route)
            one = await _in_its_shape(one, net)  # noqa: PLW2901
            climb, ladder = await _climb(one, minder if name == "chat" else Minder(net), net)
            ladders.append(ladder)
            if ladders[-1].limited and limited is None:
                limited = await _while_limited(_Limited(one, climb), target, net)
            if not _goes_on(ladders[-1]):
                break
    found = Seen(tuple(ladders), tuple(absent), tuple(left), price=target.chat.cost_per_message)
    if limited:
        found = replace(
            found, blocks=limited.blocks, other=limited.other, recovery=limited.recovery, waited=limited.waited
        )
    return replace(found, aftercare=_aftercare(found, target))


async def _in_its_shape(one: Rung, net: Net) -> Rung:
    """The try to sign in as the route reads it: a few single requests find out, beside the ladder's cap, which has room for two whole ladders."""
    if not one.shapes:
        return one
    at, read_so = await first_read(
        replace(one.call, ladder=False), one.shapes, lambda call: send(replace(one, call=call), net)
    )
    return replace(one, call=shaped(one.call, one.shapes[at]), read=read_so, there=read_so)


async def _climb(one: Rung, minder: Minder, net: Net) -> tuple[Climb, Ladder]:
    """Climb; where a limit still holds from before, wait for its end once and begin again."""
    climb = Climb(one, net)
    ladder = await climb.up(minder)
    if ladder.end is End.THROTTLED and not ladder.served and climb.throttle is not None:
        await patience.wait(patience.bounded(climb.throttle))
        climb = Climb(one, net)
        ladder = await climb.up(minder)
    return climb, ladder


def _goes_on(ladder: Ladder) -> bool:
    """Whether the cheap ladder left open what a real message meets: no limit (or a crash), and nobody slows the client down on purpose."""
    return ladder.cheap and ladder.end in {End.DONE, End.BROKE} and not ladder.stays_slow


def _second(target: Target) -> Rung | None:
    """The second client's own request, which must keep working."""
    account = target.accounts.get("b")
    entry = next((route for text in account.own if (route := intake.parse(text))), None) if account else None
    if entry is None or entry.method != "GET" or entry.kind == "dangerous":
        return None
    url = intake.join(target.base_url, entry.template)
    return Rung("chat", str(entry), Call("GET", url, "b", consent=Consent.TOUCH, fresh=True), True)


async def _while_limited(limited: _Limited, target: Target, net: Net) -> _Limited:
    """Another client, forged senders, and the end of the limit."""
    one = limited.rung
    if one.call.actor == "a" and "b" in target.accounts:
        as_b = replace(one, call=replace(one.call, actor="b"))
        reply, face = await send(as_b, net)
        limited.other = keep("per-user", "b", one.route, reply, face, net)
    last = limited.climb.throttle
    counts: list[int] = []
    sent = 0
    for forged in (False, True, False):
        served, more, last = await _block(one, net, last, forged=forged)
        counts.append(served)
        sent += more
    limited.blocks = Blocks(one.route, counts[0], counts[1], counts[2], sent)
    if last is not None:
        limited.waited = patience.bounded(last)
        await patience.wait(limited.waited)
        reply, face = await send(one, net)
        limited.recovery = keep("recovery", one.call.actor, one.route, reply, face, net)
    return limited


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


def _aftercare(seen: Seen, target: Target) -> tuple[str, ...]:
    """Messages that now stand in the test clients' chats, and limits that were still on at the end."""
    found = []
    for ladder in seen.ladders:
        real = not ladder.cheap or (
            ladder.name == "chat" and ladder.first is not None and ladder.first.kind is Kind.GIVES
        )
        if real:
            blocks = seen.blocks if seen.blocks and seen.blocks.route == ladder.route else Blocks("")
            count = ladder.served + blocks.plain + blocks.forged + blocks.again
            count += seen.recovery is not None and seen.recovery.kind is Kind.GIVES
            found.append(f"{ladder.route} as a: {count} messages: {sentinel(target)}")
            if seen.other is not None and seen.other.kind is Kind.GIVES:
                found.append(f"{ladder.route} as b: 1 message: {sentinel(target)}")
        if ladder.name in {"upload", "webhook"} and ladder.first is not None and ladder.first.status // 100 == 2:
            what = f"files: {sentinel(target)}" if ladder.name == "upload" else "empty events"
            found.append(f"{ladder.route}: {ladder.served} {what}")
        if ladder.limited:
            wait = f", retry-after {ladder.retry:.0f} s" if ladder.retry >= 0 else ""
            found.append(f"{ladder.route}: limited{wait}")
    return tuple(found)


PROBE = Probe(
    id="rate-limits",
    item="rate-limits",
    consent=Consent.PUSH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
