"""Sends requests of one item and watches that the test account still works: an own control every ten requests, and a stop when it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from wizard.net import Call, Net, Reply
from wizard.probe import Account, Target
from wizard.probes.api.alike import alike, same_keys
from wizard.probes.api.evidence import Exchange, keep
from wizard.probes.api.faces import Around, Face, Kind, Marks, Pair, classify, is_shut, sent_texts
from wizard.probes.api.pages import shell_sign

EVERY = 10


def pair_of(account: Account | None) -> Pair | None:
    """The account's marker pair, if it has one."""
    return Pair(*account.marker) if account is not None and account.marker is not None else None


def marks_for(target: Target, actor: str, *sent: str | bytes | None) -> Marks:
    """What to look for in a reply to this actor: its own marker, and every other account's as a leak. Nobody and forged tokens own none."""
    pairs = {name: pair for name, account in target.accounts.items() if (pair := pair_of(account))}
    own = pairs.get(actor)
    others = tuple(pair for name, pair in pairs.items() if name != actor and pair != own)
    persons = tuple(word for name, account in target.accounts.items() if name != actor for word in account.person)
    return Marks(own, others, target.chat.canary, persons, sent_texts(*sent))


@dataclass(slots=True)
class Asker:
    """One item's conversation with the product. `control` is the own call that must keep working; `lost` says why it no longer does ("" while it does)."""

    target: Target
    net: Net
    control: Call | None = None
    control_route: str = ""
    lost: str = ""
    sent: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    _since: int = 0
    _broken: int = 0
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
        """Send, classify and keep. Before every tenth request the own control is repeated; once it is lost, nothing more should be sent (`lost`)."""
        if self.control is not None and self._since >= EVERY and not self.lost:
            await self.check_control()
        if marks is None:
            others = (value for name, value in call.headers if name.lower() not in {"authorization", "cookie"})
            marks = marks_for(self.target, call.actor, call.url, call.body, *others)
        reply = await self.net.send(replace(call, why=call.why or check))
        self.sent += 1
        self._since += 1
        face = classify(reply, marks, around or Around())
        self._broken = self._broken + 1 if face.kind is Kind.BREAKS else 0
        if self._broken >= 3:
            self.lost = self.lost or "breaks"
        self.exchanges.append(keep(check, call.actor, route, reply, face, self.net, whose))
        return reply, face

    async def check_control(self) -> bool:
        """Repeat the own control; False, with `lost` set to the kind of answer, when the account's own data does not come any more."""
        if self.control is None:
            return True
        self._since = 0
        reply = await self.net.send(replace(self.control, why="control", fresh=True))
        self.sent += 1
        marks = marks_for(self.target, self.control.actor, self.control.url, self.control.body)
        face = classify(reply, marks, Around())
        self.exchanges.append(
            keep("control", self.control.actor, self.control_route, reply, face, self.net, self.control.actor)
        )
        if face.kind is not Kind.GIVES:
            self.lost = str(face.kind)
        return not self.lost

    async def shell(self, origin: str) -> str:
        """The sign of the host's own web page (what a path that cannot exist answers), asked once per host."""
        if origin not in self._shells:
            reply = await self.net.send(Call("GET", f"{origin}/lr-{self.target.run_id or 'x'}-none", why="shell"))
            self._shells[origin] = shell_sign(reply)
        return self._shells[origin]


def refuses(face: Face, missing: Reply | None, own: Reply | None, reply: Reply) -> bool | None:
    """Whether a face is a refusal: True, False, or None where only a person can tell.

    A refusal by words alone counts only when it has the keys of the answer to an id that does not exist, and not those of the own data.
    """
    from_words = face.weak and is_shut(face.kind)
    if not from_words:
        return is_shut(face.kind)
    if missing is None or own is None:
        return None
    return True if _same(reply, missing) and not _same(reply, own) else None


def _same(one: Reply, other: Reply) -> bool:
    from_text = (one.media, other.media)
    return same_keys(one, other) or (from_text[0] == from_text[1] == "text/plain" and alike(one, other))
