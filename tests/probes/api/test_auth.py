"""The sign-in fixtures against small products on loopback: one row a product, the expected class beside it. Traps never fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.probes.api.auth_rig import (
    MISSING,
    SIGN_IN,
    Ran,
    Setup,
    Who,
    by_token,
    cookie,
    issue,
    opaque,
    product,
    record,
    run,
    sound,
)
from wizard.demo.parts.http import Handler, Request, Response, page, reply, serve
from wizard.model import Outcome, Tag
from wizard.net import Access, open_net
from wizard.probe import Chat, Target
from wizard.probes.api import patience
from wizard.probes.api.auth_routes import BROKEN, EMPTY, TEXT
from wizard.probes.code import served, served_findings

SESSIONS = {"tok-of-ada-session-1": "a", "tok-of-ben-session-2": "b"}
ADA, BEN = SESSIONS
OPAQUE = {"a": {"Authorization": f"Bearer {ADA}"}, "b": {"Authorization": f"Bearer {BEN}"}}
COOKIES = {"a": {"Cookie": f"session={ADA}"}, "b": {"Cookie": f"session={BEN}"}}
REFRESH = "rt-of-ada-long-lived-99"
SHELL = '<!doctype html><title>Bright</title><script src="/app.js"></script><div id=root></div>'
ME = Setup(routes=("GET /me",), own=(), own_b=())


@dataclass
class Case:
    """One product: its number in the list of fixtures, the check that shows it, its letter, its handler and how it is set up."""

    name: str
    check: str
    letter: str
    handler: Handler
    setup: Setup = field(default_factory=Setup)


def nobody_asks(request: Request) -> str | None:
    """No sign-in at all: whoever owns what is asked for."""
    return "b" if request.path.endswith("2") else "a"


def only(path: str, signed_in: Any, stranger: Any) -> Handler:
    """One path with an answer for signed-in callers and one for all others."""

    def handler(request: Request) -> Any:
        if request.path != path:
            return MISSING
        return signed_in if by_token()(request) else stranger

    return handler


def cdn() -> Handler:
    """A cache in front that keeps whatever was asked for, by address alone."""
    kept: dict[str, Response] = {}
    behind = product(by_token())

    def handler(request: Request) -> Any:
        if request.target in kept:
            return Response(200, (*kept[request.target].headers, ("x-cache", "HIT")), kept[request.target].body)
        answer = behind(request)
        if isinstance(answer, Response) and answer.status == 200:
            kept[request.target] = answer
        return answer

    return handler


def once_shut_then_tricked(trick: str, answer: Any = None) -> Handler:
    """Shut plainly; open when the raw target is written in another way."""

    def handler(request: Request) -> Any:
        if request.target == trick:
            return answer or reply(record("a"))
        return product(by_token())(request)

    return handler


def head_open(request: Request) -> Any:
    if request.method == "HEAD":
        return reply(record("a"))
    return product(by_token())(request)


def sibling(request: Request) -> Any:
    if request.path == "/v1/me":
        return reply({"id": "u_1", "email": "ada@mailbox.example"})
    if request.path == "/v2/me":
        return reply({"id": "u_1", "email": "ada@mailbox.example"}) if by_token()(request) else SIGN_IN
    return MISSING


def in_query(request: Request) -> str | None:
    """The credential may stand in the query."""
    from_query = request.query.partition("access_token=")[2].partition("&")[0]
    return SESSIONS.get(from_query) or opaque(SESSIONS)(request)


def setting(*cookies: str, same_origin_only: bool = False) -> Handler:
    """Cookie sign-in; every answer sets `cookies`; notes can be written and read."""
    notes: list[str] = []

    def handler(request: Request) -> Any:
        user = SESSIONS.get(cookie(request, "session"))
        headers = tuple(("set-cookie", one) for one in cookies)
        if request.path == "/notes" and user:
            if request.method == "POST":
                if same_origin_only and "invalid" in request.header("origin"):
                    return reply({"error": "forbidden"}, 403)
                notes.append(str(json.loads(request.body)["text"]) if request.body.startswith(b"{") else "form")
            return reply({"notes": notes, "count": 1}, headers=headers)
        answer = product(opaque(SESSIONS))(request)
        return Response(answer.status, (*answer.headers, *headers), answer.body) if user else answer

    return handler


NOTES = Setup(
    headers=COOKIES,
    push=True,
    chat=Chat(plant="POST /notes", plant_body='{"text": "{{message}}"}'),
    logout="POST /logout",
)


def other_token(request: Request) -> str | None:
    """Access tokens, and the refresh token as well."""
    return {**SESSIONS, REFRESH: "a"}.get(bearer_or_cookie(request))


def bearer_or_cookie(request: Request) -> str:
    return request.header("authorization").removeprefix("Bearer ") or cookie(request, "access_token")


def admin(request: Request) -> Any:
    if request.path == "/admin/users":
        return reply({"users": [{"id": "u_9", "name": "Cleo"}]}) if by_token()(request) else SIGN_IN
    return product(by_token())(request)


def lenient(request: Request) -> str | None:
    return sound(request.header("authorization").rpartition(" ")[2])


BOT = reply({"reply": "Please ask your coach for permission."})
INTROSPECTED = reply({"data": {"__schema": {"queryType": {"name": "Query"}}}})
DOCS = page("<html><title>API</title><div id=swagger-ui></div><script src=swagger-ui.js></script></html>")
LOGIN = page("<title>Sign in</title><form><input type=password></form>")

CHAT = Setup(routes=("POST /chat",), own=(), own_b=())


def reads_first(who: Who) -> Handler:
    """A framework that turns broken JSON away before any route runs, and checks fields after the sign-in."""

    def handler(request: Request) -> Any:
        if request.path != "/chat":
            return MISSING
        try:
            fields = json.loads(request.body)
        except ValueError:
            return reply({"detail": "invalid json"}, 422)
        if who(request) is None:
            return SIGN_IN
        return reply({"reply": "hello"}) if "message" in fields else reply({"detail": "message is missing"}, 422)

    return handler


def objects_only(request: Request) -> Any:
    """As a strict reader of JSON in front of everything: what is no object is turned away before anybody asks who sends it."""
    if request.path != "/chat":
        return MISSING
    if not request.body.startswith(b"{") or request.body == BROKEN:
        return reply({"detail": "invalid json"}, 400)
    if by_token()(request) is None:
        return SIGN_IN
    return reply({"detail": "message is missing"}, 400)


def takes_nothing(request: Request) -> Any:
    """What is no object is turned away, an empty one is taken, from anybody: without push consent none goes out."""
    if request.path != "/chat":
        return MISSING
    if request.body in {BROKEN, TEXT}:
        return reply({"detail": "invalid json"}, 422)
    return reply({"id": "c_1"}, 201)


QUERY = '{"query":"{ conversation(id: 1001) { text } }"}'
PASTED = Setup(
    routes=(),
    pasted=f"curl 'URL/graphql' -H 'authorization: Bearer {ADA}' -H 'content-type: application/json' --data-raw '{QUERY}'",
    headers=OPAQUE,
)


def graphql(who: Who) -> Handler:
    """Reads by POST: what a founder pastes is the own conversation."""

    def handler(request: Request) -> Any:
        if request.path != "/graphql" or request.method != "POST":
            return MISSING
        try:
            json.loads(request.body)
        except ValueError:
            return reply({"errors": [{"message": "invalid json"}]}, 400)
        if who(request) is None:
            return reply(
                {"errors": [{"message": "Unauthorized", "extensions": {"code": "UNAUTHENTICATED"}}], "data": None}
            )
        return reply({"data": {"conversation": record("a")}})

    return handler


CASES = [
    Case(
        "F063 no sign-in anywhere",
        "missing-token",
        "F",
        product(nobody_asks, more={"/me": reply({"note": record("a")["text"]})}),
        Setup(routes=("GET /conversations/{id}", "GET /me")),
    ),
    Case(
        "F064 health and pricing are open",
        "missing-token",
        "N",
        lambda r: reply({"ok": True, "plans": [{"name": "Start"}]}),
        Setup(routes=(), own=(), own_b=(), public=("GET /health", "GET /pricing")),
    ),
    Case(
        "F065 a session route gives null",
        "missing-token",
        "P",
        only("/me", reply({"user": {"id": "u_1", "name": "Ada"}}), reply({"user": None})),
        ME,
    ),
    Case("F066 a login form instead of data", "missing-token", "P", product(by_token(), refuse=LOGIN)),
    Case("F067 any bearer text", "any-token", "F", product(lambda r: "a" if r.header("authorization") else None)),
    Case(
        "F076 a cookie lives on after log-out",
        "logout",
        "F",
        product(opaque(SESSIONS), more={"/logout": reply({"ok": True})}),
        Setup(headers=COOKIES, push=True, logout="POST /logout"),
    ),
    Case(
        "F078 the refresh token opens data",
        "wrong-token-kind",
        "F",
        product(other_token),
        Setup(
            headers={
                "a": {"Cookie": f"access_token={ADA}; refresh_token={REFRESH}"},
                "b": {"Cookie": f"access_token={BEN}"},
            }
        ),
    ),
    Case("F079 a slash at the end opens it", "path-tricks", "F", once_shut_then_tricked("/conversations/c_1001/")),
    Case(
        "F080 a slash at the end is moved",
        "path-tricks",
        "P",
        once_shut_then_tricked("/conversations/c_1001/", Response(308, (("location", "/conversations/c_1001"),))),
    ),
    Case("F081 a double slash opens it", "path-tricks", "F", once_shut_then_tricked("//conversations/c_1001")),
    Case("F082 HEAD 200, GET 401", "method-tricks", "R", head_open),
    Case(
        "F083 the old version is open", "sibling-version", "F", sibling, Setup(routes=("GET /v2/me",), own=(), own_b=())
    ),
    Case("F086 the admin door shows a login", "debug-doors", "P", product(by_token(), more={"/admin": LOGIN})),
    Case("F087 API docs are open", "debug-doors", "R", product(by_token(), more={"/docs": DOCS})),
    Case("F088 introspection is on", "debug-doors", "R", product(by_token(), more={"/graphql*": INTROSPECTED})),
    Case(
        "F089 a token in the query",
        "token-in-url",
        "F",
        product(in_query),
        Setup(
            headers=OPAQUE,
            pasted=f"curl 'URL/conversations/c_1001?access_token={ADA}' -H 'authorization: Bearer {ADA}'",
        ),
    ),
    Case(
        "F090 a session cookie without HttpOnly",
        "cookie-flags",
        "F",
        setting(f"session={ADA}; Path=/; SameSite=Lax"),
        Setup(headers=COOKIES),
    ),
    Case(
        "F091 a csrf cookie without HttpOnly",
        "cookie-flags",
        "P",
        setting("csrf_token=abcdef; Path=/", f"session={ADA}; HttpOnly; SameSite=Lax"),
        Setup(headers=COOKIES),
    ),
    Case(
        "F091 only a csrf cookie, beside tokens",
        "cookie-flags",
        "P",
        product(by_token(), refuse=reply({"code": 401}, 401, (("set-cookie", "csrf_token=abcdef; Path=/"),))),
    ),
    Case("F092 a private page cached for nobody", "missing-token", "F", cdn()),
    Case(
        "F093 a 200 that says 401",
        "missing-token",
        "P",
        product(by_token(), refuse=reply({"code": 401, "message": "no"})),
    ),
    Case(
        "F094 the bot answers strangers",
        "missing-token",
        "F",
        lambda r: BOT if r.path == "/chat" else MISSING,
        Setup(routes=("POST /chat",), own=(), own_b=(), answers={"auth.missing-token": "no"}),
    ),
    Case(
        "F095 a gateway's 403 inside a 200",
        "missing-token",
        "P",
        product(by_token(), refuse=reply({"statusCode": 403, "body": "no"})),
    ),
    Case(
        "F096 a client's token on an admin route",
        "lower-role",
        "F",
        admin,
        Setup(routes=("GET /conversations/{id}", "GET /admin/users"), admin=("GET /admin/users",)),
    ),
    Case("F097 a foreign form writes", "forged-form", "F", setting(f"session={ADA}; HttpOnly; SameSite=None"), NOTES),
    Case("F098 a foreign form, SameSite", "forged-form", "P", setting(f"session={ADA}; HttpOnly; SameSite=Lax"), NOTES),
    Case("F099 401 for all", "missing-token", "I", product(lambda r: None)),
    Case("F100 maintenance everywhere", "missing-token", "I", lambda r: reply({"error": "maintenance"}, 503)),
    Case("F101 the bare token is taken", "wrong-scheme", "P", product(lenient)),
    Case(
        "F102 a list that differs, declared public",
        "missing-token",
        "N",
        only("/ui", reply({"panels": ["a", "b"]}), reply({"panels": ["a"]})),
        Setup(routes=(), own=(), own_b=(), public=("GET /ui",)),
    ),
    Case(
        "a route that is only called like the team's",
        "lower-role",
        "-",
        lambda r: reply({"free": ["Monday"]}) if by_token()(r) else SIGN_IN,
        Setup(routes=("GET /staff/hours",), own=(), own_b=()),
    ),
    Case(
        "a foreign form is refused by its origin",
        "forged-form",
        "P",
        setting(f"session={ADA}; HttpOnly; SameSite=None", same_origin_only=True),
        NOTES,
    ),
    Case(
        "open, with somebody's e-mail address",
        "missing-token",
        "F",
        only("/me", reply({"id": "u_1"}), reply({"email": "cleo@mailbox.example"})),
        ME,
    ),
    Case(
        "open, the same for all, an office's address",
        "missing-token",
        "R",
        lambda r: reply({"plans": [9], "contact": "support@bright.example"}) if r.path == "/plans" else MISSING,
        Setup(routes=("GET /plans",), own=(), own_b=()),
    ),
    Case(
        "a false token is malformed, none is refused",
        "any-token",
        "P",
        product(by_token(), refuse=reply({"error": "bad token"}, 400)),
    ),
    Case(
        "403 for a good session as for a bad one",
        "missing-token",
        "I",
        lambda r: reply({"error": "no"}, 403 if r.header("authorization") else 401),
    ),
    Case(
        "env settings are open",
        "debug-doors",
        "F",
        product(
            by_token(), more={"/actuator/env": reply({"activeProfiles": [], "propertySources": [{"name": "env"}]})}
        ),
    ),
    Case(
        "every path gives the web page",
        "debug-doors",
        "P",
        product(by_token(), more={"/conv*": SIGN_IN, "/*": page(SHELL)}),
    ),
    Case(
        "an id that nobody gave",
        "missing-token",
        "P",
        lambda r: (
            (reply({"error": "no such file"}, 404) if r.path.startswith("/files/") else MISSING)
            if by_token()(r)
            else SIGN_IN
        ),
        Setup(routes=("GET /files/{file}",), own=(), own_b=()),
    ),
    Case(
        "a route that does not exist",
        "missing-token",
        "T",
        lambda r: MISSING if by_token()(r) else SIGN_IN,
        Setup(routes=("GET /files/{file}",), own=(), own_b=()),
    ),
    Case(
        "a write that checks the body first",
        "missing-token",
        "I",
        lambda r: reply({"error": "invalid json"}, 400) if r.path == "/chat" else MISSING,
        Setup(routes=("POST /chat",), own=(), own_b=()),
    ),
    Case("a pasted read by POST", "missing-token", "P", graphql(opaque(SESSIONS)), PASTED),
    Case("a pasted read by POST, and any token", "any-token", "P", graphql(opaque(SESSIONS)), PASTED),
    Case("a pasted read by POST that is open", "missing-token", "F", graphql(lambda r: "a"), PASTED),
    Case("a pasted read for any token", "any-token", "F", graphql(lambda r: r.header("authorization") or None), PASTED),
    Case(
        "a write that reads the body before it asks who is there", "missing-token", "P", reads_first(by_token()), CHAT
    ),
    Case("the same, and any token", "any-token", "P", reads_first(by_token()), CHAT),
    Case("a write that is open and wants fields", "missing-token", "I", reads_first(lambda r: "a"), CHAT),
    Case("a write that takes an empty body", "missing-token", "I", takes_nothing, CHAT),
    Case(
        "a write behind the gate",
        "missing-token",
        "P",
        lambda r: (
            (reply({"error": "invalid json"}, 400) if by_token()(r) else SIGN_IN) if r.path == "/chat" else MISSING
        ),
        Setup(routes=("POST /chat",), own=(), own_b=()),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_products(case: Case) -> None:
    ran = await run(case.handler, case.setup)
    assert ran.letter(case.check) == case.letter, [(f.check, f.say, f.evidence) for f in ran.of(case.check)]
    assert {f.check for f in ran.fails} == ({case.check} if case.letter == "F" else set())
    assert len(ran.fails) <= 1
    harmless(ran, case.setup)


def harmless(ran: Ran, setup: Setup) -> None:
    """Nothing is deleted; what goes out without a's session has no body that could be read; nothing was written without consent."""
    assert len(ran.log) <= 130
    for request in ran.log:
        assert request.method in {"GET", "HEAD", "OPTIONS", "POST"}
        if request.method == "POST" and not setup.push:
            assert request.body in {BROKEN, TEXT, b"", QUERY.encode()}


