"""input-validation: is nonsense turned away instead of answered, stored or crashed on? (OWASP API8:2023, CWE-20; row 4 of the scorecard).

Slow bodies and lies about the length are never sent: they are attacks on availability and prove nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from wizard.intake import routes as intake
from wizard.model import Consent, Route, Unobserved
from wizard.net import Call, Net, Reply
from wizard.probe import Chat, Probe, Target, progress
from wizard.probes.api import input_bodies as bodies
from wizard.probes.api import odd, patience
from wizard.probes.api.ask import Asker
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Face, Kind, is_open
from wizard.probes.api.input_answers import spoken
from wizard.probes.api.input_ids import odd_routes
from wizard.probes.api.input_read import CHECKS, read
from wizard.probes.api.input_seen import Place, Seen, Tried, is_error, with_words
from wizard.probes.api.input_uploads import try_uploads
from wizard.probes.api.routes import address, private
from wizard.probes.api.sentinel import sentinel
from wizard.probes.chat import talk

LIMIT = 76
"""The item's share of requests: 70, and room for a good request after each crash."""


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Send what no client sends, first to the chat in full, then a short row to the route on which the bot's notes are left."""
    route = talk.chat_route(target)
    if route is None or "{{message}}" not in target.chat.body:
        return Unobserved("no-chat")
    if "a" not in target.accounts:
        return Unobserved("no-accounts")
    if refused := net.refuses(Consent.TOUCH, talk.where(target, route)):
        return Unobserved(refused)
    name = shown(net.reveals(talk.named(target, route)))
    body, stamps = talk.stamped(target.chat.body, sentinel(target))
    good = bodies.good_of(body, sentinel(target))
    if good is None:
        return Seen(refused="reasons.not-json", route=name)
    asker = Asker(target, net, limit=LIMIT, renew=lambda call: talk.renewed(call, stamps))
    first = await Tries(asker, route, name, good, target.chat).all(full=True)
    ids = await _ids(asker, good, first)
    may_push = not net.refuses(Consent.PUSH, talk.where(target, route))
    uploads = await try_uploads(asker, may_push=may_push)
    second = await _second(asker) if may_push else None
    return Seen(
        places=(first,) if second is None else (first, second),
        ids=ids,
        uploads=uploads.tried,
        upload_control=uploads.control,
        upload_refused=uploads.refused,
        route=name,
        cookie=net.token("a").kind == "cookie",
        lost=asker.lost,
        aftercare=_aftercare(asker, (first, second), uploads.tried),
    )


@dataclass(slots=True)
class Tries:
    """Odd requests to one route, and which checks have already shown a crash: one is enough."""

    asker: Asker
    route: Route
    name: str
    good: bodies.Good
    chat: Chat = field(default_factory=Chat)
    crashed: set[str] = field(default_factory=set)

    async def all(self, *, full: bool) -> Place:
        """The good request, the odd ones, the good request."""
        asker = self.asker
        control = self._call(bodies.Odd("control", "good", self.good.body))
        asker.control = None
        reply, face = await self._ask(control, "control")
        first = asker.exchanges[-1]
        if face.kind is not Kind.GIVES:
            return Place(self.name, full, first)
        asker.control, asker.control_route = control, self.name
        tried = []
        for one in self._odd(full):
            if one.check not in self.crashed:
                progress.get()(f"{self.name}: {one.check}")
                tried.append(await self._try(one, reply))
        await asker.check_control()
        return Place(self.name, full, first, asker.exchanges[-1], tuple(tried))

    def _odd(self, full: bool) -> Iterator[bodies.Odd]:
        good = self.good
        if not full:
            short = {"wrong-type": ("object", "number"), "missing-message": ("left out", "null")}
            for one in (*bodies.broken(good), *bodies.wrong(good), *bodies.long(good), *bodies.bad_bytes(good)):
                kept = one.name in short.get(one.check, (one.name,))
                if kept and one.check in {"broken-json", "oversized", "bad-bytes", *short}:
                    yield one
            return
        other = self.asker.target.accounts.get("b")
        ids = [one.reveal() for one in other.person if "@" not in one.reveal()] if other else []
        yield from bodies.broken(good)
        yield from bodies.wrong(good)
        yield from bodies.long(good)
        yield from bodies.bad_bytes(good)
        yield from bodies.added(good, ids[0] if ids else "")
        yield from bodies.heavy(good)
        yield from bodies.numbers(good)
        yield from bodies.texts(good)

    async def _try(self, one: bodies.Odd, control: Reply) -> Tried:
        before = await self._profile() if one.check == "extra-fields" else None
        reply, face = await self._ask(self._call(one), one.check)
        tried = Tried(one.check, one.name, len(one.body), self.asker.exchanges[-1])
        if face.kind is Kind.BREAKS:
            return await self._again(one, with_words(tried, reply, one.body, self.asker.net))
        if not is_open(face.kind):
            return with_words(tried, reply, one.body, self.asker.net) if is_error(face) else tried
        if one.check == "missing-message":
            words = [spoken(self.chat, each, self.good.body.decode("utf-8", "replace")) for each in (control, reply)]
            return replace(tried, replied=bool(words[0] & words[1]))
        if one.check == "code-as-text":
            text = talk.words(self.asker.target.chat, reply)
            return replace(tried, sum=odd.SUM in text and odd.SUM not in one.body.decode("utf-8", "replace"))
        if one.check == "extra-fields":
            after = await self._profile()
            return replace(tried, echoed=came_back(reply, control), stuck=came_back(after, before) if after else ())
        return tried

    async def _again(self, one: bodies.Odd, tried: Tried) -> Tried:
        _reply, face = await self._ask(self._call(one), one.check)
        again = self.asker.exchanges[-1]
        held = await self.asker.check_control()
        if face.kind is Kind.BREAKS:
            self.crashed.add(one.check)
        return replace(tried, again=again, held=held)

    async def _ask(self, call: Call, check: str) -> tuple[Reply, Face]:
        return await patience.patiently(self.asker, call, check, self.name)

    def _call(self, one: bodies.Odd) -> Call:
        asker = self.asker
        url = talk.where(asker.target, self.route)
        consent = Consent.PUSH if one.method == "PUT" and not asker.net.refuses(Consent.PUSH, url) else Consent.TOUCH
        return Call(one.method or self.route.method, url, "a", (("content-type", one.media),), one.body, consent)

    async def _profile(self) -> Reply | None:
        target = self.asker.target
        for route in private(target):
            last = route.template.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
            if route.method == "GET" and not route.params and last in odd.profile_words():
                call = Call("GET", intake.join(target.base_url, route.template), "a", consent=Consent.TOUCH, fresh=True)
                reply, _face = await self.asker.send(call, "extra-fields", str(route))
                return reply
        return None


