"""Database functions that the browser may call (``.rpc('name')``): by GET alone, which PostgREST runs in a transaction that cannot write.

A function whose name tells it to do something is not called. Values are given only where each one is a person's id: those of the test clients are known.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlencode

from wizard.intake import routes as intake
from wizard.intake.slots import Difference
from wizard.model import Consent, Slot
from wizard.net import Call
from wizard.probes.api.bundle import Function
from wizard.probes.api.faces import Kind
from wizard.probes.api.hosted_ask import Try, code_of
from wizard.probes.api.hosted_functions import NEEDS_VALUES
from wizard.probes.api.hosted_seen import Called
from wizard.probes.api.proof import is_person

MOST = 5


async def call_functions(run: Try, functions: tuple[Function, ...]) -> tuple[tuple[Called, ...], tuple[str, ...]]:
    """The first few as a stranger and as the test clients, and the names of those that were left."""
    called = [await _call(run, function) for function in functions[:MOST]]
    return tuple(called), tuple(function.name for function in functions[MOST:])


def acts(name: str) -> bool:
    """Whether a name tells somebody to do something."""
    return intake.is_verb(f"/{name}") or intake.kind_of("GET", f"/{name}") == "dangerous"


async def _call(run: Try, function: Function) -> Called:
    path = f"/rest/v1/rpc/{quote(function.name)}"
    if acts(function.name):
        return Called(function.name, acts=True)
    reply, stranger = await run.ask("functions", run.stranger, path)
    found = Called(function.name, stranger, code_of(reply), public=f"GET {path}" in run.target.public)
    if not run.touch or not run.asker.net.token("a").present:
        return found
    if found.code != NEEDS_VALUES:
        if stranger.kind in {Kind.EMPTIES, Kind.GIVES}:
            _reply, own = await run.ask("functions", "a", path, consent=Consent.TOUCH, whose="a")
            found = replace(found, own=own)
        return found
    query = _as_b(run, function)
    return await _with_values(run, found, path, query) if query else found


async def _with_values(run: Try, found: Called, path: str, query: str) -> Called:
    """With b's id: as a stranger, as b (the control), and as a."""
    asked = f"{path}?{query}"
    _reply, stranger = await run.ask("functions", run.stranger, asked, consent=Consent.TOUCH, whose="b")
    _reply, theirs = await run.ask("functions", "b", asked, consent=Consent.TOUCH, whose="b")
    _reply, cross = await run.ask("functions", "a", asked, consent=Consent.TOUCH, whose="b")
    return replace(found, filled=stranger, theirs=theirs, cross=cross)


def _as_b(run: Try, function: Function) -> str:
    """The query that names b in every value; "" where a value is no person's id, or b's is not known."""
    b = run.target.accounts.get("b")
    name = next((word.reveal() for word in b.person if "@" not in word.reveal()), "") if b else ""
    fits = function.values and all(_person(value) for value in function.values)
    usable = fits and name and run.asker.net.token("b").present and not _secret(run, name)
    return urlencode(dict.fromkeys(function.values, name)) if usable else ""


def _secret(run: Try, word: str) -> bool:
    """A marker's secret word is never sent, whoever wrote it down as an id."""
    pair = run.asker.marks(Call("GET", run.base, "b")).own
    return pair is not None and word == pair.secret.reveal()


def _person(value: str) -> bool:
    slot = Slot("query", value, "")
    return is_person(Difference(slot, slot, value.removeprefix("p_").removeprefix("_")))
