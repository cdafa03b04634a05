"""The id finder names the places that hold an id and no others, and `put` writes there without harming the rest."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.intake import curl
from wizard.intake.slots import differences, put, same_route
from wizard.model import Slot
from wizard.net import Call

HOST = "https://api.example.test"
UUID_A, UUID_B = "7f9c24e8-3b12-4fef-91e0-8d2a1b6c4d10", "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d"


def put_all(call: Call, changes: tuple[tuple[Slot, str], ...]) -> Call:
    for slot, value in changes:
        call = put(call, slot, value)
    return call


def get(path: str, *headers: tuple[str, str]) -> Call:
    return Call("GET", HOST + path, headers=headers)


def post(body: object, path: str = "/chat") -> Call:
    return Call("POST", HOST + path, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())


def form(text: str) -> Call:
    return Call(
        "POST", HOST + "/chat", headers=(("Content-Type", "application/x-www-form-urlencoded"),), body=text.encode()
    )


def multipart(boundary: str, conversation: str) -> Call:
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="conversation"\r\n\r\n{conversation}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx{conversation}\r\n--{boundary}--\r\n'
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return Call("POST", HOST + "/chat", headers=(("Content-Type", kind),), body=body.encode())


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CASES = {
    "path uuid": (get(f"/c/{UUID_A}"), get(f"/c/{UUID_B}"), [("path", "2", UUID_A, UUID_B, "plain")]),
    "path integer": (get("/c/17/m"), get("/c/23/m"), [("path", "2", "17", "23", "plain")]),
    "path prefix": (get("/c/c_1001"), get("/c/c_2002"), [("path", "2", "1001", "2002", "part(_,1)")]),
    "path suffix": (get("/c/17.json"), get("/c/23.json"), [("path", "2", "17", "23", "part(.,0)")]),
    "nanoid": (get("/c/V1StGXR8_Z5jdHi6B-myT"), get("/c/x9KdQ0aL-pT_7sWqErt1"), [("path", "2", "V1StGXR8_Z5jdHi6B-myT", "x9KdQ0aL-pT_7sWqErt1", "plain")]),
    "query": (get("/c?id=a1&t=1700000001"), get("/c?id=b2&t=1700000099"), [("query", "id", "a1", "b2", "plain")]),
    "repeated query": (get("/c?id=x&id=a1"), get("/c?id=x&id=b2"), [("query", "id#2", "a1", "b2", "plain")]),
    "filter": (get("/rows?user_id=eq.17"), get("/rows?user_id=eq.23"), [("query", "user_id", "17", "23", "part(.,1)")]),
    "header": (get("/me", ("x-user-id", "u17")), get("/me", ("x-user-id", "u23")), [("header", "x-user-id", "u17", "u23", "plain")]),
    "cookie": (
        get("/me", ("Cookie", "uid=17; theme=dark")),
        get("/me", ("Cookie", "uid=23; theme=dark")),
        [("cookie", "uid", "17", "23", "plain")],
    ),
    "json": (
        post({"conversation_id": "c17", "message": "hi there"}),
        post({"conversation_id": "c23", "message": "oh hello"}),
        [("json", "/conversation_id", "c17", "c23", "plain")],
    ),
    "json number": (post({"filter": {"owner": 17}}), post({"filter": {"owner": 23}}), [("json", "/filter/owner", "17", "23", "plain")]),
    "per-message id beside the text": (
        post({"id": UUID_A, "conversationId": "c17", "text": "hi"}),
        post({"id": UUID_B, "conversationId": "c23", "text": "ho"}),
        [("json", "/conversationId", "c17", "c23", "plain")],
    ),
    "per-message id in a list": (
        post({"id": "chat17", "messages": [{"id": "m1", "parts": [{"text": "a"}]}]}),
        post({"id": "chat23", "messages": [{"id": "m2", "parts": [{"text": "b"}]}]}),
        [("json", "/id", "chat17", "chat23", "plain")],
    ),
    "form": (form("conversation=17&message=hi"), form("conversation=23&message=ho"), [("form", "conversation", "17", "23", "plain")]),
    "multipart": (multipart("xxA", "17"), multipart("yyB", "23"), [("multipart", "conversation", "17", "23", "plain")]),
    "graphql": (
        post({"operationName": "C", "query": "query C($id: ID!) { c(id: $id) { id } }", "variables": {"id": "17"}}),
        post({"operationName": "C", "query": "query C($id: ID!) { c(id: $id) { id } }", "variables": {"id": "23"}}),
        [("graphql", "/variables/id", "17", "23", "plain")],
    ),
    "base64 node id": (
        get("/node/" + b64("Conversation:12")),
        get("/node/" + b64("Conversation:77")),
        [("path", "2", "12", "77", "base64 part(:,1)")],
    ),
    "two parts": (
        get("/c/u1:c9"),
        get("/c/u2:c8"),
        [("path", "2", "u1", "u2", "part(:,0)"), ("path", "2", "c9", "c8", "part(:,1)")],
    ),
    "json inside a string": (
        get("/c?input=" + "%7B%22json%22%3A%7B%22id%22%3A%2217%22%7D%7D"),
        get("/c?input=" + "%7B%22json%22%3A%7B%22id%22%3A%2223%22%7D%7D"),
        [("query", "input", "17", "23", "json-string(/json/id)")],
    ),
    "noise only": (
        get("/c?nonce=1&requestId=r1&at=2026-01-01T10:00:00Z", ("x-request-id", "q1"), ("traceparent", "00-1"), ("Referer", "https://a.test/17")),
        get("/c?nonce=2&requestId=r2&at=2026-01-02T10:00:00Z", ("x-request-id", "q2"), ("traceparent", "00-2"), ("Referer", "https://a.test/23")),
        [],
    ),
    "same request": (get("/c/17"), get("/c/17"), []),
    "other length": (get("/c/17"), get("/c/23/m"), []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_where_ids_stand(name: str) -> None:
    a, b, expected = CASES[name]
    found = differences(a, b)
    assert [(d.a.where, d.a.pointer, d.a.value, d.b.value, d.a.codec) for d in found] == expected
    assert all((d.a.where, d.a.pointer, d.a.codec) == (d.b.where, d.b.pointer, d.b.codec) for d in found)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2]])
def test_putting_the_other_id_leaves_no_difference(name: str) -> None:
    a, b, _ = CASES[name]
    found = differences(a, b)
    crossed = put_all(a, tuple((d.a, d.b.value) for d in found))
    assert differences(crossed, b) == ()
    back = put_all(crossed, tuple((d.b, d.a.value) for d in found))
    assert differences(back, a) == ()
    assert back.url == a.url
    assert back.headers == a.headers
    assert back.body == a.body


def test_names_tell_what_a_place_is_called() -> None:
    a, b, _ = CASES["path uuid"]
    assert differences(a, b)[0].name == "c"
    a, b, _ = CASES["graphql"]
    assert differences(a, b)[0].name == "id"


def test_a_number_stays_a_number_and_a_word_does_not() -> None:
    slot = Slot("json", "/filter/owner", "17")
    call = CASES["json number"][0]
    assert json.loads(put(call, slot, "2147483646").body or b"") == {"filter": {"owner": 2147483646}}
    assert json.loads(put(call, slot, "x").body or b"") == {"filter": {"owner": "x"}}


def test_unpadded_base64_stays_unpadded() -> None:
    raw = b64("Conversation:1").rstrip("=")
    changed = put(get("/n/" + raw), Slot("path", "2", "1", "base64 part(:,1)"), "22")
    piece = changed.url.rpartition("/")[2]
    assert "=" not in piece
    assert base64.b64decode(piece + "=" * (-len(piece) % 4)) == b"Conversation:22"


@pytest.mark.parametrize(
    "slot",
    [
        Slot("path", "9", "x"),
        Slot("query", "none", "x"),
        Slot("header", "none", "x"),
        Slot("cookie", "none", "x"),
        Slot("json", "/none", "x"),
        Slot("json", "/conversation_id/deeper", "x"),
        Slot("json", "/conversation_id", "x", "base64"),
        Slot("json", "/conversation_id", "x", "part(:,4)"),
        Slot("json", "/conversation_id", "x", "json-string(/a)"),
        Slot("json", "/conversation_id", "x", "rot13"),
        Slot("multipart", "none", "x"),
        Slot("form", "none", "x"),
    ],
)
def test_a_missing_place_is_an_error_and_never_an_unchanged_request(slot: Slot) -> None:
    with pytest.raises(LookupError):
        put(CASES["json"][0], slot, "new")


def test_same_route() -> None:
    assert same_route(get("/c/1"), get("/c/2"))
    assert not same_route(get("/c/1"), get("/c/2/m"))
    assert not same_route(get("/c/1"), Call("GET", "https://other.test/c/1"))
    assert not same_route(get("/c/1"), Call("POST", HOST + "/c/1"))


def test_pasted_pair_end_to_end() -> None:
    def paste(who: str, conversation: str) -> Call:
        return curl.parse(
            f"curl '{HOST}/api/conversations/{conversation}?_={who}99' -H 'authorization: Bearer {who}' "
            f"-b 'session={who}; _ga=GA1.{who}; uid={conversation}0' -H 'x-request-id: {who}{who}'"
        ).call

    a, b = paste("aa", "41"), paste("bb", "52")
    assert [(d.a.where, d.a.value, d.b.value) for d in differences(a, b)] == [
        ("path", "41", "52"),
        ("cookie", "410", "520"),
    ]


ID = st.text(st.sampled_from("abcdef0123456789ABCXYZ"), min_size=1, max_size=20)


@settings(max_examples=200, deadline=None)
@given(ID, ID, st.sampled_from(["path", "query", "json", "form", "base64"]))
def test_any_two_ids_are_found_and_swapped(one: str, two: str, where: str) -> None:
    def build(value: str) -> Call:
        return {
            "path": lambda: get(f"/things/{value}"),
            "query": lambda: get(f"/things?thing={value}"),
            "json": lambda: post({"thing": value}),
            "form": lambda: form(f"thing={value}"),
            "base64": lambda: get(f"/things/{b64('Thing:' + value)}"),
        }[where]()

    a, b = build(one), build(two)
    found = differences(a, b)
    assert bool(found) == (one != two)
    assert put_all(a, tuple((d.a, d.b.value) for d in found)) == b


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.sampled_from(["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]),
)
def test_any_bodies_are_compared_without_falling_over(one: bytes, two: bytes, kind: str) -> None:
    a, b = (Call("POST", HOST + "/c", headers=(("Content-Type", kind),), body=body) for body in (one, two))
    for found in differences(a, b):
        put(a, found.a, found.b.value)


def test_deep_json_is_no_trouble() -> None:
    deep = ("[" * 50_000 + "]" * 50_000).encode()
    a = Call("POST", HOST + "/c", body=deep)
    assert differences(a, Call("POST", HOST + "/c", body=b"[]")) == ()
