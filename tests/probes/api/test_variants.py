"""Other ways to ask for the other's: the filter left out or emptied, both ids at once, in forms, GraphQL and PostgREST. Each beside its trap."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest

from tests.probes.api.rig import MINE, Paste, Setup, run, who
from tests.probes.api.test_object_access import MISSING, posted, record
from wizard.demo.parts.http import Handler, Request, reply
from wizard.intake.slots import differences
from wizard.net import Call
from wizard.probes.api.graphql import asks_only, changes
from wizard.probes.api.objects import PROBE
from wizard.probes.api.proof import Owned
from wizard.probes.api.variants import MOST, doubled, dropped

USERS = {"u_2001": "a", "u_2002": "b"}
THINGS = {"c_1001": "a", "c_1002": "b"}
FORM = (("content-type", "application/x-www-form-urlencoded"),)
QUERY = "query Mine($userId: ID) { conversations(userId: $userId) { id text } }"
Pairs = list[tuple[str, str]]


def form(path: str, field: str, values: dict[str, str]) -> Setup:
    one, two = (Paste(path, "POST", f"{field}={value}&limit=5".encode(), FORM) for value in values)
    return Setup(a=one, b=two)


def asked(request: Request) -> Pairs:
    return parse_qsl(request.body.decode() if request.method == "POST" else request.query, keep_blank_values=True)


def pairs_app(choose: Callable[[str, Pairs], list[str] | None]) -> Handler:
    """`choose`: whose records are given to this caller for these names and values; None is a refusal."""

    def handler(request: Request) -> Any:
        caller = who(request)
        owners = choose(caller, asked(request)) if caller != "nobody" else None
        return MISSING if owners is None else reply([record(owner) for owner in owners])

    return handler


def trusting(field: str, known: dict[str, str]) -> Callable[[str, Pairs], list[str] | None]:
    """Refuses another's value, and gives everything where there is none."""

    def choose(caller: str, pairs: Pairs) -> list[str] | None:
        values = [value for name, value in pairs if name == field and value]
        if not values:
            return ["a", "b"]
        return [caller] if [known.get(value) for value in values] == [caller] else None

    return choose


def by_session(caller: str, pairs: Pairs) -> list[str] | None:
    """Looks at nobody's filter."""
    return [caller]


def strict(field: str, known: dict[str, str]) -> Callable[[str, Pairs], list[str] | None]:
    def choose(caller: str, pairs: Pairs) -> list[str] | None:
        return [caller] if [known.get(v) for n, v in pairs if n == field] == [caller] else None

    return choose


def first_checked(field: str, known: dict[str, str]) -> Callable[[str, Pairs], list[str] | None]:
    """Checks the first of two values and looks up the last."""

    def choose(caller: str, pairs: Pairs) -> list[str] | None:
        values = [known.get(value, "") for name, value in pairs if name == field]
        return [values[-1]] if values and values[0] == caller and values[-1] else None

    return choose


def comma(leaks: bool) -> Callable[[str, Pairs], list[str] | None]:
    def choose(caller: str, pairs: Pairs) -> list[str] | None:
        owners = [THINGS.get(one, "") for n, value in pairs if n == "id" for one in value.split(",")]
        if len(owners) == 2 and leaks:
            return owners
        return [caller] if caller in owners else None

    return choose


def postgrest(
    field: str, known: dict[str, str], *, rules: bool, trusts: str
) -> Callable[[str, Pairs], list[str] | None]:
    """A proxy before PostgREST that checks ``eq.`` filters alone; `trusts`: the other filter that it lets through. With `rules`, rows are the caller's only."""

    def choose(caller: str, pairs: Pairs) -> list[str] | None:
        value = next((f"{n} {v}" for n, v in pairs if n in {field, "or"}), "")
        single = re.fullmatch(rf"{field} eq\.(\w+)", value)
        if single:
            return [caller] if known.get(single[1]) == caller else []
        if not value or trusts not in value:
            return None
        wanted = set(known.values()) if "null" in value else {known[one] for one in re.findall(r"[cu]_\d+", value)}
        return sorted(wanted & {caller}) if rules else sorted(wanted)

    return choose


