"""rate-limits: does somebody say stop before abuse costs money or locks others out? (OWASP API4:2023, LLM10:2025; row 5 of the scorecard).

At most seventy requests a ladder, ten a second, 150 in all. A made-up address under ``.invalid`` stands for the person, so nobody is locked out or mailed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wizard.intake import routes as intake
from wizard.model import Consent, Unobserved
from wizard.net import Call, Net
from wizard.probe import Probe, Target, progress
from wizard.probes.api import patience
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Kind
from wizard.probes.api.rate_climb import Climb, Minder, send
from wizard.probes.api.rate_limited import Held
from wizard.probes.api.rate_read import CHECKS, read
from wizard.probes.api.rate_routes import NAMES, Rung, chat_rungs, rung
from wizard.probes.api.rate_seen import Blocks, End, Ladder, Seen
from wizard.probes.api.rate_share import CAP, JUDGED, LOOK, Share, share
from wizard.probes.api.sentinel import sentinel
from wizard.probes.api.sign_in_forms import shaped
from wizard.probes.api.sign_in_read import is_wall, shape_that_is_read


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Climb chat, login, reset, upload and webhook, each with its share of the cap."""
    if not target.base_url:
        return Unobserved("no-api")
    if refused := net.refuses(Consent.PUSH, target.base_url):
        return Unobserved(refused)
    named = {name: rungs for name in NAMES if (rungs := _rungs(name, target))}
    climbs = _Climbs(target, net, Minder(net, _second(target)))
    await climbs.minder.begin()
    order = list(named)
    for at, name in enumerate(order):
        await climbs.route(named[name], order[at + 1 :])
    held = climbs.held
    found = Seen(
        tuple(climbs.ladders),
        tuple(name for name in NAMES if name not in named),
        tuple(climbs.left),
        blocks=held.blocks,
        other=held.other,
        recovery=held.recovery,
        waited=held.waited,
        price=target.chat.cost_per_message,
    )
    return replace(found, aftercare=_aftercare(found, target))


def _rungs(name: str, target: Target) -> tuple[Rung, ...]:
    return chat_rungs(target) if name == "chat" else tuple(one for one in (rung(name, target),) if one)


@dataclass(slots=True)
class _Climbs:
    """All ladders of a run, and what was tried while a limit held. `left`: routes for which the cap had no room."""

    target: Target
    net: Net
    minder: Minder
    ladders: list[Ladder] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    held: Held = field(default_factory=Held)

    async def route(self, rungs: tuple[Rung, ...], later: Sequence[str]) -> None:
        """One route: a single ladder, or for the chat the cheap one and then real messages."""
        for one in (replace(each, route=shown(self.net.reveals(each.route))) for each in rungs):
            part = share(one.name, later, CAP - self.net.spent().ladder, cheap=len(rungs) > 1 and one.cheap)
            if part.most < LOOK:
                self.left.append(one.name)
                return
            progress.get()(one.route)
            one = await _in_its_shape(one, self.net)  # noqa: PLW2901
            if not one.read:  # without a limit it proves nothing, so the others need the rest more
                part = replace(part, most=min(part.most, JUDGED))
            minder = self.minder if one.name == "chat" else Minder(self.net)
            climb, ladder = await _climb(one, part, minder, self.net)
            self.ladders.append(await _read_at_all(one, ladder, self.net))
            if ladder.limited:
                await self.held.look(one, climb.throttle, later, self.target, self.net)
            if not _goes_on(ladder):
                return


async def _in_its_shape(one: Rung, net: Net) -> Rung:
    """The try to sign in as the route reads it: a few single requests find out, beside the ladder's cap."""
    if not one.shapes:
        return one
    found = await shape_that_is_read(
        replace(one.call, ladder=False), one.shapes, one.words, lambda call: send(replace(one, call=call), net)
    )
    return replace(one, call=shaped(one.call, one.shapes[found.at]), read=found.read, there=found.there, by=found.by)


async def _read_at_all(one: Rung, ladder: Ladder, net: Net) -> Ladder:
    """Where every try was refused with a bare status, whether any path gets that answer: then a wall spoke, and nobody looked at the tries."""
    if not one.shapes or not ladder.read or ladder.end is not End.DONE:
        return ladder
    call = replace(one.call, ladder=False)
    wall = await is_wall(call, one.words, lambda call: send(replace(one, call=call), net))
    return replace(ladder, read=False, by="wall") if wall else ladder


async def _climb(one: Rung, part: Share, minder: Minder, net: Net) -> tuple[Climb, Ladder]:
    """Climb; where a limit still holds from before, wait for its end once and begin again."""
    climb = Climb(one, net, part)
    ladder = await climb.up(minder)
    if ladder.end is End.THROTTLED and not ladder.served and climb.throttle is not None:
        await patience.wait(patience.bounded(climb.throttle))
        climb = Climb(one, net, part)
        ladder = await climb.up(minder)
    return climb, ladder


def _goes_on(ladder: Ladder) -> bool:
    """Whether the cheap ladder left open what a real message meets: no limit (or a crash), and nobody slows the client down on purpose."""
    return ladder.cheap and ladder.end in {End.DONE, End.SHORT, End.BROKE} and not ladder.stays_slow


def _second(target: Target) -> Rung | None:
    """The second client's own request, which must keep working."""
    account = target.accounts.get("b")
    entry = next((route for text in account.own if (route := intake.parse(text))), None) if account else None
    if entry is None or entry.method != "GET" or entry.kind == "dangerous":
        return None
    url = intake.join(target.base_url, entry.template)
    return Rung("chat", str(entry), Call("GET", url, "b", consent=Consent.TOUCH, fresh=True), True)


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
