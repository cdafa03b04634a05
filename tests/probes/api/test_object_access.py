"""The proof and its relatives against small products on loopback: one row a product, the expected class beside it. Traps never fail."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.probes.api.rig import A_TOKEN, MINE, THEIRS, Paste, Ran, Setup, run, verdict, who
from wizard.demo.parts.http import Handler, Request, Response, page, reply
from wizard.model import Outcome, Tag
from wizard.probes.api.objects import PROBE

OWNER = {"c_1001": "a", "c_1002": "b"}
WORDS = {"a": MINE, "b": THEIRS}
HTML = '<!doctype html><title>Bright</title><script src="/assets/app.js"></script><div id=root></div>'
CSP = (("content-security-policy", "script-src https://challenges.cloudflare.com"),)


def record(owner: str, **more: Any) -> dict[str, Any]:
    """A conversation of one of the two."""
    number = {"a": "c_1001", "b": "c_1002"}[owner]
    return {"id": number, "title": f"Notes {number}", "text": f"remember {WORDS[owner]}", **more}


Asked = Callable[[Request, str, str, str], Any]
"""(request, caller, asked id, owner of that id or "") -> the answer when it is not the caller's own."""


def conversations(otherwise: Asked, own: Callable[[str], Any] | None = None) -> Handler:
    """A product with ``GET /conversations/{id}``: signed-in callers get their own; what else is asked for is the row's business."""

    def handler(request: Request) -> Any:
        caller = who(request)
        parts = request.path.strip("/").split("/")
        if parts[0] != "conversations" or len(parts) != 2:
            return reply({"error": "not found"}, 404)
        if caller == "nobody":
            return reply({"error": "sign in"}, 401)
        owner = OWNER.get(parts[1], "")
        if owner == caller:
            return own(caller) if own else reply(record(caller))
        return otherwise(request, caller, parts[1], owner)

    return handler


MISSING = reply({"error": "not found"}, 404)


def gone(*_: Any) -> Response:
    return MISSING


def theirs_else_gone(give: Callable[[str], Any]) -> Asked:
    """The other's id is answered by `give`, an unknown one by 404."""
    return lambda request, caller, asked, owner: give(owner) if owner else MISSING


def always(answer: Any) -> Asked:
    return lambda *_: answer


def json_of(request: Request) -> dict[str, Any]:
    try:
        found = request.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass
class Case:
    """One product: its number in the list of fixtures, its letter, its handler and what is pasted."""

    name: str
    letter: str
    handler: Handler
    setup: Setup = field(default_factory=lambda: OWN_ENTRIES)
    checks: tuple[str, ...] = ()


OWN_ENTRIES = Setup(own=("GET /conversations/c_1001", "GET /conversations/c_1002"), routes=("GET /conversations/{id}",))
PASTED = Setup(a=Paste("/conversations/c_1001"), b=Paste("/conversations/c_1002"))


def posted(path: str, a: Any, b: Any, **more: Any) -> Setup:
    """Two pasted POSTs with JSON bodies."""
    headers = (("content-type", "application/json"),)
    bodies = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in (a, b)]
    return Setup(a=Paste(path, "POST", bodies[0], headers), b=Paste(path, "POST", bodies[1], headers), **more)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def sse(*texts: str) -> Response:
    body = "".join(f'data: {{"delta":"{text}"}}\n\n' for text in texts).encode()
    return Response(200, (("content-type", "text/event-stream"),), body)


def cut_in_three(words: str) -> tuple[str, str, str]:
    return words[:9], words[9:14], words[14:]


def session_dies() -> Handler:
    """After the first cross request nobody is signed in any more."""
    state = {"dead": False}

    def handler(request: Request) -> Any:
        caller, asked = who(request), request.path.rpartition("/")[2]
        if state["dead"] or caller == "nobody":
            return reply({}, 401)
        if OWNER.get(asked) == caller:
            return reply(record(caller))
        if OWNER.get(asked):
            state["dead"] = True
            return reply({}, 401)
        return MISSING

    return handler


def cdn(private: bool = False) -> Handler:
    """A cache in front that keeps whatever was asked for, by path alone."""
    kept: dict[str, Any] = {}
    behind = conversations(gone)

    def handler(request: Request) -> Any:
        if request.target in kept and kept[request.target].status == 200:
            return Response(200, (*kept[request.target].headers, ("x-cache", "HIT")), kept[request.target].body)
        answer = behind(request)
        kept[request.target] = answer
        return answer

    return handler


