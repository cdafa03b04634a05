"""The parts of the sign-in probe by themselves: what is personal, what is taken off a call, spellings, cookies, doors, and when a refusal counts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.probes.api.auth_rig import issue, judged
from tests.probes.api.canned import page as html
from tests.probes.api.canned import reply
from wizard.intake import routes as intake
from wizard.model import Answer, Outcome, Reason
from wizard.net import Access, Call, Fault, Secret, open_net
from wizard.probe import Account, Target
from wizard.probes.api.auth_cookies import kind_of, parse
from wizard.probes.api.auth_doors import signs
from wizard.probes.api.auth_forms import bodies
from wizard.probes.api.auth_read import any_told, nobody_told, read
from wizard.probes.api.auth_routes import Own, bare, left_out, own_calls, plain_address, stranger
from wizard.probes.api.auth_seen import Hook, Hooks, Seen, Tried, Try
from wizard.probes.api.auth_tricks import spellings
from wizard.probes.api.auth_tries import personal
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.sightings import Hit
from wizard.probes.api.tokens_battery import spread
from wizard.probes.api.tokens_contents import in_addresses
from wizard.probes.api.webhooks_read import webhooks

ANON = (
    ".".join(
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode()
        for p in ({"alg": "HS256"}, {"role": "anon"})
    )
    + "."
    + "s" * 43
)
PERSONAL: dict[str, tuple[Any, tuple[str, ...]]] = {
    "an address": ({"users": [{"mail": "cleo@mailbox.example"}]}, ("/users/0/mail",)),
    "inside a sentence": ({"note": "write to cleo.b@mailbox.example soon"}, ("/note",)),
    "an office": ({"contact": "support@mailbox.example"}, ()),
    "the business itself": ({"coach": "mara@app.bright.example"}, ()),
    "a picture": ({"src": "icon@2x.png"}, ()),
    "one phone number": ({"phone": "+49 30 1234567"}, ()),
    "two phone numbers": ({"a": "+49 30 1234567", "b": "+44 20 7946 0000"}, ("/a", "/b")),
    "a time and a price": ({"at": "2026-11-25T10:00:00+01:00", "price": "+1 000"}, ()),
    "somebody's token": ({"t": issue("a")}, ("/t",)),
    "a public key's token": ({"anonKey": ANON}, ()),
    "a value called a token": ({"access_token": "k" * 20}, ("/access_token",)),
    "plans": ({"plans": [{"name": "Start", "euros": 90}]}, ()),
}


@pytest.mark.parametrize(("body", "places"), PERSONAL.values(), ids=PERSONAL)
def test_personal_data(body: Any, places: tuple[str, ...]) -> None:
    assert personal(reply(200, body), ("bright.example",)) == places


def test_a_stranger_may_be_given_a_token_of_its_own() -> None:
    assert personal(reply(200, {"token": issue("guest")}), tokens=False) == ()


def test_what_says_who_is_asking_is_taken_off() -> None:
    headers = (
        ("Cookie", "uid=u_1"),
        ("X-User-Id", "u_1"),
        ("x-tenant", "t"),
        ("X-Request-Id", "r"),
        ("Accept", "*/*"),
        ("X-Client-Version", "3"),
    )
    call = bare(Call("GET", "https://api.test/c/1?access_token=abcdefghijkl&page=2", "a", headers))
    assert [name for name, _ in call.headers] == ["X-Request-Id", "Accept"]
    assert call.url == "https://api.test/c/1?page=2"
    untouched = Call("GET", "https://api.test/c?sort=a,b&q=x%20y")
    assert plain_address(untouched).url == untouched.url


def test_nobody_writes_nothing() -> None:
    own = Own(
        "POST /chat", Call("POST", "https://api.test/chat", "a", body=b'{"message":"hi"}'), writes=True, pasted=True
    )
    call = stranger(own, Target())
    assert call.actor == "nobody"
    with pytest.raises(ValueError):
        json.loads(call.body or b"")


def test_spellings_keep_the_id() -> None:
    made = spellings("https://api.test/api/conversations/c_1001?x=1")
    assert made == (
        "/api/conversations/c_1001/",
        "//api/conversations/c_1001",
        "/api/conversations/./c_1001",
        "/api/conversations/%2e/c_1001",
        "/api/Conversations/c_1001",
        "/api/conversations/c_1001;x",
        "/api/conversations/c_1001.json",
        "/api/conversations%2fc_1001",
    )
    assert spellings("https://api.test/") == ()


COOKIES = {
    "session=v; HttpOnly; Secure; SameSite=Lax": ("session", True, True, "lax"),
    "connect.sid=v; path=/": ("session", False, False, ""),
    "__Host-auth_token=v; secure": ("session", True, False, ""),
    "XSRF-TOKEN=v": ("other", False, False, ""),
    "next-auth.callback-url=v": ("other", False, False, ""),
    "_ga=v": ("other", False, False, ""),
    "sb-abc-auth-token=v": ("script", False, False, ""),
    "__session=v": ("script", False, False, ""),
}


@pytest.mark.parametrize(("header", "wanted"), COOKIES.items())
def test_cookies(header: str, wanted: tuple[str, bool, bool, str]) -> None:
    found = parse(header, "GET /", https=True)
    assert found is not None
    assert (found.kind, found.secure, found.http_only, found.same_site) == wanted


def test_a_cookie_that_is_taken_back_has_no_flags() -> None:
    assert parse("session=; path=/", "GET /", https=True) is None
    assert parse("session=x; Max-Age=0", "GET /", https=True) is None
    assert kind_of("theme") == "other"


DOORS = {
    "/docs": html("<html><div id='swagger-ui'></div></html>"),
    "/openapi.json": reply(200, {"openapi": "3.1.0", "paths": {}}),
    "/metrics": reply(200, "# HELP up x\n# TYPE up gauge\nup 1\n", "text/plain"),
    "/actuator/env": reply(200, {"propertySources": []}),
    "/phpinfo.php": html("<title>phpinfo()</title><td>PHP Version 8.3</td>"),
    "/debug": reply(200, {"os_info": {"system": "Linux"}, "env_vars": {"DB_HOST": "db"}, "paths": {"sys_path": []}}),
    "/debug/vars": reply(200, {"memstats": {}, "cmdline": []}),
    "/admin": html("<h1>Site administration</h1>"),
}


KIN = {("/docs", "/swagger"), ("/openapi.json", "/v3/api-docs")}


def test_a_door_is_known_by_its_own_content() -> None:
    for sign in signs():
        for path, answer in DOORS.items():
            assert sign.fits(answer) == (path == sign.path or (path, sign.path) in KIN), (path, sign.path)
        assert not sign.fits(html("<title>Bright</title><p>Welcome"))
        assert not sign.fits(
            html("<title>Django administration</title><h1>Site administration</h1><input type='password'>")
        )
        assert not sign.fits(reply(200, {"error": "not found"}))
        assert not sign.fits(reply(200, {"debug": False, "environment": "production", "env": "prod", "version": "1.2"}))


def test_a_foreign_page_sends_only_what_needs_no_asking() -> None:
    made = bodies('{"text": "{{message}}", "n": 1, "deep": {"a": 1}}', 'a"b')
    assert json.loads(made[0][1])["text"] == 'a"b'
    assert made[1] == ("application/x-www-form-urlencoded", b"text=a%22b&n=1")
    assert {media for media, _ in made} <= {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}


def test_the_three_routes_differ() -> None:
    urls = ("/api/chats/1", "/api/chats/2", "/api/files/1", "/me", "/orders/1")
    owns = [Own(url, Call("GET", f"https://api.test{url}")) for url in urls]
    assert [own.route for own in spread(owns)] == ["/api/chats/1", "/api/files/1", "/me"]


async def test_signed_links_and_tokens_in_addresses() -> None:
    own = (
        "GET /c/1?access_token=abcdefghijklmnop",
        "GET /f/1?sig=abcdefghijklmnop&se=2030-01-01",
        "GET /ws/live?token=abcdefghijklmnop",
    )
    async with open_net(Access()) as net:
        found = in_addresses(Target(base_url="https://api.test", accounts={"a": Account("a", own=own)}), net)
    assert found == (("GET /c/1", "access_token"), ("GET /f/1", "?sig"), ("GET /ws/live", "?token"))


async def test_routes_with_an_own_entry_go_first() -> None:
    routes = tuple(
        r for r in map(intake.parse, ("GET /admin/users", "GET /status/{brand}", "GET /notes/{id}", "POST /x")) if r
    )
    target = Target(base_url="http://127.0.0.1:9", routes=routes, accounts={"a": Account("a", own=("GET /notes/7",))})
    async with open_net(Access(hosts=frozenset({"127.0.0.1:9"}))) as net:
        assert next(own.route for own in own_calls(target, net)) == "GET /notes/{id}"


async def test_routes_that_act_are_left_out() -> None:
    texts = (
        "GET /a",
        "POST /chat",
        "POST /bookings/{id}/confirm",
        "PUT /notes/{id}",
        "DELETE /a",
        "POST /logout",
        "GET /reset-db/seed",
    )
    routes = tuple(route for text in texts if (route := intake.parse(text)))
    async with open_net(Access(accounts={"a": {"Authorization": Secret("x")}})) as net:
        assert left_out(Target(routes=routes, logout="POST /logout"), net) == (
            "DELETE /a",
            "GET /reset-db/seed",
            "POST /bookings/{id}/confirm",
        )


def answer(kind: Kind, why: str = "", status: int = 200, **more: Any) -> Exchange:
    return Exchange("x", "nobody", "GET /x", kind, why=why, status=status, **more)


def one(kind: Kind, why: str = "", status: int = 200, **more: Any) -> Try:
    shut = kind in {Kind.DENIES, Kind.HIDES, Kind.REJECTS, Kind.EMPTIES}
    return Try(answer(kind, why, status), refuses=more.pop("refuses", shut), **more)


D401, D403 = one(Kind.DENIES, "401", 401), one(Kind.DENIES, "403", 403)
GIVES = answer(Kind.GIVES, "data")
GATE: list[tuple[str, Tried, str]] = [
    ("given to a, refused to nobody", Tried("r", control=GIVES, nobody=D401), "pass"),
    ("a 404 for nobody", Tried("r", control=GIVES, nobody=one(Kind.HIDES, "404", 404)), "pass"),
    ("an empty list for nobody, data for a", Tried("r", control=GIVES, nobody=one(Kind.EMPTIES)), "pass"),
    ("an empty list for both", Tried("r", control=answer(Kind.EMPTIES), nobody=one(Kind.EMPTIES)), "same-refusal"),
    ("an empty list for a, 401 for nobody", Tried("r", control=answer(Kind.EMPTIES), nobody=D401), "pass"),
    ("422 for a, 401 for nobody", Tried("r", control=answer(Kind.REJECTS, "422", 422), nobody=D401), "pass"),
    (
        "405 for a, 401 for nobody",
        Tried("r", control=answer(Kind.REJECTS, "405", 405), nobody=D401),
        "reasons.control-failed",
    ),
    (
        "404 for a, 401 for nobody",
        Tried("r", control=answer(Kind.HIDES, "404", 404), nobody=D401),
        "reasons.control-failed",
    ),
    ("a made-up id is missing", Tried("r", made_up=True, control=answer(Kind.HIDES, "404", 404), nobody=D401), "pass"),
    (
        "so is every path",
        Tried("r", made_up=True, nowhere=True, control=answer(Kind.HIDES, "404", 404), nobody=D401),
        "no-id",
    ),
    (
        "403 for a, 401 for nobody and for random text",
        Tried("r", control=D403.exchange, nobody=D401, any_token=D401),
        "pass",
    ),
    ("403 for a and for random text", Tried("r", control=D403.exchange, nobody=D401, any_token=D403), "same-refusal"),
    (
        "the same 400 for both on a write",
        Tried(
            "r", writes=True, control=answer(Kind.REJECTS, "400", 400), nobody=one(Kind.REJECTS, "400", 400, like=True)
        ),
        "checks-first",
    ),
    (
        "a crash on the broken body",
        Tried("r", writes=True, control=answer(Kind.BREAKS, "500", 500), nobody=D401),
        "pass",
    ),
    ("a crash of a read", Tried("r", control=answer(Kind.BREAKS, "500", 500), nobody=D401), "reasons.broke"),
    ("a challenge for nobody", Tried("r", control=GIVES, nobody=one(Kind.BLOCKED, "edge", 403)), "reasons.challenged"),
    ("429 for nobody", Tried("r", control=GIVES, nobody=one(Kind.THROTTLES, "429", 429)), "reasons.throttled"),
    ("words alone", Tried("r", control=GIVES, nobody=one(Kind.DENIES, "soft", refuses=None)), "review-words"),
    (
        "a cached refusal",
        Tried("r", control=GIVES, nobody=one(Kind.HIDES, "404", 404, stale=True)),
        "reasons.from-cache",
    ),
    (
        "silence",
        Tried("r", control=GIVES, nobody=Try(Exchange("x", "nobody", "GET /x", Kind.SILENT, why=Fault.TIMEOUT.value))),
        "reasons.host-down",
    ),
    ("open to both", Tried("r", control=GIVES, nobody=one(Kind.GIVES, "data", like=True)), "public-question"),
    ("something else for nobody", Tried("r", control=GIVES, nobody=one(Kind.GIVES, "data")), "review"),
    (
        "an e-mail address for nobody",
        Tried("r", control=GIVES, nobody=one(Kind.GIVES, "data", personal=("/mail",))),
        "fail-personal",
    ),
    (
        "a secret word for nobody",
        Tried(
            "r", control=GIVES, nobody=Try(answer(Kind.LEAKS, "other", hits=(Hit("other", "json", "/text", "ott…"),)))
        ),
        "fail",
    ),
    ("a file for nobody", Tried("r", control=GIVES, nobody=one(Kind.LEAKS, "same-file")), "fail-file"),
    ("the web page", Tried("r", control=GIVES, nobody=one(Kind.SHELL)), "reasons.page-not-api"),
]


@pytest.mark.parametrize(("tried", "say"), [row[1:] for row in GATE], ids=[row[0] for row in GATE])
def test_when_a_refusal_counts(tried: Tried, say: str) -> None:
    told = nobody_told(tried, Seen())
    assert told.say == say
    wanted = Outcome.PASS if say == "pass" else Outcome.FAIL if say.startswith("fail") else Outcome.UNKNOWN
    assert told.outcome is wanted


def test_an_admin_route_counts_once_the_session_is_known_to_work() -> None:
    admin = Tried("GET /admin", admin=True, control=D403.exchange, nobody=D401, any_token=D403)
    assert nobody_told(admin, Seen(routes=(admin,))).outcome is Outcome.UNKNOWN
    works = Tried("GET /me", control=GIVES, nobody=D401, any_token=D401)
    assert nobody_told(admin, Seen(routes=(admin, works))).outcome is Outcome.PASS


def test_a_lost_session_takes_the_pass_back() -> None:
    tried = Tried("r", control=GIVES, nobody=D401, any_token=D401)
    assert any_told(tried, Seen()).outcome is Outcome.PASS
    assert any_told(tried, Seen(lost="denies")).reason is Reason.INCONCLUSIVE


def test_an_answer_settles_only_what_was_left_for_a_person() -> None:
    public = Tried("GET /plans", control=GIVES, nobody=one(Kind.GIVES, "data", like=True))
    blind = Tried("GET /me", control=answer(Kind.DENIES, "401", 401), nobody=D401)
    target = Target(answers={"auth.missing-token": Answer("auth.missing-token", "yes", "Ada Osei")})
    ran = judged(None, list(read(Seen(routes=(public, blind)))), target, [])
    assert {f.say: f.outcome for f in ran.of("missing-token")} == {
        "told-pass": Outcome.PASS,
        "same-refusal": Outcome.UNKNOWN,
    }


def test_read_is_total() -> None:
    assert {f.outcome for f in read(Seen())} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.PASS}
    assert read(Seen(refused="reasons.no-accounts"))
    hooks = Hooks("POST /h", sent=(Hook("none", answer(Kind.SILENT, "timeout", 0)),))
    assert {f.outcome for f in webhooks(Seen(hooks=hooks))} == {Outcome.UNKNOWN}
