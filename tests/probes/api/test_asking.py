"""What the API checks share: the own control, the share of requests, moves and 304, made-up ids, comparing, routes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.probes.api.canned import MARKS
from tests.probes.api.canned import reply as canned
from tests.probes.api.rig import A_TOKEN, MINE, Setup, access_of, target_of, who
from wizard.demo.parts.http import Request, Response, reply, serve
from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call, Fault, open_net
from wizard.probe import Account, Target
from wizard.probes.api.alike import alike, differing, same_keys
from wizard.probes.api.ask import Asker, refuses
from wizard.probes.api.faces import Around, Kind, classify
from wizard.probes.api.listings import OwnId, shown_id
from wizard.probes.api.nonesuch import made_up, shape_of
from wizard.probes.api.planted import link_life
from wizard.probes.api.routes import address, known_values, private, template_of

NOW = 1_800_000_000.0


class Product:
    """Answers account a with its own words until it is told to forget."""

    def __init__(self, good: int = 10_000) -> None:
        self.left = good

    def __call__(self, request: Request) -> Any:
        self.left -= request.path == "/me"
        if request.path == "/moved":
            return Response(307, (("location", "/me"),))
        if request.path == "/away":
            return Response(302, (("location", "https://elsewhere.invalid/me"),))
        if request.path == "/same" and request.header("cache-control") != "no-cache":
            return Response(304)
        if who(request) != "a" or (request.path == "/me" and self.left < 0):
            return reply({}, 401)
        return reply({"text": MINE})


async def asked(product: Product, script: Any, **more: Any) -> tuple[Asker, list[Request]]:
    async with serve(product) as web:
        setup = Setup()
        async with open_net(access_of(setup, web)) as net:
            control = Call("GET", f"{web.url}/me", "a", consent=Consent.TOUCH)
            asker = Asker(target_of(setup, web.url), net, control, "GET /me", **more)
            await script(asker, lambda path: Call("GET", web.url + path, "a", consent=Consent.TOUCH))
            return asker, list(web.log)


async def test_every_ten_requests_the_own_control_goes_first() -> None:
    async def script(asker: Asker, call: Any) -> None:
        for number in range(25):
            await asker.send(call(f"/x/{number}"), "swap", "GET /x")

    asker, log = await asked(Product(), script)
    assert [at for at, request in enumerate(log) if request.path == "/me"] == [10, 20]
    assert asker.lost == ""


async def test_once_the_control_is_lost_nothing_more_is_sent() -> None:
    async def script(asker: Asker, call: Any) -> None:
        for number in range(30):
            reply_, _face = await asker.send(call(f"/x/{number}"), "swap", "GET /x")
            if number > 10:
                assert reply_.fault is Fault.STOPPED

    asker, log = await asked(Product(good=0), script)
    assert asker.lost == "denies"
    assert len(log) == 11


async def test_an_item_keeps_to_its_share() -> None:
    async def script(asker: Asker, call: Any) -> None:
        for number in range(9):
            reply_, _face = await asker.send(call(f"/x/{number}"), "swap", "GET /x")
        assert reply_.fault is Fault.BUDGET

    _asker, log = await asked(Product(), script, limit=6)
    assert len(log) == 6


@pytest.mark.parametrize(
    ("path", "kind", "sent"), [("/moved", "gives", 2), ("/away", "unclear", 1), ("/same", "gives", 2)]
)
async def test_a_move_within_the_origin_and_a_304_are_settled_once(path: str, kind: str, sent: int) -> None:
    async def script(asker: Asker, call: Any) -> None:
        _reply, face = await asker.settled(call(path), "swap", "GET /x")
        assert face.kind == kind

    _asker, log = await asked(Product(), script)
    assert len(log) == sent


async def test_evidence_never_holds_the_credential_or_the_words() -> None:
    async def script(asker: Asker, call: Any) -> None:
        await asker.send(call(f"/echo?t={A_TOKEN.partition(' ')[2]}"), "swap", f"GET /echo {A_TOKEN}")

    asker, _log = await asked(Product(), script)
    assert A_TOKEN.partition(" ")[2] not in repr(asker.exchanges)
    assert MINE.partition(" ")[2] not in repr(asker.exchanges)


@pytest.mark.parametrize(
    ("value", "other", "shape", "check"),
    [
        ("c_1001", "c_1002", "integer", lambda made: made.startswith("c_21474836")),
        ("7", "3000000000", "integer", lambda made: 9_007_199_254_740_000 < int(made) < 2**53),
        ("7", str(2**60), "integer", lambda made: 2**62 < int(made) < 2**63),
        (
            "3f2b8c1e-9d4a-4f6b-8a2c-1d3e5f7a9b0c",
            "",
            "uuid",
            lambda made: made[14] == "4" and made[19] == "8" and len(made) == 36,
        ),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "", "ulid", lambda made: made.startswith("01ARZ3NDEK") and len(made) == 26),
        ("507f1f77bcf86cd799439011", "", "hex", lambda made: len(made) == 24 and int(made, 16)),
        ("V1StGXR8Z5jdHi6BmyT", "", "random", lambda made: len(made) == 19),
        ("book-of-ada-71", "book-of-ben-72", "slug", lambda made: made == "book-of-ada-71-lr-none"),
        ("ada", "ben", "slug", lambda made: made == "ada-lr-none"),
        ("ada-osei", "ben-okoro", "slug", lambda made: made == "ada-osei-lr-none"),
    ],
)
def test_a_made_up_id_has_the_shape_and_belongs_to_nobody(value: str, other: str, shape: str, check: Any) -> None:
    made = made_up(value, other)
    assert shape_of(value) == shape
    assert made not in {value, other}
    assert check(made), made


@pytest.mark.parametrize(
    ("one", "other", "ids", "expected"),
    [
        ({"a": 1}, {"a": 1}, (), True),
        ({"a": 1}, {"a": 2}, (), False),
        ({"id": "c_1", "x": 1}, {"id": "c_2", "x": 1}, ("c_1", "c_2"), True),
        ({"id": "c_1"}, {"id": "c_12"}, ("c_1", "c_2"), False),
        ({"x": 1, "timestamp": 5}, {"x": 1, "timestamp": 6}, (), True),
        ({"x": "at 2026-01-01T10:00:00Z"}, {"x": "at 2026-01-02T11:00:00Z"}, (), True),
        ({"x": 1, "request_id": "r1"}, {"x": 1, "request_id": "r2"}, (), True),
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}, (), True),
        ([1, 2], [2, 1], (), False),
    ],
)
def test_replies_are_compared_without_what_changes_by_itself(
    one: Any, other: Any, ids: tuple[str, ...], expected: bool
) -> None:
    assert alike(canned(200, one), canned(200, other), ids=ids) is expected


def test_a_cut_body_or_another_status_is_never_alike() -> None:
    assert not alike(canned(200, "x", cut=True), canned(200, "x", cut=True))
    assert not alike(canned(200, {"a": 1}), canned(404, {"a": 1}))


def test_keys_are_compared_and_named_without_values() -> None:
    one, other = canned(200, {"a": 1, "b": 2}), canned(200, {"a": 9, "c": 3})
    assert not same_keys(one, other)
    assert differing(one, other) == ("a", "b", "c")
    assert same_keys(canned(200, {"a": 1}), canned(200, {"a": 2}))


@pytest.mark.parametrize(
    ("body", "missing", "own", "expected"),
    [
        ({"detail": "not allowed"}, {"detail": "not found"}, {"id": 1}, True),
        ({"detail": "not allowed"}, {"error": "x"}, {"id": 1}, None),
        ({"detail": "not allowed"}, {"detail": "no"}, {"detail": "my note"}, None),
        ({"error": "not allowed"}, {"id": 1}, {"id": 1}, True),
        ({"id": 4}, {"id": 1}, {"id": 1}, False),
    ],
)
def test_words_alone_refuse_only_like_a_missing_thing(body: Any, missing: Any, own: Any, expected: bool | None) -> None:
    given = canned(200, body)
    face = classify(given, MARKS, Around())
    assert refuses(face, given, canned(200, missing), canned(200, own)) is expected


@pytest.mark.parametrize(
    ("url", "signed", "life"),
    [
        ("https://s/x?X-Amz-Signature=a&X-Amz-Expires=900", True, 900.0),
        (f"https://s/x?sig=a&exp={int(NOW) + 60}", True, 60.0),
        ("https://s/x?sig=a&se=2027-01-15T08:10:00Z", True, 600.0),
        ("https://s/x?signature=a", True, None),
        ("https://s/x?size=large", False, None),
        ("https://s/x?token=a.b.c", True, None),
    ],
)
def test_a_signed_links_life_is_read_from_its_address(url: str, signed: bool, life: float | None) -> None:
    assert link_life(url, NOW) == (signed, life)


@pytest.mark.parametrize(
    ("own", "of", "collection", "body", "found"),
    [
        ("5", "orders", "orders", [{"id": 4}, {"id": 5}], "/1/id"),
        ("5", "orders", "menu", [{"id": 4}, {"id": 5}], ""),
        ("5", "orders", "bookings", [{"id": 1, "order_id": 5}], "/0/order_id"),
        ("5", "orders", "orders", [{"id": 1, "count": 5}], ""),
        ("5", "user_id", "notes", [{"id": 1, "userId": "5"}], "/0/userId"),
        ("5", "id", "notes", [{"noteId": 5}], ""),
        ("c_100200", "conversations", "menu", [{"ref": "c_100200"}], "/0/ref"),
        ("12345678", "conversations", "menu", [{"ref": 12345678}], ""),
    ],
)
def test_a_short_id_counts_only_where_it_is_the_id_of_its_own_kind(
    own: str, of: str, collection: str, body: Any, found: str
) -> None:
    assert shown_id(canned(200, body), [OwnId(own, of)], collection) == found


def target(**more: Any) -> Target:
    listed = (
        "GET /health",
        "GET /c/{id}",
        "GET /notes",
        "GET /files/{id}",
        "POST /login",
        "GET /c/{id}/m/{mid}",
        "DELETE /c/{id}",
    )
    routes = tuple(route for text in listed if (route := intake.parse(text)))
    account = Account("a", own=("GET /c/c_1",), files=("GET /files/f_9",))
    return Target(
        base_url="https://api.example/v1",
        routes=routes,
        public=("GET /health",),
        login="POST /login",
        accounts={"a": account},
        **more,
    )


def test_names_are_filled_from_the_accounts_own_entries_by_their_parent() -> None:
    given = target()
    by_text = {str(route): address(given, route) for route in given.routes}
    assert by_text["GET /c/{id}"] == "https://api.example/v1/c/c_1"
    assert by_text["GET /files/{id}"] == "https://api.example/v1/files/f_9"
    assert by_text["GET /c/{id}/m/{mid}"] is None
    assert known_values(None, given.routes) == {}


def test_private_routes_leave_out_what_must_answer_anyone() -> None:
    assert [str(route) for route in private(target())] == [
        "GET /c/{id}",
        "GET /files/{id}",
        "GET /c/{id}/m/{mid}",
        "GET /notes",
    ]


def test_a_path_is_named_by_its_template() -> None:
    assert template_of(target(), "GET", "/c/c_77") == "GET /c/{id}"
    assert template_of(target(), "GET", "/z/9?x=1") == "GET /z/9"


def test_kinds_are_plain_words() -> None:
    assert f"{Kind.GIVES}" == "gives"
