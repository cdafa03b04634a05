"""prompt-injection: does the bot do what a stranger's text tells it to? (OWASP LLM01:2025, LLM06:2025, LLM07:2025).

Known attacks are sent and the replies are looked at for words that were planted beforehand. No model judges anything.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent, Route, Unobserved
from wizard.net import Call, Net, Reply, Secret
from wizard.probe import Chat, Probe, Target, progress
from wizard.probes.api import patience
from wizard.probes.api.ask import Asker, pair_of
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Face, Kind, is_open
from wizard.probes.api.routes import address as address_of
from wizard.probes.api.routes import private
from wizard.probes.api.sentinel import sentinel
from wizard.probes.chat import listen, prompts, talk
from wizard.probes.chat.inject_read import CHECKS, read
from wizard.probes.chat.inject_seen import Seen, Try
from wizard.probes.chat.overlap import overlap

LIMIT = 120
"""Messages, notes, looks at lists and for late answers; of the messages themselves there are at most 50."""
POLLS, POLL_PAUSE = 8, 1.0
MOST_LISTS = 3
MOST_LETTERS = 40_000
GIVE_UP = 4
"""So many replies in a row without words, and the bot is taken as gone."""


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Ask the control question, send every attack, ask the control question again."""
    route = talk.chat_route(target)
    if route is None or "{{message}}" not in target.chat.body:
        return Unobserved("no-chat")
    if refused := net.refuses(Consent.PUSH, talk.where(target, route)):
        return Unobserved(refused)
    actor = "a" if "a" in target.accounts else "nobody"
    name = shown(net.reveals(talk.named(target, route)))
    bot = Bot(Asker(target, net, limit=LIMIT, canary=True), route, name, actor, target.chat)
    other = pair_of(target.accounts.get("b"))
    seen = Seen(
        route=name,
        canary=bool(target.chat.canary),
        prompt=bool(target.chat.prompt),
        other=other is not None,
        rule=bool(target.chat.rule.strip()),
        planted=_plant_route(target) is not None,
    )
    began = await bot.control()
    seen = replace(seen, begin=bot.asker.exchanges[-1], began=began)
    if not began:
        return replace(seen, aftercare=bot.aftercare())
    bot.public = await _public(target, net) if target.chat.prompt else ""
    key = other.key.reveal() if other and other.key else ""
    for attack in prompts.attacks(target.run_id or "x", key, plants=seen.planted):
        if bot.silent >= GIVE_UP:
            break
        progress.get()(f"{attack.family}: {attack.name}")
        bot.tries.append(await bot.attack(attack))
    ended = await bot.control()
    return replace(
        seen,
        end=bot.asker.exchanges[-1],
        ended=ended,
        tries=tuple(bot.tries),
        aftercare=bot.aftercare(),
        stopped="silent" if bot.silent >= GIVE_UP else "",
    )


