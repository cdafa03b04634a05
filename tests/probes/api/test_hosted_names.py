"""What a Supabase project and its page name: the schema listing, functions, buckets. Each way to fail beside its trap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.probes.api.rig import MINE, THEIRS, Ran, Setup, run, who
from tests.probes.api.test_hosted import KEY, PAGE, supabase, with_key
from wizard.demo.parts.http import Handler, Request, Response, reply
from wizard.demo.parts.http import page as html
from wizard.model import Outcome, Severity
from wizard.net import Reply
from wizard.probes.api.bundle import Function, read_bundle
from wizard.probes.api.hosted import PROBE
from wizard.probes.api.supabase import MOST_TABLES
from wizard.probes.api.supabase_functions import MOST, acts
from wizard.probes.api.supabase_schema import read_schema

WORDS = {"a": MINE, "b": THEIRS}
PERSONS = ("u_2001", "u_2002")
NO_SUCH = {"code": "PGRST202", "message": "Could not find the function without parameters"}
RULE = {"code": "42501", "message": "permission denied for function"}
READ_ONLY = {"code": "25006", "message": "cannot execute INSERT in a read-only transaction"}
Answer = Callable[[str, dict[str, str]], Any]


def listing(*names: str, **functions: tuple[str, ...]) -> Response:
    values = {f: [{"name": v, "in": "query"} for v in given] for f, given in functions.items()}
    paths: dict[str, Any] = {"/": {}, **{f"/{name}": {"get": {}, "post": {}} for name in names}}
    paths |= {f"/rpc/{name}": {"get": {"parameters": given}, "post": {}} for name, given in values.items()}
    return reply({"swagger": "2.0", "paths": paths})


CLOSED = reply({"message": "Access to schema is forbidden"}, 401)


def project(
    call: Answer | None = None,
    *,
    code: str = "",
    schema: Response = CLOSED,
    buckets: Any = (),
    sound: Handler | None = None,
) -> Handler:
    """A project behind a page whose script holds `code`; `call` answers a function's caller and values."""
    rest = sound or supabase(bucket="own")

    def handler(request: Request) -> Any:
        if request.path in {"/", "/assets/app.js"}:
            script = Response(200, (("content-type", "text/javascript"),), code.encode())
            return html(PAGE) if request.path == "/" else script
        if request.header("apikey") != KEY:
            return reply({"message": "No API key found in request"}, 401)
        if request.path == "/rest/v1/":
            return schema
        if request.path == "/storage/v1/bucket":
            return reply([{"id": name, "name": name} for name in buckets])
        if request.path.startswith("/rest/v1/rpc/") and call:
            return call(who(request), dict(parse_qsl(request.query)))
        return rest(request)

    return handler


async def look(handler: Handler, setup: Setup | None = None) -> Ran:
    given = setup or with_key(persons=PERSONS)
    return await run(PROBE, handler, given, lambda target: replace(target, site=target.base_url + "/"))


def rows(*owners: str) -> Response:
    return reply([{"id": 7001, "text": WORDS[owner]} for owner in owners])


def by_session(caller: str, values: dict[str, str]) -> Any:
    return rows(caller) if caller in WORDS else reply([])


def believing(caller: str, values: dict[str, str]) -> Any:
    """Gives whoever is named, to anybody."""
    owner = dict(zip(PERSONS, "ab", strict=True)).get(values.get("p_user_id", ""), "")
    return rows(owner) if owner else reply(NO_SUCH, 404)


def believing_clients(caller: str, values: dict[str, str]) -> Any:
    return believing(caller, values) if caller != "nobody" or not values else reply(RULE, 401)


def checking(caller: str, values: dict[str, str]) -> Any:
    if not values:
        return reply(NO_SUCH, 404)
    return (
        believing(caller, values)
        if values.get("p_user_id") == dict(zip("ab", PERSONS, strict=True)).get(caller)
        else reply([])
    )


PLAIN, VALUED = 'c.rpc("my_notes")', "c.rpc('my_notes',{p_user_id:e.id}).then(f)"


@pytest.mark.parametrize(
    ("call", "code", "letter", "say"),
    [
        (lambda c, v: rows("a", "b"), PLAIN, "F", "fail"),
        (lambda c, v: rows("a", "b") if c != "nobody" else reply([]), PLAIN, "F", "fail-other"),
        (by_session, PLAIN, "P", "pass"),
        (lambda c, v: reply([]), PLAIN, "I", "empty"),
        (lambda c, v: reply([{"plan": "gold", "price": 9}]), PLAIN, "R", "review"),
        (lambda c, v: reply(RULE, 401), PLAIN, "P", "shut"),
        (lambda c, v: reply(READ_ONLY, 405), PLAIN, "R", "acts"),
        (lambda c, v: reply(NO_SUCH, 404), PLAIN, "R", "values"),
        (lambda c, v: reply({"error": "boom"}, 500), PLAIN, "I", None),
        (believing, VALUED, "F", "fail"),
        (believing_clients, VALUED, "F", "fail-other"),
        (checking, VALUED, "P", "pass"),
        (lambda c, v: reply([]) if v else reply(NO_SUCH, 404), VALUED, "I", "empty"),
        (lambda c, v: reply(NO_SUCH, 404), "c.rpc('my_notes',{query:q,p_user_id:u})", "R", "values"),
    ],
)  # fmt: skip
async def test_a_function_of_the_page(call: Answer, code: str, letter: str, say: str | None) -> None:
    ran = await look(project(call, code=code))
    assert ran.letter("functions") == letter, ran.of("functions")
    (finding,) = ran.of("functions")
    assert say in (None, finding.say)
    assert finding.where == "GET /rest/v1/rpc/my_notes"
    asked = [request for request in ran.log if "/rpc/" in request.path]
    assert {request.method for request in asked} == {"GET"}
    assert not any("query=" in request.query for request in asked)