def cached_404(fresh: bool) -> Asked:
    def answer(request: Request, *_: Any) -> Any:
        if fresh and "lr=" in request.query:
            return MISSING
        return reply({"error": "not found"}, 404, (("age", "120"),))

    return answer


def by_post(request: Request) -> Any:
    caller = who(request)
    if caller == "nobody":
        return reply({}, 401)
    asked = json_of(request).get("conversation_id")
    owner = {"c_1001": "a", "c_1002": "b"}.get(str(asked))
    return reply(record(owner)) if owner else MISSING


def by_base64(request: Request) -> Any:
    if who(request) == "nobody":
        return reply({}, 401)
    try:
        asked = base64.b64decode(request.path.rpartition("/")[2]).decode()
    except ValueError:
        return reply({}, 400)
    owner = {"Conversation:12": "a", "Conversation:13": "b"}.get(asked)
    return reply(record(owner)) if owner else MISSING


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def by_header(request: Request) -> Any:
    owner = {"u_2001": "a", "u_2002": "b"}.get(request.header("x-user-id"))
    return MISSING if who(request) == "nobody" or not owner else reply(record(owner))


def by_cookie(request: Request) -> Any:
    owner = next(
        (name for uid, name in (("u_2001", "a"), ("u_2002", "b")) if f"uid={uid}" in request.header("cookie")), ""
    )
    return MISSING if who(request) == "nobody" or not owner else reply(record(owner))


def half_checked(request: Request) -> Any:
    """``/c/u1:c9``: only the first half is checked against the caller."""
    caller = who(request)
    user, _, thing = request.path.rpartition("/")[2].partition(":")
    if {"u21": "a", "u22": "b"}.get(user) != caller:
        return reply({}, 403)
    owner = {"c91": "a", "c92": "b"}.get(thing)
    return reply(record(owner)) if owner else MISSING


def two_together(request: Request) -> Any:
    """``/t/{team}/c/{id}``: any matching pair opens, for anyone signed in."""
    if who(request) == "nobody":
        return reply({}, 401)
    parts = request.path.strip("/").split("/")
    owner = {("t31", "c_1001"): "a", ("t32", "c_1002"): "b"}.get((parts[1], parts[3])) if len(parts) == 4 else None
    return reply(record(owner)) if owner else MISSING


def nested(request: Request) -> Any:
    """``/clients/{id}/notes/{id}``: the parent must be one's own, the child is taken as it comes."""
    caller = who(request)
    parts = request.path.strip("/").split("/")
    if len(parts) != 4 or {"k41": "a", "k42": "b"}.get(parts[1]) != caller:
        return MISSING
    owner = {"n_51": "a", "n_52": "b"}.get(parts[3])
    return reply(record(owner)) if owner else MISSING


def last_wins(request: Request) -> Any:
    """Checks the first of two equal names, uses the last."""
    caller = who(request)
    pairs = json.loads(request.body or b"{}", object_pairs_hook=list)
    asked = [value for name, value in pairs if name == "conversation_id"] if isinstance(pairs, list) else []
    if not asked or not isinstance(asked[0], str) or OWNER.get(asked[0]) != caller:
        return MISSING
    return reply(record(OWNER[asked[-1]])) if asked[-1] in OWNER else MISSING


def filtered(strict: bool) -> Handler:
    """``/conversations?user_id=u_1``: an own filter works, another's is refused, none at all gives everything unless `strict`."""

    def handler(request: Request) -> Any:
        caller = who(request)
        mine = {"a": "u_2001", "b": "u_2002"}.get(caller)
        asked = parse_qs(request.query, keep_blank_values=True).get("user_id", [""])
        if caller == "nobody":
            return reply({}, 401)
        if asked == [mine]:
            return reply([record(caller)])
        if asked == [""] and not strict:
            return reply([record("a"), record("b")])
        return reply([])

    return handler


def deaf(request: Request) -> Any:
    return page(HTML)


def one_for_both(request: Request) -> Any:
    return reply(record("a")) if who(request) == "a" else MISSING