@pytest.mark.parametrize(("push", "letter"), [(False, "I"), (True, "P")])
async def test_an_empty_object_goes_out_with_push_consent_alone(push: bool, letter: str) -> None:
    ran = await run(objects_only, Setup(routes=("POST /chat",), own=(), own_b=(), push=push))
    assert ran.letter("missing-token") == ran.letter("any-token") == letter
    assert (EMPTY in {request.body for request in ran.log}) is push
    assert not any(request.body == EMPTY and by_token()(request) for request in ran.log)
    assert ran.seen.aftercare == ()


def by_name(request: Request) -> Any:
    """A sign-in by name, in a form; it says which of the two was wrong."""
    if request.path != "/login":
        return product(by_token())(request)
    fields = parse_qs(request.body.decode()) if b"%40" in request.body else {}
    if "username" not in fields:
        return reply({"detail": "username is missing"}, 422)
    return reply({"detail": "wrong password" if fields["username"] == ["ada"] else "no such user"}, 401)


def says_the_same(request: Request) -> Any:
    return reply({"detail": "wrong"}, 401) if request.path == "/login" else product(by_token())(request)


def knows_names_alone(request: Request) -> Any:
    """A sign-in by name that answers 200 whatever comes, as some real ones do: an address is nobody to it."""
    if request.path != "/login":
        return product(by_token())(request)
    fields = request.json() if request.body[:1] == b"{" else {}
    if not isinstance(fields, dict) or "username" not in fields:
        return reply({"status": "fail", "message": "'username' is a required property"}, 400)
    known = fields["username"] == "ada"
    return reply({"status": "fail", "message": "Password is not correct." if known else "User does not exist"})


