"""The five-minute proof: two accounts, six requests, one verdict that can be checked by hand.

P1 A's own, P2 B's own, P3 A with an id that does not exist, P4 A with B's id, P5 B with A's id, P6 A's own again. P2 goes before P4, so that a shared
cache betrays itself; P6 shows that P4 and P5 were refusals and not the end of a session (OWASP API1:2023).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from wizard.intake import routes as intake
from wizard.intake.leaves import leaves
from wizard.intake.slots import Difference, put, same_route
from wizard.model import Slot
from wizard.net import Call, Net, Reply
from wizard.probes.api.alike import alike, differing
from wizard.probes.api.ask import Asker, pair_of, refuses
from wizard.probes.api.crosses import Cross
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Around, Face, Kind, is_shut
from wizard.probes.api.lexicon import listed, squeeze
from wizard.probes.api.nonesuch import made_up, shape_of
from wizard.probes.api.views import spoken

CAP = 12
SINGLES = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """One route's proof. `refused`: why it was not started (a key of the checklist). `stranger`: nobody at all was given the same as well.

    `plain`: a further route whose answers hold no marker; its controls gave both accounts data that nobody at all gets.
    """

    route: str
    refused: str = ""
    own: tuple[Exchange, ...] = ()
    missing: Exchange | None = None
    crosses: tuple[Cross, ...] = ()
    after: Exchange | None = None
    stranger: bool = False
    shape: str = ""
    places: tuple[str, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Owned:
    """The two accounts' own calls of one route, and the places in which they differ."""

    route: str
    a: Call
    b: Call
    differences: tuple[Difference, ...]

    def whole(self, difference: Difference) -> tuple[str, str]:
        """The whole values (a's, b's) of a place of which the difference may be only a part: ``c_1001``, not ``1001``."""
        return _whole(self.a, difference.a), _whole(self.b, difference.b)

    def of(self, name: str) -> Call:
        """The own call of account a or b."""
        return self.a if name == "a" else self.b

    def swapped(self, caller: str, only: tuple[Difference, ...] | None = None) -> Call:
        """The caller's own call with the other's values, everywhere or only in some places."""
        call = self.of(caller)
        for difference in self.differences if only is None else only:
            mine, theirs = (difference.a, difference.b) if caller == "a" else (difference.b, difference.a)
            call = put(call, mine, theirs.value)
        return call

    def missing(self) -> tuple[Call, tuple[str, ...]]:
        """A's own call with ids that do not exist, and these ids."""
        call, ids = self.a, []
        for difference in self.differences:
            ids.append(made_up(difference.a.value, difference.b.value))
            call = put(call, difference.a, ids[-1])
        return call, (*ids, *(_whole(call, difference.a) for difference in self.differences))


def _whole(call: Call, slot: Slot) -> str:
    at = (slot.where, slot.pointer)
    return next((leaf.value for leaf in leaves(call) if (leaf.where, leaf.pointer) == at), slot.value)


@dataclass(slots=True)
class Baselines:
    """Replies that crosses are compared with; in memory only. `plain`: the own replies hold no marker, so likeness to them proves nothing."""

    own: dict[str, Reply] = field(default_factory=dict)
    missing: Reply | None = None
    ids: tuple[str, ...] = ()
    plain: bool = False


def why_not(owned: Owned, asker: Asker) -> str:
    """Why the proof is not started, as a key of the checklist; "" when it can be."""
    a, b = asker.net.token("a"), asker.net.token("b")
    if (a.digest and a.digest == b.digest) or (a.subject_digest and a.subject_digest == b.subject_digest):
        return "reasons.same-account"
    if intake.kind_of(owned.a.method, urlsplit(owned.a.url).path) == "dangerous":
        return "reasons.name-acts"
    if not same_route(owned.a, owned.b):
        return "reasons.routes-differ"
    if not owned.differences:
        return "reasons.equal-ids"
    if any(token.exp is not None and token.exp < time.time() for token in (a, b)):
        return "reasons.token-ended"
    pairs = [pair_of(asker.target.accounts.get(name)) for name in ("a", "b")]
    if not all(pairs):
        return "reasons.no-words"
    said = [view for call in (owned.a, owned.b) for view in _said(call)]
    words = [squeeze(pair.secret.reveal()) for pair in pairs if pair]
    return "reasons.word-in-request" if any(word in view for word in words for view in said) else ""


def _said(call: Call) -> list[str]:
    texts = [call.url, (call.body or b"").decode("utf-8", "replace"), *(value for _name, value in call.headers)]
    return [view for text in texts for view in spoken(text)]