def graph(choose: Callable[[str, str], list[str] | None]) -> Handler:
    """A GraphQL server; `choose` gets the caller and the variables as they were sent."""

    def handler(request: Request) -> Any:
        caller = who(request)
        text = request.body.decode() if request.method == "POST" else dict(asked(request)).get("variables", "")
        owners = choose(caller, text) if caller != "nobody" else None
        if owners is None:
            return reply({"errors": [{"message": "Forbidden"}], "data": None})
        return reply({"data": {"conversations": [record(owner) for owner in owners]}})

    return handler


def variable(text: str, known: dict[str, str]) -> list[str]:
    """The owners of all ids in the text, in order."""
    return [known.get(one, "") for one in re.findall(r'"([cu]_\d+)"', text.replace("\\", ""))]


def null_is_all(known: dict[str, str]) -> Callable[[str, str], list[str] | None]:
    def choose(caller: str, text: str) -> list[str] | None:
        owners = variable(text, known)
        return (["a", "b"] if not owners else [caller]) if owners in ([], [caller]) else None

    return choose


def null_is_own(caller: str, text: str) -> list[str] | None:
    return [caller] if variable(text, USERS | THINGS) in ([], [caller]) else None


def last_key_wins(caller: str, text: str) -> list[str] | None:
    owners = variable(text, USERS | THINGS)
    return (
        owners[-1:]
        if owners and owners[-1] and owners[0] == caller and "[" not in text.partition("variables")[2]
        else None
    )


def graph_setup(variables: Callable[[str], Any], values: tuple[str, str]) -> Setup:
    return posted("/graphql", *({"query": QUERY, "variables": variables(value)} for value in values))


def in_address(values: tuple[str, str]) -> Setup:
    one, two = (
        Paste(f"/graphql?query={quote(QUERY)}&variables={quote(json.dumps({'id': value}))}") for value in values
    )
    return Setup(a=one, b=two)


def headers_app(all_without: bool) -> Handler:
    def handler(request: Request) -> Any:
        caller, said = who(request), request.header("x-user-id")
        if caller == "nobody" or (said and USERS.get(said) != caller):
            return MISSING
        return reply([record("a"), record("b")] if not said and all_without else [record(caller)])

    return handler


@dataclass(frozen=True)
class Case:
    name: str
    check: str
    letter: str
    handler: Handler
    setup: Setup


U, C = ("u_2001", "u_2002"), ("c_1001", "c_1002")
BY_HEADER = Setup(a=Paste("/mine", headers=(("x-user-id", U[0]),)), b=Paste("/mine", headers=(("x-user-id", U[1]),)))
ROWS, OWNED = (
    Setup(a=Paste(f"/rest/v1/notes?select=*&{field}=eq.{one}"), b=Paste(f"/rest/v1/notes?select=*&{field}=eq.{two}"))
    for field, (one, two) in (("id", C), ("user_id", U))
)
LIST = form("/list", "user_id", USERS)
ONE = form("/one", "id", THINGS)
QUERIED = Setup(a=Paste("/one?id=c_1001"), b=Paste("/one?id=c_1002"))
WHERE = graph_setup(lambda value: {"where": {"ownerId": {"_eq": value}}}, U)
VARIABLE = graph_setup(lambda value: {"userId": value}, U)
DROPPED, TWO = "dropped-filter", "two-ids"