@pytest.mark.parametrize(
    ("person", "letter"), [("u_1001 ada@mailbox.example", "I"), ("u_1001 ada@mailbox.example ada", "R")]
)
async def test_an_address_that_the_sign_in_does_not_know_proves_nothing(person: str, letter: str) -> None:
    ran = await run(knows_names_alone, Setup(push=True, login="POST /login", person=person))
    assert ran.letter("account-discovery") == letter


@pytest.mark.parametrize(("handler", "letter"), [(by_name, "R"), (says_the_same, "P")])
async def test_who_is_a_client_shows_in_the_shape_that_the_route_reads(handler: Handler, letter: str) -> None:
    ran = await run(handler, Setup(push=True, login="POST /login", person="u_1001 ada@mailbox.example ada"))
    assert ran.letter("account-discovery") == letter
    assert sum(request.path == "/login" for request in ran.log) <= 6


async def falling() -> AsyncIterator[bytes]:
    """A server that ends its process in the middle of an answer."""
    raise ConnectionResetError
    yield b""


async def test_a_server_that_falls_over_an_empty_object_gets_time_and_no_second_one() -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    def handler(request: Request) -> Any:
        if request.body == EMPTY:
            return Response(200, (), falling())
        return product(by_token())(request) if request.method == "GET" else reply({"detail": "invalid json"}, 400)

    token = patience.sleep.set(wait)
    try:
        routes = ("GET /conversations/{id}", "POST /chat", "POST /notes")
        ran = await run(handler, Setup(routes=routes, push=True))
    finally:
        patience.sleep.reset(token)
    assert [request.path for request in ran.log if request.body == EMPTY] == ["/chat"]
    assert waited == [3.0]
    assert ran.letter("unsigned-token") == "P"