async def test_a_function_that_is_meant_for_everybody() -> None:
    handler = project(lambda c, v: reply([{"plan": "gold"}]), code=PLAIN)
    ran = await look(handler, with_key(public=("GET /rest/v1/rpc/my_notes",)))
    assert [(f.outcome, f.say) for f in ran.of("functions")] == [(Outcome.NOT_APPLICABLE, "public")]


@pytest.mark.parametrize("name", ["delete_account", "send_invoice", "resetUser", "insert_note", "create_order", "wipe"])
async def test_a_function_that_may_act_is_never_called(name: str) -> None:
    assert acts(name)
    ran = await look(project(by_session, code=f'c.rpc("{name}",{{a:1}})'))
    assert [(f.outcome, f.say) for f in ran.of("functions")] == [(Outcome.UNKNOWN, "acts")]
    assert not [request for request in ran.log if "/rpc/" in request.path]


async def test_without_touch_no_account_and_no_id_is_used() -> None:
    ran = await look(project(believing, code=VALUED), with_key(persons=PERSONS, touch=False))
    assert [request.query for request in ran.log if "/rpc/" in request.path] == [""]
    assert ran.letter("functions") == "R"


async def test_tables_and_functions_that_the_listing_names_are_tried() -> None:
    ran = await look(project(by_session, schema=listing("conversations", "notes", my_notes=())), with_key(tables=()))
    assert [table.name for table in ran.seen.tables] == ["conversations"]  # the other one is named and not there
    assert ran.letter("functions") == "P"
    note = next(f for f in ran.of("row-rules") if f.where == "GET /rest/v1/")
    assert (note.outcome, note.say, note.severity) == (Outcome.PASS, "listing", Severity.NOTE)


async def test_an_open_table_that_only_the_listing_names_fails() -> None:
    handler = project(schema=listing("conversations"), sound=supabase(stranger="all", clients="all"))
    ran = await look(handler, with_key(tables=()))
    assert ran.letter("row-rules") == "F"


@pytest.mark.parametrize("schema", [CLOSED, reply([]), reply({"paths": {"/conversations": {}}}), listing()])
async def test_no_listing_is_no_news(schema: Response) -> None:
    ran = await look(project(schema=schema), with_key(tables=()))
    assert ran.seen.tables == ()
    assert ran.findings == ()


async def test_what_there_was_no_room_for_is_told() -> None:
    many = [f"t_{at}" for at in range(MOST_TABLES + 3)]
    code = ";".join(f'c.rpc("f_{at}")' for at in range(MOST + 1))
    ran = await look(project(lambda c, v: reply(RULE, 401), code=code, schema=listing(*many)), with_key())
    left = next(f for f in ran.of("row-rules") if f.say == "left")
    assert (left.outcome, dict(left.slots)["count"]) == (Outcome.UNKNOWN, "5")
    assert len(ran.log) <= 50


async def test_names_of_buckets_are_told_and_tried() -> None:
    ran = await look(project(buckets=("uploads",)), with_key())
    names = next(f for f in ran.of("buckets") if f.where == "GET /storage/v1/bucket")
    assert (names.outcome, names.severity) == (Outcome.FAIL, Severity.LOW)
    assert [bucket.name for bucket in ran.seen.buckets] == ["uploads"]
    assert [f.outcome for f in ran.of("buckets") if f is not names] == [Outcome.PASS]


async def test_no_names_of_buckets_are_no_flaw() -> None:
    ran = await look(project(buckets=()), with_key(buckets=("uploads",)))
    assert ran.letter("buckets") == "P"


HOSTILE = {"swagger": "2.0", "paths": {"/a b": {}, "/../x": {}, "/rpc/ok": {"get": {"parameters": [{"name": "x y", "in": "query"}, 5]}}, "/rpc/y/z": 7}}  # fmt: skip


def test_a_hostile_listing_gives_only_plain_names() -> None:
    import json

    found = read_schema(Reply(200, head=json.dumps(HOSTILE).encode(), media="application/json"))
    assert (found.tables, found.functions) == ((), (Function("ok"),))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('c.rpc("my_notes")', (Function("my_notes"),)),
        ("c.rpc(`f`,{a,b:c.d, 'e':1})", (Function("f", ("a", "b", "e")),)),
        ('c.rpc("f", args)', (Function("f"),)),
        ('json.rpc({method:"f"})', ()),
        ('x.from("notes")', ()),
    ],
)
def test_functions_in_code(code: str, found: tuple[Function, ...]) -> None:
    assert read_bundle(code).functions == found