CASES = [
    Case("form without its owner gives all", DROPPED, "F", pairs_app(trusting("user_id", USERS)), LIST),
    Case("form without its owner gives the session's own", DROPPED, "P", pairs_app(by_session), LIST),
    Case("form without its owner is refused", DROPPED, "P", pairs_app(strict("user_id", USERS)), LIST),
    Case("form with two ids: the last counts", TWO, "F", pairs_app(first_checked("id", THINGS)), ONE),
    Case("form with two ids is refused", TWO, "P", pairs_app(strict("id", THINGS)), ONE),
    Case("ids joined by a comma", TWO, "F", pairs_app(comma(leaks=True)), QUERIED),
    Case("ids joined by a comma give the own", TWO, "P", pairs_app(comma(leaks=False)), QUERIED),
    Case("header left out gives all", DROPPED, "F", headers_app(all_without=True), BY_HEADER),
    Case("header left out gives the own", DROPPED, "P", headers_app(all_without=False), BY_HEADER),
    Case("a variable of null gives all", DROPPED, "F", graph(null_is_all(USERS)), VARIABLE),
    Case("a variable of null gives the own", DROPPED, "P", graph(null_is_own), VARIABLE),
    Case("an operator of null gives all", DROPPED, "F", graph(null_is_all(USERS)), WHERE),
    Case("an operator of null gives the own", DROPPED, "P", graph(null_is_own), WHERE),
    Case("a variable twice: the last counts", TWO, "F", graph(last_key_wins), VARIABLE),
    Case("a variable twice is refused", TWO, "P", graph(null_is_own), VARIABLE),
    Case("variables in the address: the last counts", TWO, "F", graph(last_key_wins), in_address(C)),
    Case("variables in the address are refused", TWO, "P", graph(null_is_own), in_address(C)),
    Case("variables in the address left out give all", DROPPED, "F", graph(null_is_all(THINGS)), in_address(C)),
    *(
        Case(f"{field} with {trusts}: rules {rules}", check, "P" if rules else "F", pairs_app(app), setup)
        for field, known, setup, check, trusts in (
            ("id", THINGS, ROWS, TWO, "in.("),
            ("id", THINGS, ROWS, TWO, "or ("),
            ("user_id", USERS, OWNED, DROPPED, "not.is.null"),
        )
        for rules in (False, True)
        for app in (postgrest(field, known, rules=rules, trusts=trusts),)
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_another_way_to_ask(case: Case) -> None:
    ran = await run(PROBE, case.handler, case.setup)
    assert ran.letter("swap") == "P", ran.of("swap")
    assert ran.letter(case.check) == case.letter, ran.of(case.check)
    assert len(ran.log) <= 12 + 2 * MOST + 2


def owned(a: Call, b: Call) -> Owned:
    return Owned("x", a, b, differences(a, b))


def call(method: str, path: str, body: Any) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    media = "application/x-www-form-urlencoded" if isinstance(body, bytes) else "application/json"
    return Call(method, f"https://api.example.test{path}", "a", (("content-type", media),), raw)


MUTATION = "mutation Rename($userId: ID) { rename(userId: $userId) { id } }"
HIDDEN = "fragment F on User { id }\nmutation Rename($userId: ID) { rename(userId: $userId) { ...F } }"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/profile", {"user_id": "{}", "name": "x"}),
        ("PATCH", "/profile", {"user_id": "{}", "name": "x"}),
        ("POST", "/profile/update", {"user_id": "{}", "name": "x"}),
        ("POST", "/graphql", {"query": MUTATION, "variables": {"userId": "{}"}}),
        ("POST", "/graphql", {"query": HIDDEN, "variables": {"userId": "{}"}}),
        ("POST", "/graphql", {"operationName": "Rename", "variables": {"userId": "{}"}}),
        ("POST", "/profile/save", b"user_id={}"),
    ],
)
def test_what_may_change_data_never_loses_its_filter(method: str, path: str, body: Any) -> None:
    filled = [
        body.replace(b"{}", one.encode())
        if isinstance(body, bytes)
        else json.loads(json.dumps(body).replace("{}", one))
        for one in U
    ]
    pair = owned(*(call(method, path, one) for one in filled))
    assert pair.differences
    assert list(dropped(pair)) == []
    if method != "POST" or "graphql" in path:
        assert list(doubled(pair)) == []


def test_no_more_calls_than_one_route_may_have() -> None:
    query = "&".join(f"user_id{at}=u_{at}" for at in range(9))
    pair = owned(
        *(Call("GET", f"https://api.example.test/x?{query.replace('=u_', f'={name}_')}", "a") for name in ("k", "m"))
    )
    assert len(pair.differences) == 9
    assert len(list(dropped(pair))) == len(list(doubled(pair))) == MOST


def queries() -> Iterator[tuple[str, bool]]:
    yield "{ me { id } }", True
    yield "# a word\nquery Me { me { id } }", True
    yield 'query Me { find(text: "of mutation (this)") { id } }', False  # a word too many costs a try, never a write
    yield "subscription S { me { id } }", False
    yield "query A { me { id } } mutation B { wipe }", False


@pytest.mark.parametrize(("text", "reads"), list(queries()))
def test_only_a_query_only_asks(text: str, reads: bool) -> None:
    one = call("POST", "/graphql", {"query": text, "variables": {}})
    assert (asks_only(one), changes(one)) == (reads, not reads)


def test_a_body_that_is_no_graphql_changes_nothing_by_its_words() -> None:
    one = call("POST", "/x", {"query": "mutation"})
    assert (asks_only(one), changes(one)) == (False, False)
    assert MINE not in one.url