@pytest.mark.parametrize("push", [False, True])
async def test_a_write_that_needs_no_body_never_names_an_own_entry(push: bool) -> None:
    """A server that reads any body, and acts on whatever id is named, for anybody: the test client must not come to be an admin."""
    admins: list[str] = []

    def handler(request: Request) -> Any:
        if request.method == "PUT":
            admins.append(request.path.rpartition("/")[2])
            return reply([0]) if request.body in {TEXT, EMPTY} else reply({"detail": "invalid json"}, 400)
        return product(by_token())(request)

    routes = ("GET /conversations/{id}", "PUT /admin/promote/{id}", "PUT /conversations/{id}")
    ran = await run(handler, Setup(routes=routes, push=push))
    assert admins
    assert not {"c_1001", "c_1002"} & set(admins)
    assert "PUT /admin/promote/{id} as nobody: 200, empty body" in ran.seen.aftercare
    (asked,) = [f for f in ran.of("missing-token") if f.say == "public-question"]
    assert dict(asked.slots)["routes"] == "PUT /admin/promote/{id}, PUT /conversations/{id}"


async def test_one_flaw_is_one_finding_and_raises_the_flag() -> None:
    ran = await run(CASES[0].handler, CASES[0].setup)
    (found,) = ran.fails
    assert found.say == "fail-many"
    assert Tag.OTHER_SECRET_SEEN in found.tags
    assert ran.letter("any-token") == "N"
    assert not [f for f in ran.findings if f.outcome is Outcome.FAIL and f is not found]


