"""Lists and searches: what account a is shown when it asks for many things at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent, Route
from wizard.net import Call, Reply
from wizard.probe import Target
from wizard.probes.api.alike import alike
from wizard.probes.api.ask import Asker, marks_for, pair_of
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.entries import Shared, entry_ids
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Around, Face, Kind
from wizard.probes.api.lexicon import listed, squeeze
from wizard.probes.api.routes import SESSION_FREE
from wizard.probes.api.sightings import sightings


@dataclass(frozen=True, slots=True)
class OwnId:
    """An id that an account owns, and what it is the id of: the word before it in the path, or the name of its field."""

    value: str
    of: str = ""


MOST_LISTS = 8
MOST_SEARCHES = 2
LONG_ID = 8


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as account a, and as b where a's alone proves too little. `other_id`: the JSON pointer at which one of b's ids showed in a's list.

    `own` and `theirs`: the list shows something of its own caller. `same`: both callers are shown the same. `stranger`: nobody at all is shown it too.
    `shared`: the entries by their ids, where nothing shows whose they are; `personal`: the list's name says that it holds what belongs to one person.
    """

    route: str
    a: Exchange
    b: Exchange | None = None
    other_id: str = ""
    own: bool = False
    theirs: bool = False
    same: bool = False
    stranger: bool = False
    shared: Shared = field(default_factory=Shared)
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """A search for b's key word, as a and (the control: does the search find b's text at all) as b."""

    route: str
    a: Exchange
    b: Exchange | None = None


def list_routes(target: Target) -> tuple[Route, ...]:
    """GET routes without gaps that list things of the caller: by their last word, or because ``<route>/{id}`` exists too."""
    parents = {route.template.rpartition("/{")[0] for route in target.routes if "/{" in route.template}
    searches = {route for route, _path in search_routes(target)}
    found = []
    for route in target.routes:
        skip = route.kind in SESSION_FREE | {"dangerous", "admin"} or str(route) in target.public or route in searches
        path = route.template.partition("?")[0].rstrip("/")
        last = path.rpartition("/")[2].lower()
        if (
            route.method == "GET"
            and not route.params
            and not skip
            and (last in listed("lists", "words") or path in parents)
        ):
            found.append(route)
    return tuple(found[:MOST_LISTS])


@dataclass(frozen=True, slots=True)
class Learned:
    """An entry of each client's own list, by which the route of single entries can be proved as well. In memory only."""

    route: Route
    a: str
    b: str


async def look_at_list(route: Route, asker: Asker, ids: dict[str, tuple[OwnId, ...]]) -> tuple[Listing, Learned | None]:
    """Ask for one list as a; as b too when a's shows nothing of a's own. `ids` are the ids of things that each account owns."""
    url = intake.join(asker.target.base_url, route.template)
    around = Around(shell=await asker.shell(url))
    reply, face = await asker.settled(Call("GET", url, "a", consent=Consent.TOUCH), "lists", str(route), around=around)
    a = asker.exchanges[-1]
    last = route.template.partition("?")[0].rstrip("/").rpartition("/")[2]
    found = shown_id(reply, ids["b"], last) if face.kind is Kind.GIVES else ""
    other_id = shown(asker.net.reveals(found))
    own = face.saw("own") or _shows_own(asker, "a", reply, ids["a"], last)
    if face.kind is Kind.LEAKS or other_id or face.saw("person"):
        bare, stranger = await asker.settled(Call("GET", url), "lists", str(route), whose="b", around=around)
        again = stranger.kind is Kind.LEAKS or stranger.saw("person") or bool(shown_id(bare, ids["b"], last))
        return Listing(str(route), a, other_id=other_id, own=own, stranger=again), None
    if face.kind not in {Kind.GIVES, Kind.EMPTIES} or own:
        return Listing(str(route), a, own=own), None
    theirs, their_face = await asker.settled(
        Call("GET", url, "b", consent=Consent.TOUCH), "lists", str(route), around=around
    )
    theirs_shown = their_face.saw("own") or _shows_own(asker, "b", theirs, ids["b"], last)
    b = asker.exchanges[-1]
    listing = Listing(
        str(route),
        a,
        b,
        own=own,
        theirs=theirs_shown,
        same=_same(face, their_face, reply, theirs),
        personal=last.lower() in listed("lists", "personal"),
    )
    if theirs_shown or b.kind is not Kind.GIVES:
        return listing, None
    mine, others = entry_ids(reply, last), entry_ids(theirs, last)
    shared = Shared(len(mine), len(others), len({*mine} & {*others}))
    if shared.common or not others or not (mine or face.kind is Kind.EMPTIES):
        return replace(listing, shared=shared), None
    repeated, _face = await asker.settled(
        Call("GET", url, "a", consent=Consent.TOUCH, fresh=True), "lists", str(route), around=around
    )
    shared = replace(shared, steady=entry_ids(repeated, last) == mine and asker.exchanges[-1].kind is face.kind)
    return replace(listing, shared=shared), Learned(route, mine[0], others[0]) if shared.apart and mine else None