def came_back(reply: Reply, before: Reply | None) -> tuple[str, ...]:
    """Names of extra fields that the answer shows with our value and the answer before did not."""
    return tuple(sorted(_shown(reply) - (_shown(before) if before else set())))


def _shown(reply: Reply) -> set[str]:
    document = parse_json(reply)
    sent = {name.replace("_", ""): (name, value) for name, value in odd.extra_fields().items()}
    found = set()
    for pointer, leaf in leaves(document.value) if document else ():
        name, value = sent.get(pointer.rpartition("/")[2].lower().replace("_", ""), ("", None))
        if name and leaf == value and isinstance(leaf, bool) == isinstance(value, bool):
            found.add(name)
    return found


async def _ids(asker: Asker, good: bodies.Good, place: Place) -> tuple[Tried, ...]:
    """Malformed ids and queries, on the chat and on the routes that a test account owns."""
    if not place.tried:
        return ()
    route = talk.chat_route(asker.target)
    tried: list[Tried] = []
    calls: Iterable[tuple[str, str, Call, str]] = [
        *(
            ("bad-id", one.name, replace(asker.control, body=one.body), place.route)
            for one in bodies.ids(good)
            if asker.control and route
        ),
        *odd_routes(asker.target),
    ]
    crashed: set[str] = set()
    for check, payload, call, name in calls:
        if check in crashed:
            continue
        reply, face = await patience.patiently(asker, call, check, shown(asker.net.reveals(name)))
        one = Tried(check, payload, len(call.body or b""), asker.exchanges[-1])
        if is_error(face):
            one = with_words(one, reply, (call.body or b"") + call.url.encode(), asker.net)
        if face.kind is Kind.BREAKS:
            _reply, second = await patience.patiently(asker, call, check, shown(asker.net.reveals(name)))
            again = asker.exchanges[-1]
            one = replace(one, again=again, held=await asker.check_control())
            crashed |= {check} if second.kind is Kind.BREAKS else set()
        tried.append(one)
    return tuple(tried)


async def _second(asker: Asker) -> Place | None:
    """The short row on the route where the test account leaves a text for the bot, if there is one."""
    target = asker.target
    route = intake.parse(target.chat.plant, target.base_url) if target.chat.plant else None
    text = sentinel(target)
    if route is None or "{{message}}" not in target.chat.plant_body or address(target, route) is None:
        return None
    good = bodies.good_of(talk.written(target.chat.plant_body, text), text)
    name = shown(asker.net.reveals(talk.named(target, route)))
    place = await Tries(asker, route, name, good).all(full=False) if good else None
    return place if place is not None and place.tried else None  # without a good answer it tells nothing of the chat


def _aftercare(asker: Asker, places: tuple[Place | None, ...], uploads: tuple[Tried, ...]) -> tuple[str, ...]:
    """What may stand in the product now: messages, the good ones in between as well, files. One too big to be read back was taken, too."""
    found, target = [], asker.target
    for place in places:
        if place is not None:
            answered = [one for one in asker.exchanges if one.route == place.route and one.status // 100 == 2]
            taken = sum(is_open(one.kind) or one.kind in {Kind.EMPTIES, Kind.UNCLEAR} for one in answered)
            found += [f"{place.route} as a: {taken} texts: {sentinel(target)}"] if taken else []
            found += [f"{place.route} as a: {', '.join(one.stuck)}" for one in place.tried if one.stuck]
    files = [one.payload for one in uploads if is_open(one.first.kind)]
    return (*found, *([f"{target.upload} as a: {', '.join(files)}"] if files else []))


PROBE = Probe(
    id="input-validation",
    item="input-validation",
    consent=Consent.TOUCH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
