"""Lists in which nothing says whose an entry is: the entries' ids, and the single entries behind them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.probes.api.rig import Setup, run, who
from tests.probes.api.test_object_access import MISSING, OWN_ENTRIES, conversations, gone, record
from wizard.demo.parts.http import Handler, Request, reply
from wizard.net import Reply
from wizard.probes.api.entries import entry_ids
from wizard.probes.api.objects import PROBE

ORDERS = {"a": (510, 512), "b": (511, 515)}
EVERY = (510, 511, 512, 515)
ROUTES = ("GET /conversations/{id}", "GET /orders", "GET /orders/{id}", "GET /items")
LISTED = Setup(own=OWN_ENTRIES.own, routes=ROUTES)
Choose = Callable[[str], tuple[int, ...]]


def shop(choose: Choose, *, detail: str = "own", path: str = "/orders", person: bool = False) -> Handler:
    """`choose`: which orders this caller's list holds. `detail`: who may open one: its owner (own), any client (any), or anybody (all)."""
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        caller = who(request)
        if request.path == path and caller != "nobody":
            return reply({"data": [{"id": one, "total": one / 7} for one in choose(caller)]})
        if request.path.startswith("/orders/"):
            asked = request.path.rpartition("/")[2]
            owner = next((name for name, ids in ORDERS.items() if asked.isdigit() and int(asked) in ids), "")
            may = detail == "all" or caller == owner or (detail == "any" and caller != "nobody")
            more = {"buyer": f"{owner}@mail.example"} if person else {}
            return reply({"id": int(asked), "dish": f"soup of {owner}", **more}) if owner and may else MISSING
        return sound(request)

    return handler


def per_client(caller: str) -> tuple[int, ...]:
    return ORDERS[caller]


def everybodys(_caller: str) -> tuple[int, ...]:
    return EVERY


def feed() -> Choose:
    """Shows other entries each time, whoever asks."""
    numbers = itertools.count(700)
    return lambda _caller: (next(numbers), next(numbers))


@pytest.mark.parametrize(
    ("choose", "path", "letter", "say"),
    [
        (per_client, "/orders", "P", "apart"),
        (lambda c: () if c == "a" else ORDERS["b"], "/orders", "P", "apart"),
        (lambda c: ORDERS["a"] if c == "a" else (), "/orders", "I", "nothing-own"),
        (lambda c: (), "/orders", "I", "nothing-own"),
        (feed(), "/orders", "I", "nothing-own"),
        (everybodys, "/orders", "R", "common"),
        (lambda c: (510, *ORDERS[c]), "/orders", "R", "common"),
        (everybodys, "/items", "N", "same-for-all"),
        (lambda c: (510, *ORDERS[c]), "/items", "R", "common"),
    ],
    ids=[
        "each its own", "a has none", "b has none", "nobody has any", "a feed", "all orders for all", "one in common",
        "a catalogue", "a list with one in common",
    ],
)  # fmt: skip
async def test_a_list_without_words(choose: Choose, path: str, letter: str, say: str) -> None:
    ran = await run(PROBE, shop(choose, path=path), LISTED)
    found = [finding for finding in ran.of("lists") if finding.where == f"GET {path}"]
    assert [finding.say for finding in found] == [say]
    assert {"P": "pass", "N": "not-applicable"}.get(letter, "unknown") == found[0].outcome
    assert len(ran.log) <= 30


@pytest.mark.parametrize(
    ("detail", "person", "letter"),
    [("own", False, "P"), ("any", False, "R"), ("any", True, "F"), ("own", True, "P")],
)
async def test_single_entries_that_only_the_list_named_are_swapped_too(detail: str, person: bool, letter: str) -> None:
    setup = Setup(own=OWN_ENTRIES.own, routes=ROUTES, persons=("a@mail.example", "b@mail.example"))
    ran = await run(PROBE, shop(per_client, detail=detail, person=person), setup)
    (found,) = [finding for finding in ran.of("swap") if finding.where == "GET /orders/{id}"]
    assert {"P": "pass", "F": "fail"}.get(letter, "unknown") == found.outcome, found
    assert not any(str(one) in json.dumps([f.evidence for f in ran.findings]) for one in EVERY)


@pytest.mark.parametrize(
    ("handler", "setup"),
    [
        (shop(per_client, detail="all"), LISTED),
        (shop(everybodys, detail="any"), LISTED),
        (shop(feed(), detail="any"), LISTED),
        (shop(per_client, detail="any"), Setup(own=OWN_ENTRIES.own, routes=ROUTES[:2])),
    ],
    ids=["open to anybody", "the same for all", "a feed", "no such route"],
)
async def test_an_entry_that_may_be_a_strangers_is_never_asked_for_by_another(handler: Handler, setup: Setup) -> None:
    ran = await run(PROBE, handler, setup)
    assert not [finding for finding in ran.of("swap") if finding.where == "GET /orders/{id}"]
    crossed = [r for r in ran.log if r.path in {"/orders/511", "/orders/515"} and who(r) == "a"]
    assert crossed == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ([{"id": 1}, {"id": 2}, {"id": 1}], ("1", "2")),
        ({"meta": {"page": 1}, "results": [{"order_id": "x"}, {"total": 3}]}, ("x",)),
        ({"data": {"orders": {"edges": [{"uuid": "u"}]}}}, ("u",)),
        ({"a": {"b": {"c": {"d": [{"id": 1}]}}}}, ()),
        ([1, 2], ()),
        ([{"id": True}, {"id": None}, {"id": [1]}, {"id": " "}], ()),
        ({"count": 3}, ()),
    ],
)
def test_the_ids_of_a_lists_entries(body: Any, found: tuple[str, ...]) -> None:
    assert entry_ids(Reply(200, head=json.dumps(body).encode(), media="application/json"), "orders") == found


def filtered(bare: Any, *, open_to_all: bool = False) -> Handler:
    """Messages by conversation: without the filter the answer is `bare`, with another client's it is an empty list."""
    mine = {"a": "c_1001", "b": "c_1002"}

    def handler(request: Request) -> Any:
        caller = who(request)
        if request.path != "/messages" or caller == "nobody":
            return MISSING
        asked = request.query.partition("conversation=")[2].partition("&")[0]
        if not asked:
            return bare
        owner = next((name for name, one in mine.items() if one == asked), "")
        return reply([record(owner)]) if owner and (open_to_all or owner == caller) else reply([])

    return handler


@pytest.mark.parametrize(
    ("handler", "swap", "lists"),
    [
        (filtered(reply([])), "P", "P"),
        (filtered(reply({"error": "which conversation?"}, 400)), "P", "P"),
        (filtered(reply([record("a"), record("b")])), "P", "F"),
        (filtered(reply([]), open_to_all=True), "F", "I"),
    ],
)
async def test_a_list_that_is_asked_for_with_a_filter_and_quiet_without_it(
    handler: Handler, swap: str, lists: str
) -> None:
    own = ("GET /messages?conversation=c_1001", "GET /messages?conversation=c_1002")
    ran = await run(PROBE, handler, Setup(own=own, routes=("GET /messages",)))
    assert (ran.letter("swap"), ran.letter("lists")) == (swap, lists)