def jwt(exp: float) -> str:
    head, claims = ({"alg": "HS256", "typ": "JWT"}, {"sub": "u_1", "exp": int(exp)})
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


STORED = [record("a"), record("b")]
ENDED = {"a": {"Authorization": f"Bearer {jwt(time.time() - 60)}"}}
BIG = "x" * 300_000


def search(leaky: bool, blind: bool = False) -> Handler:
    """Conversations as they should be, and a search over notes."""
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        if request.path != "/search":
            return sound(request)
        caller = who(request)
        word = parse_qs(request.query).get("q", [""])[0]
        found = [one for one in STORED if word in one["text"] and (leaky or one is STORED["ab".index(caller)])]
        return reply({"query": word, "results": [] if blind or caller == "nobody" else found})

    return handler


def listed(rows: Callable[[str], Any]) -> Handler:
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        return reply(rows(who(request))) if request.path == "/conversations" else sound(request)

    return handler


LISTS = Setup(own=OWN_ENTRIES.own, routes=("GET /conversations", "GET /conversations/{id}"))
SEARCH = Setup(own=OWN_ENTRIES.own, routes=("GET /search?q={q}", "GET /conversations/{id}"))
WRITES = Setup(own=OWN_ENTRIES.own, routes=("GET /conversations/{id}", "PATCH /conversations/{id}"), push=True)


def writable(effect: bool) -> Handler:
    """``PATCH /conversations/{id}`` says yes to everybody; whether it does anything is the row's business."""
    titles = {"c_1001": "Mine", "c_1002": "Theirs"}

    def handler(request: Request) -> Any:
        caller, asked = who(request), request.path.rpartition("/")[2]
        owner = OWNER.get(asked)
        if caller == "nobody" or not owner:
            return MISSING
        if request.method == "PATCH":
            if effect or owner == caller:
                titles[asked] = json_of(request)["title"]
            return reply({"ok": True})
        return reply({**record(caller), "title": titles[asked]}) if owner == caller else MISSING

    return handler


def filed(body: bytes, media: str, opened_by: Callable[[str, str, Request], bool]) -> Handler:
    """Planted files ``/files/f_77`` (a) and ``/files/f_78`` (b)."""
    sound = conversations(gone)

    def handler(request: Request) -> Any:
        owner = {"f_77": "a", "f_78": "b"}.get(request.path.rpartition("/")[2])
        if not request.path.startswith("/files/"):
            return sound(request)
        if owner and opened_by(who(request), owner, request):
            return Response(200, (("content-type", media),), body + owner.encode())
        return MISSING

    return handler


FILES = Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, files=("GET /files/f_77", "GET /files/f_78"))
PDF = b"%PDF-1.7\x00\x01 planted for "


def signed(query: str) -> Setup:
    return Setup(
        own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, files=(f"GET /files/f_77?{query}", f"GET /files/f_78?{query}")
    )


def has_signature(caller: str, owner: str, request: Request) -> bool:
    return "sig=" in request.query


def packed(data: bytes, encoding: str) -> Response:
    return Response(200, (("content-type", "application/json"), ("content-encoding", encoding)), data)


def own_late(caller: str) -> Response:
    return reply({"a": BIG, "text": WORDS[caller]})


def graphql(data: Any) -> Response:
    return reply({"errors": [{"message": "Forbidden", "extensions": {"code": "FORBIDDEN"}}], "data": data})


