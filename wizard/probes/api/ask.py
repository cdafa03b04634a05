"""Sends the requests of one item and watches that the test account still works: an own control every ten requests, and a stop when it is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from wizard.net import Call, Fault, Net, Reply
from wizard.probe import Account, Target
from wizard.probes.api.alike import alike, same_keys
from wizard.probes.api.evidence import Exchange, keep
from wizard.probes.api.faces import Around, Face, Kind, Marks, Pair, classify, is_shut, sent_texts
from wizard.probes.api.pages import shell_sign

EVERY = 10
_CREDENTIALS = frozenset({"authorization", "cookie", "apikey", "x-api-key"})


def pair_of(account: Account | None) -> Pair | None:
    """The account's marker pair, if it has one."""
    return Pair(*account.marker) if account is not None and account.marker is not None else None


def marks_for(target: Target, actor: str, *sent: str | bytes | None) -> Marks:
    """What to look for in a reply to this actor: its own marker, and every other account's as a leak.

    Nobody, forged tokens and an expired one own none: to them every account's word is a leak.
    """
    pairs = {name: pair for name, account in target.accounts.items() if (pair := pair_of(account))}
    own = pairs.get(actor)
    others = tuple(pair for name, pair in pairs.items() if name != actor and pair != own)
    mine = target.accounts[actor].person if actor in target.accounts else ()
    persons = (word for name, account in target.accounts.items() if name != actor for word in account.person)
    return Marks(
        own, others, target.chat.canary, tuple(word for word in persons if word not in mine), sent_texts(*sent)
    )


def marks_of(target: Target, call: Call) -> Marks:
    """The marks for the answer to this call; what the call itself says (credentials aside) proves nothing when it comes back."""
    headers = (value for name, value in call.headers if name.lower() not in _CREDENTIALS)
    return marks_for(target, call.actor, call.url, call.body, *headers)


@dataclass(slots=True)
class Asker:
    """One item's conversation with the product.

    `control` is the own call that must keep working; `lost` is the kind of answer that made us stop ("" while all is well): the control's, or a server
    that broke three times or asked us to slow down twice in a row. `limit` is the item's share of requests: after it, and once `lost`, nothing is sent
    and the reply's fault says so. `canary`: look for the system prompt's line too (where the bot speaks; elsewhere it would spoil an own control).
    """

    target: Target
    net: Net
    control: Call | None = None
    control_route: str = ""
    limit: int = 70
    canary: bool = False
    renew: Callable[[Call], Call] | None = None
    """Makes anew, for every request, what must not be the same twice."""
    lost: str = ""
    sent: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    _since: int = 0
    _broken: int = 0
    _slowed: int = 0
    _shells: dict[str, str] = field(default_factory=dict)

    async def send(
        self,
        call: Call,
        check: str,
        route: str,
        *,
        whose: str = "",
        marks: Marks | None = None,
        around: Around | None = None,
    ) -> tuple[Reply, Face]:
        """Send, classify and keep one exchange (the newest is ``exchanges[-1]``). Every tenth request the own control goes first."""
        if self.control is not None and self._since >= EVERY and not self.lost:
            await self.check_control()
        reply = await self._through(replace(call, why=call.why or check))
        face = classify(reply, marks or self.marks(call), around or Around())
        self._broken = self._broken + 1 if face.kind is Kind.BREAKS else 0
        self._slowed = self._slowed + 1 if face.kind is Kind.THROTTLES and not call.ladder else 0
        if self._broken >= 3 or self._slowed >= 2:
            self.lost = self.lost or str(face.kind)
        self.exchanges.append(keep(check, call.actor, route, reply, face, self.net, whose))
        return reply, face

    async def settled(
        self, call: Call, check: str, route: str, *, whose: str = "", around: Around | None = None
    ) -> tuple[Reply, Face]:
        """Like `send`, but a 304 is asked again past the caches, and a move within the same origin is followed once (GET only)."""
        reply, face = await self.send(call, check, route, whose=whose, around=around)
        if face.why == "not-modified":
            again = replace(call, headers=(*call.headers, ("cache-control", "no-cache")), fresh=True)
            return await self.send(again, check, route, whose=whose, around=around)
        if face.why == "moved" and call.method == "GET" and (there := _same_origin(call.url, reply.header("location"))):
            return await self.send(replace(call, url=there), check, route, whose=whose, around=around)
        return reply, face

    async def _through(self, call: Call) -> Reply:
        if self.lost or self.sent >= self.limit:
            return Reply(fault=Fault.STOPPED if self.lost else Fault.BUDGET, url=call.url)
        self.sent += 1
        self._since += 1
        return await self.net.send(self.renew(call) if self.renew else call)

    def marks(self, call: Call) -> Marks:
        """The marks for this call's answer."""
        found = marks_of(self.target, call)
        return found if self.canary else replace(found, canary=None)

    async def check_control(self) -> bool:
        """Repeat the own control; False, with `lost` set to the kind of answer, when the account's own data does not come any more."""
        if self.control is None:
            return True
        self._since = 0
        reply = await self._through(replace(self.control, why="control", fresh=True))
        if reply.fault is Fault.BUDGET:
            return not self.lost
        face = classify(reply, self.marks(self.control), Around())
        actor = self.control.actor
        self.exchanges.append(keep("control", actor, self.control_route, reply, face, self.net, actor))
        if face.kind is not Kind.GIVES:
            self.lost = self.lost or str(face.kind)
        return not self.lost

    async def shell(self, url: str) -> str:
        """The sign of the host's own web page (what a path that cannot exist answers to nobody), asked once per host."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._shells:
            call = Call("GET", f"{origin}/lr-{self.net.fingerprint(origin)}", why="shell")
            self._shells[origin] = shell_sign(await self._through(call))
        return self._shells[origin]


def _same_origin(url: str, location: str) -> str:
    """The absolute form of `location` when it stays on the origin of `url`, else ""."""
    try:
        there, here = urlsplit(urljoin(url, location)), urlsplit(url)
    except ValueError:
        return ""
    same = location and (there.scheme, there.netloc) == (here.scheme, here.netloc)
    return there._replace(fragment="").geturl() if same else ""


def refuses(face: Face, reply: Reply, missing: Reply | None, own: Reply | None) -> bool | None:
    """Whether an answer is a refusal: True, False, or None where only a person can tell.

    A refusal by words alone counts only when it has the keys of the answer to an id that does not exist, and not those of the own data.
    """
    if not (face.weak and is_shut(face.kind)):
        return is_shut(face.kind)
    if missing is None or own is None:
        return None
    return True if _same_shape(reply, missing) and not _same_shape(reply, own) else None


def _same_shape(one: Reply, other: Reply) -> bool:
    return same_keys(one, other) or (one.media == other.media == "text/plain" and alike(one, other))