def _same(face: Face, their_face: Face, reply: Reply, theirs: Reply) -> bool:
    return face.kind is Kind.GIVES and their_face.kind is Kind.GIVES and alike(reply, theirs)


def _shows_own(asker: Asker, name: str, reply: Reply, ids: Iterable[OwnId], last: str) -> bool:
    account = asker.target.accounts[name]
    marks = marks_for(asker.target, name)
    mine = sightings(reply, marks.own, (), None, account.person, frozenset())
    return bool(mine) or bool(shown_id(reply, ids, last))


def shown_id(reply: Reply, ids: Iterable[OwnId], collection: str) -> str:
    """The JSON pointer at which one of these ids stands in the list called `collection`, or "".

    A long id counts anywhere. A short one (5 is the id of many things) counts as ``id`` in the list of its own kind, or as ``<its kind>_id``.
    """
    document = parse_json(reply)
    wanted: dict[str, set[str]] = {}
    for one in ids:
        wanted.setdefault(one.value, set()).add(squeeze(one.of))
    if document is None or not wanted:
        return ""
    for pointer, leaf in leaves(document.value):
        text = "" if isinstance(leaf, bool) or leaf is None else str(leaf)
        if text not in wanted:
            continue
        if len(text) >= LONG_ID and not text.isdigit():
            return pointer
        key = squeeze(pointer.rpartition("/")[2])
        for of in wanted[text] - {""}:
            kind = of.removesuffix("id").removesuffix("s")
            if (key == "id" and of == squeeze(collection)) or (len(kind) > 1 and key == kind + "id"):
                return pointer
    return ""


def search_routes(target: Target) -> tuple[tuple[Route, str], ...]:
    """(route, path with ``{word}`` where the searched word goes) of GET routes that search."""
    found = []
    for route in target.routes:
        path, _, query = route.template.partition("?")
        if route.method != "GET" or route.kind == "dangerous" or "{" in path:
            continue
        names = [pair.partition("=")[0] for pair in query.split("&") if pair]
        asked = next((name for name in names if name.lower() in listed("search", "queries")), "")
        if not asked and urlsplit(path).path.rpartition("/")[2].lower() in listed("search", "paths"):
            asked = "q"
        if asked:
            found.append((route, f"{path}?{asked}={{word}}"))
    return tuple(found[:MOST_SEARCHES])


async def look_through_search(route: Route, path: str, asker: Asker) -> Search | None:
    """Search for b's key word as a, then as b. None when b's marker has no key word."""
    pair = pair_of(asker.target.accounts.get("b"))
    if pair is None or not pair.key:
        return None
    url = intake.join(asker.target.base_url, path.replace("{word}", quote(pair.key.reveal())))
    around = Around(shell=await asker.shell(url))
    _reply, face = await asker.settled(
        Call("GET", url, "a", consent=Consent.TOUCH), "search", str(route), whose="b", around=around
    )
    a = asker.exchanges[-1]
    if face.kind is Kind.LEAKS:
        return Search(str(route), a)
    await asker.settled(Call("GET", url, "b", consent=Consent.TOUCH), "search", str(route), whose="b", around=around)
    return Search(str(route), a, asker.exchanges[-1])