CASES = [
    Case("F001 any id, any token", "F", conversations(lambda r, c, i, o: reply(record(o)) if o else MISSING)),
    Case("F002 own rows only, 404 for others", "P", conversations(gone)),
    Case("F003 403 for others", "P", conversations(theirs_else_gone(lambda o: reply({"error": "no"}, 403)))),
    Case("F004 soft not found", "P", conversations(always(reply({"error": "not found"})))),
    Case("F005 empty list for others", "P", conversations(always(reply([])), lambda c: reply([record(c)]))),
    Case("F006 406 PGRST116", "P", conversations(always(reply({"code": "PGRST116", "message": "0 rows"}, 406)))),
    Case("F007 id ignored", "P", conversations(lambda r, c, i, o: reply(record(c)))),
    Case("F008 error repeats the id", "P", conversations(lambda r, c, i, o: reply({"error": f"{i} is not here"}, 404))),
    Case("F009 the web host was pasted", "T", deaf),
    Case("F010 crosses go to login", "P", conversations(always(Response(302, (("location", "/login"),))))),
    Case("F011 the session dies", "I", session_dies()),
    Case(
        "F012 word in a 403",
        "F",
        conversations(theirs_else_gone(lambda o: reply({"error": f"{WORDS[o]} is private"}, 403))),
    ),
    Case(
        "F013 word in a trace",
        "F",
        conversations(theirs_else_gone(lambda o: Response(500, (), f"Trace {WORDS[o]}".encode()))),
    ),
    Case(
        "F014 word in a header", "F", conversations(theirs_else_gone(lambda o: reply({}, 404, (("x-note", WORDS[o]),))))
    ),
    Case("F015 graphql refuses", "P", conversations(always(graphql(None)))),
    Case("F016 graphql refuses and gives", "F", conversations(theirs_else_gone(lambda o: graphql({"c": record(o)})))),
    Case(
        "F017 id in a posted body",
        "F",
        by_post,
        posted("/open", {"conversation_id": "c_1001"}, {"conversation_id": "c_1002"}),
    ),
    Case(
        "F018 id in base64",
        "F",
        by_base64,
        Setup(a=Paste(f"/node/{b64('Conversation:12')}"), b=Paste(f"/node/{b64('Conversation:13')}")),
    ),
    Case(
        "F019 x-user-id trusted",
        "F",
        by_header,
        Setup(a=Paste("/me", headers=(("x-user-id", "u_2001"),)), b=Paste("/me", headers=(("x-user-id", "u_2002"),))),
    ),
    Case(
        "F020 owner cookie trusted",
        "F",
        by_cookie,
        Setup(a=Paste("/me", headers=(("cookie", "uid=u_2001"),)), b=Paste("/me", headers=(("cookie", "uid=u_2002"),))),
    ),
    Case("F021 half of the id checked", "F", half_checked, Setup(a=Paste("/c/u21:c91"), b=Paste("/c/u22:c92"))),
    Case(
        "F022 title and count",
        "R",
        conversations(theirs_else_gone(lambda o: reply({"id": "c", "title": f"Of {o}", "count": 3}))),
    ),
    Case(
        "F023 e-mail of the other",
        "F",
        conversations(theirs_else_gone(lambda o: reply({"owner": f"{o}.person@example.com"}))),
        Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, persons=("a.person@example.com", "b.person@example.com")),
    ),
    Case("F024 the same stub", "P", conversations(lambda r, c, i, o: reply({"id": i, "title": "", "locked": True}))),
    Case("F025 a cache gives b's page", "F", cdn()),
    Case("F026 cached refusal, fresh on retry", "P", conversations(cached_404(fresh=True))),
    Case("F027 cached refusal, never fresh", "I", conversations(cached_404(fresh=False))),
    Case("F028 list shows b's row", "F", listed(lambda c: [{"id": one["id"], "title": "x"} for one in STORED]), LISTS),
    Case("F028b list shows own rows", "P", listed(lambda c: [{"id": record(c)["id"]}] if c != "nobody" else []), LISTS),
    Case("F028c list shows b's word", "F", listed(lambda c: STORED), LISTS),
    Case("F028d list is empty for both", "I", listed(lambda c: []), LISTS),
    Case("F028e one list for everybody", "P", listed(lambda c: [{"plan": "gold", "price": 9}]), LISTS),
    Case("F029 search gives the secret word", "F", search(leaky=True), SEARCH),
    Case("F030 search echoes the query", "P", search(leaky=False), SEARCH),
    Case("F030b search that finds nothing", "I", search(leaky=False, blind=True), SEARCH),
    Case("F031 always 304", "I", conversations(gone, lambda c: Response(304))),
    Case(
        "F032 leak in gzip",
        "F",
        conversations(theirs_else_gone(lambda o: packed(gzip.compress(json.dumps(record(o)).encode()), "gzip"))),
    ),
    Case("F033 brotli unasked", "I", conversations(theirs_else_gone(lambda o: packed(b"\x0b\x02\x80", "br")))),
    Case("F034 unknown encoding", "I", conversations(theirs_else_gone(lambda o: packed(b"??", "x-odd")))),
    Case("F035 own word after the cut", "I", conversations(gone, own_late)),
    Case("F036 leak before the cut", "F", conversations(theirs_else_gone(lambda o: reply({"t": WORDS[o], "x": BIG})))),
    Case(
        "F037 leak in pieces",
        "F",
        conversations(theirs_else_gone(lambda o: sse(*cut_in_three(WORDS[o]))), lambda c: sse(WORDS[c])),
    ),
    Case("F038 leak as base64", "F", conversations(theirs_else_gone(lambda o: reply({"blob": b64(f"x {WORDS[o]}")})))),
    Case(
        "F039 one account twice",
        "T",
        one_for_both,
        Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, accounts={"b": {"Authorization": A_TOKEN}}),
    ),
    Case(
        "F040 token past its end",
        "T",
        conversations(gone),
        Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, accounts=ENDED),
    ),
    Case("F041 marker never planted", "I", conversations(gone, lambda c: reply({"id": 1, "title": "empty"}))),
    Case(
        "F042 coach and client share",
        "R",
        conversations(lambda r, c, i, o: reply(record(o)) if o else MISSING),
        Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, answers={"object-access.sharing": "yes"}),
    ),
    Case(
        "F043 only b sees a's", "F", conversations(lambda r, c, i, o: reply(record(o)) if c == "b" and o else MISSING)
    ),
    Case("F044 two places together", "F", two_together, Setup(a=Paste("/t/t31/c/c_1001"), b=Paste("/t/t32/c/c_1002"))),
    Case("F045 400 and 404", "P", conversations(theirs_else_gone(lambda o: reply({"error": "bad"}, 400)))),
    Case(
        "F046 b's child under a's parent",
        "F",
        nested,
        Setup(
            own=("GET /clients/k41/notes/n_51", "GET /clients/k42/notes/n_52"),
            routes=("GET /clients/{client}/notes/{id}",),
        ),
    ),
    Case(
        "F047 short signed link",
        "P",
        filed(PDF, "application/pdf", has_signature),
        signed(f"sig=abc&exp={int(time.time()) + 600}"),
    ),
    Case("F047b endless signed link", "R", filed(PDF, "application/pdf", has_signature), signed("sig=abc")),
    Case("F048 planted file in an open bucket", "F", filed(PDF, "application/pdf", lambda c, o, r: True), FILES),
    Case("F048b file for any client", "F", filed(PDF, "application/pdf", lambda c, o, r: c != "nobody"), FILES),
    Case("F048c file for its owner", "P", filed(PDF, "application/pdf", lambda c, o, r: c == o), FILES),
    Case("F049 cross-write works", "F", writable(effect=True), WRITES),
    Case("F050 cross-write without effect", "P", writable(effect=False), WRITES),
    Case(
        "F051 problem with inner 403",
        "P",
        conversations(
            always(reply({"title": "Forbidden", "status": 403}, 200, (("content-type", "application/problem+json"),)))
        ),
    ),
    Case(
        "F052 trpc batch",
        "P",
        conversations(
            always(reply([{"error": {"message": "x", "data": {"code": "UNAUTHORIZED", "httpStatus": 401}}}], 207))
        ),
    ),
    Case(
        "F053 the last of two names wins",
        "F",
        last_wins,
        posted("/open", {"conversation_id": "c_1001"}, {"conversation_id": "c_1002"}),
    ),
    Case(
        "F054 no filter gives all",
        "F",
        filtered(strict=False),
        Setup(a=Paste("/conversations?user_id=u_2001"), b=Paste("/conversations?user_id=u_2002")),
    ),
    Case(
        "F054b no filter gives none",
        "P",
        filtered(strict=True),
        Setup(a=Paste("/conversations?user_id=u_2001"), b=Paste("/conversations?user_id=u_2002")),
    ),
    Case(
        "F055 challenge on crosses",
        "I",
        conversations(theirs_else_gone(lambda o: page("wait", 403, (("cf-mitigated", "challenge"),)))),
    ),
    Case("F056 429 on crosses", "I", conversations(theirs_else_gone(lambda o: reply({}, 429)))),
    Case(
        "F057 a record about permission",
        "R",
        conversations(theirs_else_gone(lambda o: reply({"title": "Permission slips", "detail": "for the trip"}))),
    ),
    Case("F058 words alone, as for a missing one", "P", conversations(always(reply({"message": "access denied"})))),
    Case("F059 a lone count", "R", conversations(theirs_else_gone(lambda o: reply({"count": 3})))),
    Case(
        "F060 firewall challenge as 202",
        "I",
        conversations(theirs_else_gone(lambda o: Response(202, (("x-amzn-waf-action", "challenge"),)))),
    ),
    Case("F061 policy names cloudflare", "P", conversations(always(reply({"error": "not found"}, 404, CSP)))),
    Case(
        "F062 b's title beside own words",
        "R",
        conversations(lambda r, c, i, o: reply({"title": f"Of {o}", "side": [record(c)]}) if o else MISSING),
    ),
]