async def test_a_sound_product_passes_what_is_required() -> None:
    ran = await run(product(by_token()), Setup())
    assert {
        c: ran.letter(c) for c in ("missing-token", "any-token", "unsigned-token", "unchecked-signature")
    } == dict.fromkeys(("missing-token", "any-token", "unsigned-token", "unchecked-signature"), "P")
    assert ran.letter("webhook-unsigned") == ran.letter("webhook-replay") == "N"


async def test_with_an_ended_token_it_passes_whole() -> None:
    headers = {name: {"Authorization": f"Bearer {issue(name)}"} for name in ("a", "b")}
    headers["expired"] = {"Authorization": f"Bearer {issue('a', ago=7200.0)}"}
    assert (await run(product(by_token()), Setup(headers=headers))).verdict is Outcome.PASS


async def test_without_consent_only_strangers_look() -> None:
    ran = await run(product(nobody_asks), Setup(touch=False))
    assert ran.letter("missing-token") == "F"
    assert not any(request.header("authorization") for request in ran.log)
    shut = await run(product(by_token()), Setup(touch=False))
    assert (shut.letter("missing-token"), shut.verdict) == ("T", Outcome.UNKNOWN)


async def test_a_verb_that_is_open_is_called_once() -> None:
    ran = await run(
        lambda r: reply({"done": 3, "left": 1}) if r.path == "/export" else MISSING,
        Setup(routes=("GET /export",), own=(), own_b=()),
    )
    assert ran.letter("missing-token") == "R"
    assert sum(request.path == "/export" for request in ran.log) == 1