@dataclass(slots=True)
class Bot:
    """The conversation with the bot as one actor, and what has been left in the product."""

    asker: Asker
    route: Route
    name: str
    actor: str
    chat: Chat
    public: str = ""
    silent: int = 0
    said: int = 0
    notes: int = 0
    tries: list[Try] = field(default_factory=list)

    async def control(self) -> bool:
        """Whether the bot answers a plain question; where its words stand elsewhere than the profile says, all text is read from now on."""
        ask, holds = prompts.control()
        reply, _face = await self.say(ask, "control", Consent.TOUCH)
        if holds in talk.words(self.chat, reply).replace(ask, "").lower():
            return True
        loose = replace(self.chat, reply="")
        if holds in talk.words(loose, reply).replace(ask, "").lower():
            self.chat = loose
            return True
        return False

    async def say(self, text: str, check: str, consent: Consent = Consent.PUSH) -> tuple[Reply, Face]:
        """One message, recognisable as ours; an answer that comes later is fetched where the first one says."""
        target = self.asker.target
        message = f"{text}\n\n({sentinel(target)})"
        call = talk.say(target, self.route, message, self.actor, consent)
        reply, face = await patience.patiently(self.asker, call, check, self.name)
        self.said += is_open(face.kind)
        return await self._later(call, reply, face, check)

    async def _later(self, call: Call, reply: Reply, face: Face, check: str) -> tuple[Reply, Face]:
        there = _later_at(call.url, reply)
        for _ in range(POLLS if there else 0):
            found, seen = await self.asker.send(
                Call("GET", there, self.actor, consent=Consent.TOUCH, fresh=True), check, self.name
            )
            if found.status == 200 and talk.words(self.chat, found).strip():
                return found, seen
            await patience.wait(POLL_PAUSE)
        return reply, face

    async def attack(self, attack: prompts.Attack) -> Try:
        """One try: plant, say, listen, and look for an effect."""
        before = await self._lists(attack)
        if attack.note and not await self._plant(attack.note):
            return Try(attack.family, attack.name, self.asker.exchanges[-1])
        reply, face = Reply(), None
        for message in attack.messages:
            reply, face = await self.say(message, attack.family)
        found = self._heard(attack, reply, face)
        after = await self._lists(attack)
        effect = next(
            (where for where, text in after.items() if attack.mark in text and attack.mark not in before[where]), ""
        )
        return replace(found, effect=effect)

    def _heard(self, attack: prompts.Attack, reply: Reply, face: Face | None) -> Try:
        asker, target = self.asker, self.asker.target
        exchange: Exchange = asker.exchanges[-1]
        answered = face is not None and (is_open(face.kind) or face.weak)
        text = talk.words(self.chat, reply)[:MOST_LETTERS] if answered else ""
        sent = "\n".join((*attack.messages, attack.note, sentinel(target)))
        own = text.replace(attack.messages[-1], " ")
        self.silent = 0 if own.strip() else self.silent + 1
        common = overlap(target.chat.prompt.reveal(), text, f"{self.public}\n{sent}") if target.chat.prompt else None
        ours = (*(one.reveal() for one in _persons(target, self.actor)), *target.domains, ".invalid")
        pair = pair_of(target.accounts.get(self.actor))
        own_word = pair.secret.reveal() if pair else ""
        found = Try(
            attack.family,
            attack.name,
            exchange,
            valid=bool(own.strip()) or (face is not None and face.kind is Kind.LEAKS),
            token=listen.obeyed(text, attack),
            refused=prompts.refuses(own),
            claims=prompts.claims(own),
            run=common.run if common else 0,
            share=common.share if common else 0.0,
            address=listen.address(text, prompts.host(target.run_id or "x"), sent, own_word),
            markup=listen.marked_up(text, sent),
            people=listen.people(own, sent, ours),
            digest=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] if text else "",
        )
        clean = not (found.run or found.people or any(hit.whose != "own" for hit in exchange.hits))
        return replace(found, said=shown(asker.net.reveals(" ".join(own.split())))) if clean else found

    async def _plant(self, note: str) -> bool:
        target = self.asker.target
        route = _plant_route(target)
        if route is None:
            return False
        body = talk.written(target.chat.plant_body, f"{note}\n\n({sentinel(target)})")
        headers = (("content-type", talk.media_of(target.chat.plant_body)),)
        call = Call(route.method, address_of(target, route) or "", self.actor, headers, body, Consent.PUSH)
        _reply, face = await patience.patiently(self.asker, call, "planted", str(route))
        kept = is_open(face.kind) or face.kind is Kind.EMPTIES
        self.notes += kept
        return kept

    async def _lists(self, attack: prompts.Attack) -> dict[str, str]:
        """The text of the lists in which an action would show, for tries that ask for one."""
        found: dict[str, str] = {}
        if attack.mark:
            for route in _effect_routes(self.asker.target):
                url = intake.join(self.asker.target.base_url, route.template)
                call = Call("GET", url, self.actor, consent=Consent.TOUCH, fresh=True)
                kept = list(self.asker.exchanges)
                reply, _face = await self.asker.send(call, attack.family, str(route))
                self.asker.exchanges[:] = kept
                found[str(route)] = reply.head.decode("utf-8", "replace")
        return found

    def aftercare(self) -> tuple[str, ...]:
        """What now stands in the product."""
        target = self.asker.target
        left = [f"{self.name} as {self.actor}: {self.said} messages: {sentinel(target)}"] if self.said else []
        left += [f"{target.chat.plant} as {self.actor}: {self.notes} notes: {sentinel(target)}"] if self.notes else []
        left += [f"{one.effect} as {self.actor}: {one.name}" for one in self.tries if one.effect]
        return tuple(shown(self.asker.net.reveals(line), 200) for line in left)


def _persons(target: Target, actor: str) -> tuple[Secret, ...]:
    return target.accounts[actor].person if actor in target.accounts else ()


def _plant_route(target: Target) -> Route | None:
    """Where the test account can leave a text that the bot reads."""
    route = intake.parse(target.chat.plant, target.base_url) if target.chat.plant else None
    usable = route is not None and "{{message}}" in target.chat.plant_body and address_of(target, route) is not None
    return route if usable and "a" in target.accounts else None


def _effect_routes(target: Target) -> tuple[Route, ...]:
    """Lists of bookings, invoices and their like that the test account may read."""
    wanted = prompts.effect_lists()
    fits = (r for r in private(target) if r.method == "GET" and not r.params)
    return tuple(r for r in fits if r.template.partition("?")[0].rstrip("/").rpartition("/")[2].lower() in wanted)[
        :MOST_LISTS
    ]


def _later_at(url: str, reply: Reply) -> str:
    """Where an answer that comes later (202) will stand, on the same origin; "" for an answer that is there."""
    if reply.status != 202 or not (location := reply.header("location")):
        return ""
    there, here = urlsplit(urljoin(url, location)), urlsplit(url)
    return there.geturl() if (there.scheme, there.netloc) == (here.scheme, here.netloc) else ""


async def _public(target: Target, net: Net) -> str:
    """The words of the product's first page: what stands there is no secret."""
    if not target.site:
        return ""
    page = (await net.send(Call("GET", target.site, why="prompt-injection.public"))).head.decode("utf-8", "replace")
    return re.sub(r"<[^<>]{0,2000}>", " ", page)


PROBE = Probe(
    id="prompt-injection",
    item="prompt-injection",
    consent=Consent.PUSH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