async def outcome(case: Case) -> Ran:
    return await run(PROBE, case.handler, case.setup)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_product_comes_out_as_expected(case: Case) -> None:
    ran = await outcome(case)
    assert ran.letter(*case.checks) == case.letter, [(f.id, f.outcome, f.say, f.evidence) for f in ran.findings]
    assert verdict(ran.findings) == {"P": "pass", "F": "fail"}.get(case.letter, "unknown")


async def test_nothing_is_deleted_and_only_known_ids_are_asked_for() -> None:
    ran = await run(PROBE, conversations(gone), LISTS)
    assert {request.method for request in ran.log} == {"GET"}
    asked = {request.path for request in ran.log if request.path.startswith("/conversations/")}
    made_up = asked - {"/conversations/c_1001", "/conversations/c_1002"}
    assert len(made_up) == 1
    assert int(made_up.pop().rpartition("_")[2]) > 2**31 - 10


async def test_the_proof_is_six_rows_in_order() -> None:
    ran = await run(PROBE, conversations(gone), OWN_ENTRIES)
    (finding,) = ran.of("swap")
    assert finding.outcome is Outcome.PASS
    rows = finding.evidence.split("\n")
    assert [row.split(" ->")[0] for row in rows] == [
        "a GET /conversations/{id}",
        "b GET /conversations/{id}",
        "a GET /conversations/{id} (id of missing)",
        "a GET /conversations/{id} (id of b)",
        "b GET /conversations/{id} (id of a)",
        "a GET /conversations/{id}",
    ]
    assert "own ott… at /text" in rows[0]


