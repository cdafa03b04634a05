"""Deliveries to the webhook: unsigned, wrongly signed, altered, old, well signed and repeated (checks W1 to W5).

What must be refused goes first, each with an event id of its own, because an event that counted once may hide that the next one counted, too. The
well-signed one comes after and shows that the refusals were refusals.
"""

from __future__ import annotations

import json
import secrets

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call, Reply
from wizard.probes.api.alike import alike
from wizard.probes.api.auth_seen import Hook, Hooks
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Kind
from wizard.probes.api.routes import address

FORGED = ("none", "wrong", "altered", "old-10m", "old-24h")
_IDS = ("id", "event_id", "eventId", "uid", "delivery_id", "webhook_id", "notification_id", "MessageSid", "triggerId")


async def deliver(desk: Desk) -> Hooks | None:
    """None where no webhook is named. At most 18 requests."""
    target, net = desk.asker.target, desk.asker.net
    text = target.webhook.route or target.webhook_route
    route = intake.parse(text, target.base_url) if text else None
    if route is None:
        return None
    name = shown(net.reveals(str(route)))
    url = intake.join(target.base_url, route.template)
    if not (target.webhook.scheme and target.webhook.event):
        return Hooks(name, skipped="no-secret")
    if refused := net.refuses(Consent.PUSH, url):
        return Hooks(name, skipped=f"reasons.{refused}")
    post = _Post(desk, name, url, _effect(desk))
    steady = await post.settle()
    sent: list[Hook] = []
    for how in FORGED:
        sent.append(await post.send(how, fresh(target.webhook.event)))
        if len(sent) == 1 and sent[0].exchange.kind in {Kind.SILENT, Kind.BLOCKED}:
            break
    good = fresh(target.webhook.event)
    sent.append(await post.send("good", good))
    sent.append(await post.send("again", good))
    if sent[-1].changed is False and sent[-2].changed:  # can the effect show a second event at all?
        sent.append(await post.send("other", fresh(target.webhook.event)))
    return Hooks(name, effect=post.effect_name, steady=steady, sent=tuple(sent))


class _Post:
    """The webhook's address and the place where an effect would show."""

    def __init__(self, desk: Desk, name: str, url: str, effect: tuple[str, str]) -> None:
        self.desk, self.name, self.url = desk, name, url
        self.effect_name, self.effect_url = effect
        self.before: Reply | None = None

    async def settle(self) -> bool:
        """Whether the place of the effect reads the same twice: only then can a change be seen."""
        first, second = await self._look(), await self._look()
        steady = first is not None and second is not None and alike(first, second)
        self.before = second if steady else None
        return steady

    async def send(self, how: str, event: bytes) -> Hook:
        """One delivery; the effect is read back where it was taken."""
        actor = "webhook:good" if how in {"again", "other"} else f"webhook:{how}"
        call = Call("POST", self.url, actor, _media(event), event, Consent.PUSH)
        await self.desk.send(call, "webhook", self.name)
        row = self.desk.asker.exchanges[-1]
        if row.status // 100 != 2 or self.before is None:
            return Hook(how, row, None if self.before is None else False)
        after = await self._look()
        if after is None:
            return Hook(how, row)
        changed = not alike(self.before, after)
        self.before = after
        return Hook(how, row, changed)

    async def _look(self) -> Reply | None:
        if not self.effect_url:
            return None
        call = Call("GET", self.effect_url, "a", consent=Consent.TOUCH, fresh=True)
        reply, face = await self.desk.send(call, "webhook", self.effect_name)
        return reply if face.kind in {Kind.GIVES, Kind.EMPTIES, Kind.HIDES} else None


def _effect(desk: Desk) -> tuple[str, str]:
    """(route, address) of the place where an effect would show, as account a; empty where it cannot be asked."""
    target, net = desk.asker.target, desk.asker.net
    route = intake.parse(target.webhook.effect, target.base_url) if target.webhook.effect else None
    url = address(target, route) if route is not None and route.method == "GET" else None
    if route is None or url is None or "a" not in target.accounts or net.refuses(Consent.TOUCH, url):
        return "", ""
    return shown(net.reveals(str(route))), url


def fresh(event: str) -> bytes:
    """The event under an id that was never used; an event without one stays as it is."""
    try:
        found = json.loads(event)
    except (ValueError, RecursionError):
        return event.encode()
    key = next((name for name in _IDS if isinstance(found, dict) and isinstance(found.get(name), str)), "")
    if not key:
        return event.encode()
    return json.dumps(found | {key: f"{found[key]}lr{secrets.token_hex(4)}"}, separators=(",", ":")).encode()


def _media(event: bytes) -> tuple[tuple[str, str], ...]:
    form = not event.lstrip().startswith((b"{", b"[")) and b"=" in event
    return (("content-type", "application/x-www-form-urlencoded" if form else "application/json"),)