async def prove(owned: Owned, asker: Asker, base: Baselines) -> Proof:
    """Run the proof with about `CAP` requests. `base` is filled for later checks of the same route."""
    proof = Proof(
        owned.route,
        refused=why_not(owned, asker),
        shape=shape_of(owned.differences[0].a.value) if owned.differences else "",
        places=tuple(_place(difference) for difference in owned.differences),
        plain=base.plain,
    )
    if proof.refused:
        return proof
    start = asker.sent
    own, held = await _own(owned, asker, base)
    if not held:
        return replace(proof, own=own, plain=False)
    call, made = owned.missing()
    around = Around(shell=await asker.shell(owned.a.url))
    base.missing, _face = await asker.settled(call, "swap", owned.route, whose="missing", around=around)
    missing = asker.exchanges[-1]
    parts = [value for difference in owned.differences for value in (difference.a.value, difference.b.value)]
    base.ids = (*parts, *(value for difference in owned.differences for value in owned.whole(difference)), *made)
    crosses = [await cross(owned.swapped(name), owned, asker, base) for name in ("a", "b")]
    leaked = [one.exchange for one in crosses if one.exchange.kind is Kind.LEAKS]
    if not leaked and len(owned.differences) > 1:
        left = max(0, min(SINGLES, CAP - 1 - (asker.sent - start)))
        for difference in owned.differences[:left]:
            crosses.append(await cross(owned.swapped("a", (difference,)), owned, asker, base, (difference,)))
    stranger = bool(leaked) and not leaked[0].cached and await _stranger_sees(owned, leaked[0].actor, asker)
    await asker.settled(owned.a, "swap", owned.route, whose="a", around=around)
    after = asker.exchanges[-1]
    return replace(proof, own=own, missing=missing, crosses=tuple(crosses), after=after, stranger=stranger)


async def _own(owned: Owned, asker: Asker, base: Baselines) -> tuple[tuple[Exchange, ...], bool]:
    """P1 and P2, and whether both are controls. Without a marker (`plain`) they are, if they give data that nobody at all is given."""
    own: list[Exchange] = []
    around = Around(shell=await asker.shell(owned.a.url))
    for name in ("a", "b"):
        base.own[name], face = await asker.settled(owned.of(name), "swap", owned.route, whose=name, around=around)
        own.append(asker.exchanges[-1])
        if face.kind is not Kind.GIVES or not (face.why == "own" or base.plain):
            return tuple(own), False
    if not base.plain:
        return tuple(own), True
    reply, face = await asker.settled(replace(owned.a, actor="nobody"), "swap", owned.route, whose="a", around=around)
    return tuple(own), not (face.kind is Kind.GIVES and alike(reply, base.own["a"]))


async def cross(
    call: Call,
    owned: Owned,
    asker: Asker,
    base: Baselines,
    only: tuple[Difference, ...] | None = None,
    check: str = "",
) -> Cross:
    """One cross request and the facts that `read` needs of it; a refusal that came from a cache is asked for once more."""
    caller = call.actor
    owner = "b" if caller == "a" else "a"
    changed = owned.differences if only is None else only
    check = check or kind_of(changed, owned.differences)
    around = Around(
        shell=await asker.shell(call.url), missing=base.missing, own=base.own[caller], owner=base.own[owner]
    )
    reply, face = await asker.settled(call, check, owned.route, whose=owner, around=around)
    stale = False
    if face.cached and is_shut(face.kind) and call.method == "GET":
        reply, face = await asker.settled(_fresh(call, asker.net), check, owned.route, whose=owner, around=around)
        stale = face.cached and is_shut(face.kind)
    own = base.own[caller]
    return Cross(
        exchange=asker.exchanges[-1],
        owner=owner,
        changed=tuple(_place(difference) for difference in changed),
        like_missing=base.missing is not None and alike(reply, base.missing, ids=base.ids),
        like_own=not base.plain and alike(reply, own, ids=base.ids),
        refuses=refuses(face, reply, base.missing, own),
        stale=stale,
        differs=_names(face, reply, own, asker.net),
    )


def _place(difference: Difference) -> str:
    return f"{difference.a.where} {difference.a.pointer}".strip()


def _names(face: Face, reply: Reply, own: Reply, net: Net) -> tuple[str, ...]:
    found = differing(reply, own) if face.kind is Kind.GIVES else ()
    return tuple(shown(net.reveals(name), 40) for name in found)


def _fresh(call: Call, net: Net) -> Call:
    """The same call past a cache: a harmless extra query value."""
    mark = "&" if "?" in call.url else "?"
    return replace(call, url=f"{call.url}{mark}lr={net.fingerprint(call.url)}", fresh=True)


async def _stranger_sees(owned: Owned, caller: str, asker: Asker) -> bool:
    """Whether nobody at all gets what the caller got: then the door is open and it is no matter of whose id it was."""
    call = replace(owned.swapped(caller), actor="nobody")
    _reply, face = await asker.settled(call, "swap", owned.route, whose="b" if caller == "a" else "a")
    return face.kind is Kind.LEAKS


def kind_of(changed: tuple[Difference, ...], every: tuple[Difference, ...]) -> str:
    """Which check a swap of some places belongs to: all of them are the swap itself; a user's id alone is another matter than a child's."""
    if len(changed) == len(every):
        return "swap"
    if any(is_person(difference) for difference in changed):
        return "user-id"
    in_path = [difference for difference in every if difference.a.where == "path"]
    return "nested" if len(in_path) > 1 and changed[0] in in_path else "swap"


def is_person(difference: Difference) -> bool:
    """Whether a place holds the id of a person rather than of a thing: by its name, or by the word before it in the path."""
    name = squeeze(difference.name)
    return name in listed("persons", "names") or any(name.endswith(word) for word in listed("persons", "endings"))