async def test_a_leak_raises_the_flag_and_says_where() -> None:
    ran = await outcome(CASES[0])
    (finding,) = ran.of("swap")
    assert finding.tags == (Tag.OTHER_SECRET_SEEN,)
    assert dict(finding.slots)["place"] == "/text"
    assert dict(finding.slots)["word"] == "her…"
    assert finding.where == "GET /conversations/{id}"
    assert finding.roots == ()


async def test_a_route_without_any_sign_in_points_to_its_root() -> None:
    def handler(request: Request) -> Any:
        owner = OWNER.get(request.path.rpartition("/")[2])
        return reply(record(owner)) if owner else MISSING

    (finding,) = (await run(PROBE, handler, OWN_ENTRIES)).of("swap")
    assert finding.roots == ("auth.missing-token",)


async def test_a_cache_is_the_edges_flaw() -> None:
    (finding,) = (await run(PROBE, cdn(), OWN_ENTRIES)).of("swap")
    assert finding.say == "fail-cache"
    assert finding.roots == ("edge.cache-private",)


async def test_without_consent_nothing_is_sent() -> None:
    ran = await run(PROBE, conversations(gone), Setup(own=OWN_ENTRIES.own, routes=OWN_ENTRIES.routes, touch=False))
    assert ran.seen.say == "needs-touch"
    assert ran.log == []


async def test_without_push_nothing_is_written() -> None:
    ran = await run(PROBE, writable(effect=True), Setup(own=WRITES.own, routes=WRITES.routes))
    assert {request.method for request in ran.log} == {"GET"}
    assert ran.letter("cross-write") == "T"


async def test_the_old_name_is_put_back() -> None:
    ran = await run(PROBE, writable(effect=True), WRITES)
    bodies = [json.loads(request.body)["title"] for request in ran.log if request.method == "PATCH"]
    assert len(bodies) == 2
    assert bodies[1] == "Theirs"
    assert ran.of("cross-write")[0].say == "fail"


async def test_the_run_stays_within_its_share() -> None:
    for case in (CASES[0], CASES[-1]):
        ran = await outcome(case)
        assert len(ran.log) <= 20
