"""Other ways to ask for what is not one's own: the owner's filter left out or emptied, both ids at once. Pure: calls in, calls out.

What the founder pasted is asked in other words, never made to write: a request that may change data keeps its filter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from wizard.intake import routes as intake
from wizard.intake.slots import Difference
from wizard.net import Call
from wizard.probes.api.graphql import changes
from wizard.probes.api.lexicon import listed
from wizard.probes.api.proof import Owned, is_person
from wizard.probes.api.variants_json import inside

MOST = 6
"""Calls of one check on one route: with a leak there are fewer, and the item has a share to keep."""
Way = tuple[Call, Difference]
_READING = frozenset({"open", "load", "export"})
_EQUALS = "eq."
"""How PostgREST writes a filter: ``id=eq.5`` (PostgREST, horizontal filtering)."""


def dropped(owned: Owned) -> Iterator[Way]:
    """A's own call without its filter, then with an empty one. In a body only a person's id is a filter: a thing's id is what is asked for."""
    return islice(_dropped(owned), MOST) if _may_drop(owned.a) else iter(())


def doubled(owned: Owned) -> Iterator[Way]:
    """A's own call with A's and B's id in one place: a repeated name, a list, a JSON name given twice; both orders."""
    may = owned.a.method in {"GET", "HEAD", "POST"} and not changes(owned.a)
    return islice(_doubled(owned), MOST) if may else iter(())


def _may_drop(call: Call) -> bool:
    """A read, or a POST whose name and body do not say that it changes anything: without its filter a write might change everybody's."""
    path = urlsplit(call.url).path
    last = path.rstrip("/").rpartition("/")[2].lower()
    if call.method in {"GET", "HEAD"}:
        return True
    return call.method == "POST" and not changes(call) and (last in _READING or not intake.is_verb(path))


def _dropped(owned: Owned) -> Iterator[Way]:
    for difference in owned.differences:
        slot = difference.a
        if (place := inside(owned, difference)) is not None:
            graphql = slot.where == "graphql" or slot.pointer == "variables"
            if graphql or owned.a.method in {"GET", "HEAD"} or is_owner(difference):
                yield from ((call, difference) for call in place.without(None if graphql else ""))
        elif slot.where == "query":
            pairs = _pairs(owned.a, slot.where)
            yield _with(owned.a, "query", [pair for pair in pairs if pair[0] != slot.pointer]), difference
            empty = "not.is.null" if owned.whole(difference)[0].startswith(_EQUALS) else ""
            yield _with(owned.a, "query", [(n, empty if n == slot.pointer else v) for n, v in pairs]), difference
        elif slot.where == "form" and is_person(difference):
            pairs = _pairs(owned.a, slot.where)
            yield _with(owned.a, "form", [pair for pair in pairs if pair[0] != slot.pointer]), difference
            yield _with(owned.a, "form", [(n, "" if n == slot.pointer else v) for n, v in pairs]), difference
        elif slot.where == "header" and is_person(difference):
            kept = tuple(pair for pair in owned.a.headers if pair[0].lower() != slot.pointer)
            yield replace(owned.a, headers=kept), difference


def _doubled(owned: Owned) -> Iterator[Way]:
    for difference in owned.differences:
        where = difference.a.where
        mine, theirs = owned.whole(difference)
        if (place := inside(owned, difference)) is not None:
            yield from ((call, difference) for call in place.twice())
        elif where in {"query", "form"}:
            for pairs in _both(difference.a.pointer, mine, theirs):
                kept = [pair for pair in _pairs(owned.a, where) if pair[0] != difference.a.pointer]
                yield _with(owned.a, where, kept + pairs), difference


def _both(name: str, mine: str, theirs: str) -> Iterator[list[tuple[str, str]]]:
    """The pairs that name both ids: PostgREST's own two ways, or twice in both orders, as a list and joined by a comma."""
    if mine.startswith(_EQUALS) and theirs.startswith(_EQUALS):
        one, two = (_quoted(value.removeprefix(_EQUALS)) for value in (mine, theirs))
        yield [(name, f"in.({one},{two})")]
        yield [("or", f"({name}.eq.{one},{name}.eq.{two})")]
        return
    yield [(name, mine), (name, theirs)]
    yield [(name, theirs), (name, mine)]
    yield [(name, f"{mine},{theirs}")]
    yield [(f"{name}[]", mine), (f"{name}[]", theirs)]


def _quoted(value: str) -> str:
    """A value for a PostgREST list; one with signs of its own goes in double quotes."""
    plain = value.replace("-", "").replace("_", "").isalnum()
    return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_owner(difference: Difference) -> bool:
    """Whether a field of a body holds a person's id: by its own name, or by that of the field around an operator (``owner: {_eq: …}``)."""
    steps = [step for step in difference.a.pointer.split("/") if step and not step.isdigit()]
    while steps and steps[-1].lower() in listed("persons", "operators"):
        steps.pop()
    return is_person(difference) or bool(steps and is_person(replace(difference, name=steps[-1])))


def _pairs(call: Call, where: str) -> list[tuple[str, str]]:
    text = urlsplit(call.url).query if where == "query" else (call.body or b"").decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True, max_num_fields=1_000)


def _with(call: Call, where: str, pairs: list[tuple[str, str]]) -> Call:
    text = urlencode(pairs)
    if where == "form":
        return replace(call, body=text.encode())
    return replace(call, url=urlunsplit(urlsplit(call.url)._replace(query=text)))
