"""Hosted backends on loopback: row rules, inserts that must fail, buckets, the two Firebase databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.probes.api.rig import A_TOKEN, B_TOKEN, MINE, THEIRS, Setup, run, who
from wizard.demo.parts.http import Handler, Request, Response, reply
from wizard.demo.parts.http import page as html
from wizard.model import Outcome, Tag
from wizard.probe import Hosted
from wizard.probes.api.bundle import read_bundle
from wizard.probes.api.hosted import PROBE

KEY = "sb_publishable_" + "for-tests"
ROWS = [
    {"id": 7001, "user_id": "u_2001", "text": MINE},
    {"id": 7002, "user_id": "u_2002", "text": THEIRS},
]
NO_RULE = {"code": "23502", "message": "null value in column violates not-null constraint"}
RULE = {"code": "42501", "message": "new row violates row-level security policy"}
GENERATED = {"code": "428C9", "message": "cannot insert a non-DEFAULT value into column"}
Write = Callable[[dict[str, Any]], Response]


def refuse(body: dict[str, Any]) -> Response:
    return reply(RULE, 401)


def generated_first(body: dict[str, Any]) -> Response:
    return reply(GENERATED, 400) if "id" in body else reply(RULE, 401)


def supabase(stranger: str = "none", clients: str = "own", write: Write = refuse, bucket: str = "none") -> Handler:
    """A PostgREST look-alike. `stranger` and `clients` are shown: all, own or none of the rows."""

    def rows(caller: str, shown: str) -> list[dict[str, Any]]:
        mine = [ROWS["ab".index(caller)]] if caller in {"a", "b"} else []
        return {"all": ROWS, "own": mine, "none": []}[shown]

    def handler(request: Request) -> Any:
        caller = who(request)
        if request.header("apikey") != KEY:
            return reply({"message": "No API key found in request"}, 401)
        shown = stranger if caller == "nobody" else clients
        if request.path == "/storage/v1/object/list/uploads":
            return reply([{"name": "x.pdf"}] if bucket == "all" or (bucket == "own" and caller != "nobody") else [])
        if request.path != "/rest/v1/conversations":
            return reply({"code": "PGRST205", "message": "Could not find the table"}, 404)
        if request.method == "POST":
            return write(json.loads(request.body))
        found = rows(caller, shown)
        asked = next((pair[6:] for pair in request.query.split("&") if pair.startswith("id=eq.")), "")
        return reply([row for row in found if not asked or str(row["id"]) == asked])

    return handler


def realtime(answer: Any) -> Handler:
    return lambda request: answer


@dataclass
class Case:
    name: str
    letter: str
    check: str
    handler: Handler
    setup: Setup


def with_key(**more: Any) -> Setup:
    accounts = {
        "a": {"Authorization": A_TOKEN, "apikey": KEY},
        "b": {"Authorization": B_TOKEN, "apikey": KEY},
    }
    hosted = Hosted("supabase", tables=more.pop("tables", ("conversations",)), buckets=more.pop("buckets", ()))
    return Setup(hosted=hosted, public_key=KEY, accounts=accounts, **more)


def firebase(tables: tuple[str, ...] = (), buckets: tuple[str, ...] = ()) -> Setup:
    return Setup(hosted=Hosted("firebase", tables=tables, buckets=buckets))


DENIED = reply({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, 403)
CASES = [
    Case("F179 row rules off", "F", "row-rules", supabase(stranger="all", clients="all"), with_key()),
    Case("F180 empty, a sees rows", "P", "row-rules", supabase(), with_key()),
    Case("F181 empty, nobody sees rows", "I", "row-rules", supabase(clients="none"), with_key()),
    Case("F182 no such table", "T", "row-rules", supabase(), with_key(tables=("notes",))),
    Case("F183 a reads b's row", "F", "row-rules-swap", supabase(clients="all"), with_key()),
    Case("F183b a reads only its own", "P", "row-rules-swap", supabase(), with_key()),
    Case(
        "F184 open insert",
        "F",
        "stranger-writes",
        supabase(write=lambda body: reply(NO_RULE, 400)),
        with_key(push=True),
    ),
    Case("F184b written", "F", "stranger-writes", supabase(write=lambda body: Response(201)), with_key(push=True)),
    Case("F185 refused insert", "P", "stranger-writes", supabase(), with_key(push=True)),
    Case("F186 generated key", "P", "stranger-writes", supabase(write=generated_first), with_key(push=True)),
    Case("F186b push not allowed", "T", "stranger-writes", supabase(), with_key()),
    Case("F187 bucket lists", "F", "buckets", supabase(bucket="all"), with_key(buckets=("uploads",))),
    Case("F187b bucket shows its owner", "P", "buckets", supabase(bucket="own"), with_key(buckets=("uploads",))),
    Case("F187c bucket shows nobody", "I", "buckets", supabase(), with_key(buckets=("uploads",))),
    Case(
        "F188 root is null",
        "F",
        "realtime-database",
        realtime(Response(200, (("content-type", "application/json"),), b"null")),
        firebase(),
    ),
    Case("F188b root holds data", "F", "realtime-database", realtime(reply({"users": True})), firebase()),
    Case(
        "F189 permission denied",
        "P",
        "realtime-database",
        realtime(reply({"error": "Permission denied"}, 401)),
        firebase(),
    ),
    Case("F190 firestore lists nothing", "R", "firestore", realtime(reply({})), firebase(("notes",))),
    Case("F190b firestore denies", "P", "firestore", realtime(DENIED), firebase(("notes",))),
    Case(
        "F190c firestore gives",
        "F",
        "firestore",
        realtime(reply({"documents": [{"name": "x", "fields": {"t": {"stringValue": "y"}}}]})),
        firebase(("notes",)),
    ),
    Case(
        "B8 storage lists",
        "F",
        "cloud-storage",
        realtime(reply({"items": [{"name": "x.pdf"}]})),
        firebase((), ("uploads",)),
    ),
    Case("B8b storage denies", "P", "cloud-storage", realtime(DENIED), firebase((), ("uploads",))),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_backend_comes_out_as_expected(case: Case) -> None:
    def to_firestore(target: Any) -> Any:
        base = f"{target.hosted.url}/v1/projects/x/databases/(default)/documents"
        return replace(target, hosted=replace(target.hosted, url=base))

    ran = await run(PROBE, case.handler, case.setup, to_firestore if case.check == "firestore" else None)
    assert ran.letter(case.check) == case.letter, [(f.id, f.outcome, f.say, f.evidence) for f in ran.findings]


async def test_a_product_without_a_hosted_backend_has_no_findings() -> None:
    ran = await run(PROBE, realtime(reply({})), Setup())
    assert ran.findings == ()
    assert ran.log == []


@pytest.mark.parametrize(("public", "letter"), [(True, "F"), (False, "P")])
async def test_a_planted_file_at_its_public_address(public: bool, letter: str) -> None:
    sound = supabase(bucket="own")

    def handler(request: Request) -> Any:
        if not request.path.endswith("/uploads/ben/plan.pdf"):
            return sound(request)
        allowed = who(request) == "b" if "/authenticated/" in request.path else public
        return Response(200, (("content-type", "application/pdf"),), b"%PDF-1.7 ben") if allowed else reply({}, 404)

    files = (
        "GET /storage/v1/object/authenticated/uploads/ada/plan.pdf",
        "GET /storage/v1/object/authenticated/uploads/ben/plan.pdf",
    )
    ran = await run(PROBE, handler, with_key(buckets=("uploads",), files=files))
    assert ran.letter("buckets") == letter


async def test_a_project_without_its_key_is_told_and_not_asked() -> None:
    ran = await run(PROBE, supabase(), Setup(hosted=Hosted("supabase", tables=("conversations",))))
    assert ran.letter("row-rules") == "T"
    assert ran.log == []


PAGE = '<!doctype html><script type="module" src="/assets/app.js"></script><script src="https://cdn.invalid/x.js"></script>'
CODE = """const c=make("https://%s.supabase.co",k);c.from("notes").select();c.from('conversations');c.storage.from("uploads").list()"""


def site(request: Request) -> Any:
    if request.path == "/":
        return html(PAGE)
    if request.path == "/assets/app.js":
        return Response(200, (("content-type", "text/javascript"),), (CODE % ("a1" * 10)).encode())
    return supabase()(request)


async def test_tables_that_the_pages_code_names_are_looked_at_too() -> None:
    ran = await run(
        PROBE, site, with_key(tables=("clients",)), lambda target: replace(target, site=target.base_url + "/")
    )
    assert [table.name for table in ran.seen.tables] == [
        "clients",
        "conversations",
    ]  # notes is only in the code, and not there
    assert [bucket.name for bucket in ran.seen.buckets] == ["uploads"]
    assert not [request for request in ran.log if "cdn" in request.target]


async def test_a_project_that_only_the_page_names_is_told_and_left_alone() -> None:
    ran = await run(PROBE, site, Setup(), lambda target: replace(target, site=target.base_url + "/"))
    (finding,) = ran.findings
    assert (finding.say, finding.where) == ("unnamed-project", "a1" * 10 + ".supabase.co")
    assert {request.path for request in ran.log} == {"/", "/assets/app.js"}


@pytest.mark.parametrize(
    ("code", "kind", "host"),
    [
        ('x="https://bright-default-rtdb.firebaseio.com"', "firebase", "bright-default-rtdb.firebaseio.com"),
        (
            'x="https://bright-1.europe-west1.firebasedatabase.app"',
            "firebase",
            "bright-1.europe-west1.firebasedatabase.app",
        ),
        ('initializeApp({projectId:"bright-1"});getFirestore()', "firebase", "bright-1.firebaseapp.com"),
        ('initializeApp({projectId:"bright-1"});getAuth()', "", ""),
        ('Array.from("abc");fetch("/api")', "", ""),
    ],
)
def test_a_project_is_known_by_its_address(code: str, kind: str, host: str) -> None:
    found = read_bundle(code)
    assert (found.kind, found.host) == (kind, host)


async def test_a_leak_between_clients_raises_the_flag() -> None:
    ran = await run(PROBE, supabase(clients="all"), with_key())
    (finding,) = ran.of("row-rules-swap")
    assert finding.outcome is Outcome.FAIL
    assert finding.tags == (Tag.OTHER_SECRET_SEEN,)


async def test_only_the_failing_insert_is_ever_sent() -> None:
    ran = await run(PROBE, supabase(write=generated_first), with_key(push=True))
    writes = [request for request in ran.log if request.method == "POST"]
    assert [json.loads(request.body) for request in writes] == [{"id": None}, {"user_id": None}]
    assert all("tx=rollback" in request.header("prefer") for request in writes)


async def test_a_written_row_is_named_for_cleaning_up() -> None:
    ran = await run(PROBE, supabase(write=lambda body: Response(201)), with_key(push=True))
    assert ran.seen.aftercare == ("POST /rest/v1/conversations: 1 row",)


@pytest.mark.parametrize(("leaks", "letter"), [(True, "F"), (False, "P")])
async def test_a_table_without_ids_is_asked_by_its_owner(leaks: bool, letter: str) -> None:
    owned = {"a": {"user_id": "u_2001", "text": MINE}, "b": {"user_id": "u_2002", "text": THEIRS}}

    def handler(request: Request) -> Any:
        caller = who(request)
        asked = next((pair[11:] for pair in request.query.split("&") if pair.startswith("user_id=eq.")), "")
        if asked and leaks and caller != "nobody":
            return reply([row for row in owned.values() if row["user_id"] == asked])
        return reply([row for name, row in owned.items() if name == caller and asked in {"", row["user_id"]}])

    ran = await run(PROBE, handler, with_key(persons=("u_2001", "u_2002")))
    assert ran.letter("row-rules-swap") == letter, ran.of("row-rules-swap")


async def test_without_touch_the_clients_are_not_used() -> None:
    ran = await run(PROBE, supabase(), with_key(touch=False))
    assert {who(request) for request in ran.log} == {"nobody"}
    assert ran.letter("row-rules") == "I"


async def test_an_account_sends_the_public_key_beside_its_own_session() -> None:
    setup = Setup(hosted=Hosted("supabase", tables=("conversations",)), public_key=KEY)
    ran = await run(PROBE, supabase(), setup)
    assert ran.letter("row-rules") == "P"
    as_a = [request for request in ran.log if who(request) == "a"]
    assert as_a
    assert {request.header("apikey") for request in as_a} == {KEY}
