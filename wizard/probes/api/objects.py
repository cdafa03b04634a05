"""object-access: can one test client reach what belongs to the other? (OWASP API1:2023, API3:2023; row 2 of the scorecard).

Only ids of the two test accounts are ever used, and made-up ones that belong to nobody. Nothing is deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from wizard.intake import routes as intake
from wizard.intake.slots import Difference, differences
from wizard.model import Consent, Unobserved
from wizard.net import Call, Net
from wizard.probe import Account, Probe, Target, progress
from wizard.probes.api.ask import Asker
from wizard.probes.api.crosses import Cross
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Kind
from wizard.probes.api.graphql import asks_only
from wizard.probes.api.lexicon import listed
from wizard.probes.api.listings import (
    Learned,
    Listing,
    OwnId,
    Search,
    list_routes,
    look_at_list,
    look_through_search,
    search_routes,
)
from wizard.probes.api.memory import QUESTION, Memory, look_into_memory
from wizard.probes.api.objects_read import CHECKS, read
from wizard.probes.api.overwriting import Overwrite, overwrite, write_route
from wizard.probes.api.planted import MOST_FILES, Planted, look_at_file
from wizard.probes.api.proof import Baselines, Owned, Proof, cross, prove
from wizard.probes.api.routes import template_of
from wizard.probes.api.seen import Seen, Variant
from wizard.probes.api.variants import doubled, dropped

MOST_PROOFS = 4
MOST_LEARNED = 2
"""Proofs of routes that nobody's own entry named."""
STREAM_SECONDS = 10.0 / 6
"""How long one request of a stream's proof listens: ten seconds for all six."""
SHARING = "object-access.sharing"


async def observe(target: Target, net: Net) -> Seen | Unobserved:
    """Run the proof on every pair of own calls, then what else two accounts can try. At most 70 requests."""
    a, b = target.accounts.get("a"), target.accounts.get("b")
    if a is None or b is None:
        return Unobserved("no-accounts")
    if refused := net.refuses(Consent.TOUCH, target.base_url or (a.pasted.url if a.pasted else "")):
        return Unobserved(refused)
    asker = Asker(target, net)
    pairs, lonely = owned_pairs(target, a, b)
    tries = Tries(asker)
    for owned in pairs[:MOST_PROOFS]:
        await tries.pair(replace(owned, route=shown(net.reveals(owned.route))))
    await tries.again_without_words()
    proofs = [*tries.proofs.values()]
    proofs += [Proof(shown(net.reveals(one.route)), refused="reasons.budget-spent") for one in pairs[MOST_PROOFS:]]
    proofs += [Proof(shown(net.reveals(route)), refused="reasons.no-pair") for route in lonely]
    listings, searches, learned = await _collections(asker, pairs)
    proofs += await tries.of_entries(learned, {pair.route for pair in pairs})
    files = await _files(asker, a, b)
    memory = await look_into_memory(asker)
    await asker.check_control()
    return Seen(
        proofs=tuple(proof for proof in proofs if not is_stream_route(proof.route)),
        streams=tuple(proof for proof in proofs if is_stream_route(proof.route)),
        variants=tuple(tries.variants),
        listings=listings,
        searches=searches,
        files=files,
        memory=memory,
        asked_memory=QUESTION in target.answers,
        writes=tuple(tries.writes),
        shared=SHARING in target.answers and target.answers[SHARING].value == "yes",
        lost=asker.lost,
        host=urlsplit(pairs[0].a.url if pairs else target.base_url).netloc,
        requests=asker.sent,
        aftercare=aftercare(tuple(tries.writes), memory),
    )


@dataclass(slots=True)
class Tries:
    """The proofs made so far, by their place in the list of pairs, and what else was tried on the same routes."""

    asker: Asker
    proofs: dict[int, Proof] = field(default_factory=dict)
    pairs: dict[int, Owned] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)
    writes: list[Overwrite] = field(default_factory=list)

    async def pair(self, owned: Owned) -> None:
        """The proof of one pair of own calls, and the rest of its route."""
        at = len(self.proofs)
        self.pairs[at] = _bounded(owned) if is_stream_route(owned.route) else owned
        await self._prove(at, Baselines())

    async def again_without_words(self) -> None:
        """Once one route has shown that the accounts are what they should be, others whose answers hold no marker are proved by their data."""
        if any(works(proof) for proof in self.proofs.values()):
            for at, proof in self.proofs.items():
                if not works(proof) and proof.own and proof.own[-1].kind is Kind.GIVES:
                    await self._prove(at, Baselines(plain=True))

    async def of_entries(self, learned: list[Learned], done: set[str]) -> list[Proof]:
        """The proof of single entries that only the lists named, where another route has shown who is who. One whose controls fail tells nothing and is left out."""
        found: list[Proof] = []
        if not any(works(proof) for proof in self.proofs.values()):
            return found
        for one in learned:
            owned = entry_pair(one, self.asker.target)
            if owned is not None and owned.route not in done and len(found) < MOST_LEARNED:
                progress.get()(owned.route)
                proof = await prove(owned, self.asker, Baselines(plain=True))
                found += [proof] if works(proof) else []
        return found

    async def _prove(self, at: int, base: Baselines) -> None:
        owned = self.pairs[at]
        progress.get()(owned.route)
        self.proofs[at] = proof = await prove(owned, self.asker, base)
        if not works(proof):
            return
        if self.asker.control is None:
            self.asker.control, self.asker.control_route = owned.a, owned.route
        if not leaked(proof.crosses):
            self.variants += await _variants(owned, self.asker, base)
        if (route := write_route(owned, self.asker)) is not None:
            self.writes.append(await overwrite(owned, route, self.asker))