async def test_dangerous_routes_are_named_and_never_called() -> None:
    routes = ("GET /conversations/{id}", "DELETE /users/me", "GET /createdb", "POST /import")
    ran = await run(product(by_token()), Setup(routes=routes))
    assert [f.evidence for f in ran.of("left-out")] == [""]
    assert dict(ran.of("left-out")[0].slots)["routes"] == "DELETE /users/me, GET /createdb, POST /import"
    assert not any(r.path in {"/users/me", "/createdb", "/import"} for r in ran.log)


async def test_more_routes_than_one_pass_holds() -> None:
    routes = tuple(f"GET /part{n}" for n in range(30))
    ran = await run(
        lambda r: reply({"part": r.path}) if by_token()(r) else SIGN_IN, Setup(routes=routes, own=(), own_b=())
    )
    later = next(f for f in ran.of("missing-token") if f.say == "later")
    assert dict(later.slots)["count"] == "5"
    assert len(ran.log) <= 180


ENV = "\n".join(("DB_HOST=10.0.0.5", "DB_USER=app", "DB_PASS" + "WORD=" + "correct-horse-7", "APP_ENV=production"))


@pytest.mark.parametrize(
    ("answer", "letter"),
    [(Response(200, (("content-type", "text/plain"),), ENV.encode()), "fail"), (page(SHELL), "pass")],
    ids=["F084 a real .env", "F085 .env answered by the web page"],
)
async def test_files_left_on_the_server_belong_to_another_item(answer: Response, letter: str) -> None:
    def handler(request: Request) -> Any:
        if request.path == "/.env":
            return answer
        return page(SHELL) if request.path == "/" else product(by_token())(request)

    ran = await run(handler, Setup(site=True))
    assert not ran.fails
    async with serve(handler) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        seen = await served.observe(Target(site=web.url), net)
    assert isinstance(seen, served_findings.Seen)
    told = {f.outcome.value for f in served_findings.read(seen) if f.check == "exposed-files"}
    assert (letter in told) and ("fail" in told) == (letter == "fail")