def aftercare(writes: tuple[Overwrite, ...], memory: Memory | None) -> tuple[str, ...]:
    """What was left behind: a name that could not be put back, and the questions that now stand in a's chat."""
    left = [f"{write.route} as a: {write.field} of b" for write in writes if write.changed and not write.restored]
    asked = len(memory.asks) + 1 if memory and memory.asks else 0
    return (*left, f"{memory.route} as a: {asked} messages") if memory and asked else tuple(left)


def works(proof: Proof) -> bool:
    """Whether the proof's own controls held at its start, so that later checks of this route mean something."""
    return proof.missing is not None


def leaked(crosses: tuple[Cross, ...]) -> bool:
    """Whether one cross already showed the other's word."""
    return any(one.exchange.kind is Kind.LEAKS for one in crosses)


def is_stream_route(route: str) -> bool:
    """Whether a route's path says that it keeps sending (server-sent events)."""
    return any(word in listed("streams", "paths") for word in route.lower().split("/"))


def _bounded(owned: Owned) -> Owned:
    """The same calls with a stream's time limit."""
    return replace(owned, a=replace(owned.a, timeout=STREAM_SECONDS), b=replace(owned.b, timeout=STREAM_SECONDS))


def owned_pairs(target: Target, a: Account, b: Account) -> tuple[list[Owned], list[str]]:
    """The pairs of own calls, pasted ones first, and the routes for which only one account gave an own entry."""
    pairs: list[Owned] = []
    lonely: list[str] = []
    done: set[str] = set()
    if a.pasted and b.pasted:
        owned = pasted_pair(target, a.pasted, b.pasted)
        pairs.append(owned)
        done.add(owned.a.url)
    for pair in intake.pair(a.own, b.own, target.routes):
        if pair.route.method != "GET":
            continue
        if not (pair.a and pair.b):
            lonely.append(str(pair.route))
            continue
        calls = [
            Call("GET", intake.join(target.base_url, path), name, consent=Consent.TOUCH)
            for name, path in (("a", pair.a), ("b", pair.b))
        ]
        if calls[0].url not in done:
            pairs.append(Owned(str(pair.route), calls[0], calls[1], differences(calls[0], calls[1])))
    return pairs, [] if pairs else lonely


def pasted_pair(target: Target, a: Call, b: Call) -> Owned:
    """The two pasted calls as a pair."""
    one, two = (
        replace(call, actor=name, consent=Consent.TOUCH, reads=asks_only(call)) for name, call in (("a", a), ("b", b))
    )
    path = urlsplit(one.url)
    relative = intake.within(path.path + (f"?{path.query}" if path.query else ""), target.base_url)
    found = differences(one, two)
    listed = template_of(target, one.method, relative)
    return Owned(listed if "{" in listed else f"{one.method} {gapped(path.path, found)}", one, two, found)


def gapped(path: str, found: tuple[Difference, ...]) -> str:
    """A path with ``{id}`` where the two accounts' own differ."""
    steps = path.split("/")
    for difference in found:
        if difference.a.where == "path":
            steps[int(difference.a.pointer)] = "{id}"
    return "/".join(steps)


async def _variants(owned: Owned, asker: Asker, base: Baselines) -> list[Variant]:
    found: list[Variant] = []
    for check, calls in (("dropped-filter", dropped(owned)), ("two-ids", doubled(owned))):
        seen: list[Cross] = []
        for call, difference in calls:
            seen.append(await cross(call, owned, asker, base, (difference,), check))
            if leaked((seen[-1],)):
                break
        if seen:
            found.append(Variant(check, owned.route, tuple(seen)))
    return found


def entry_pair(learned: Learned, target: Target) -> Owned | None:
    """The route of single entries below a list, as each client's own call; None where none is listed."""
    base = learned.route.template.partition("?")[0].rstrip("/")
    route = next((r for r in target.routes if r.method == "GET" and _below(r.template, base)), None)
    if route is None or route.kind == "dangerous" or str(route) in target.public:
        return None
    a, b = (
        Call("GET", intake.join(target.base_url, f"{base}/{quote(one, safe=':@')}"), name, consent=Consent.TOUCH)
        for name, one in (("a", learned.a), ("b", learned.b))
    )
    return Owned(str(route), a, b, differences(a, b))


def _below(template: str, base: str) -> bool:
    return template.startswith(base + "/{") and template.endswith("}") and template.count("/") == base.count("/") + 1


async def _collections(
    asker: Asker, pairs: list[Owned]
) -> tuple[tuple[Listing, ...], tuple[Search, ...], list[Learned]]:
    named = [(difference.name, owned.whole(difference)) for owned in pairs for difference in owned.differences]
    ids = {name: tuple(OwnId(pair[at], of) for of, pair in named) for at, name in enumerate(("a", "b"))}
    looked = [await look_at_list(route, asker, ids) for route in list_routes(asker.target)]
    searches = [await look_through_search(route, path, asker) for route, path in search_routes(asker.target)]
    learned = [found for _listing, found in looked if found]
    return tuple(listing for listing, _found in looked), tuple(search for search in searches if search), learned


async def _files(asker: Asker, a: Account, b: Account) -> tuple[Planted, ...]:
    entries = [(entry, owner) for owner, account in (("b", b), ("a", a)) for entry in account.files][: MOST_FILES * 2]
    found = [await look_at_file(entry, owner, asker) for entry, owner in entries]
    return tuple(one for one in found if one)


PROBE = Probe(
    id="object-access",
    item="object-access",
    consent=Consent.TOUCH,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
