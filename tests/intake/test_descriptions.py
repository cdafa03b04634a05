"""Descriptions of an API give their routes, whatever tool wrote them, and hostile ones give one plain sentence, soon."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.intake.describe import BIGGEST, has_secrets, is_har, read_description
from wizard.intake.har import template
from wizard.model import Trouble
from wizard.words import say

BASE = "https://api.example.test/api"


def texts(document: object, base: str = BASE) -> list[str]:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return [str(one) for one in read_description(raw, base)]


OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "https://elsewhere.test/v9"}],
    "security": [{"bearer": []}],
    "paths": {
        "/api/me": {"get": {"responses": {}}, "parameters": []},
        "/conversations/{id}": {"get": {"security": []}, "delete": {}},
        "/maybe": {"get": {"security": [{}, {"bearer": []}]}},
        "/files": {"post": {"requestBody": {"$ref": "#/components/requestBodies/File"}}},
        "/shared": {"$ref": "#/components/pathItems/Shared"},
        "/loop": {"$ref": "#/components/pathItems/Loop"},
        "/remote": {"$ref": "https://elsewhere.test/x.json#/a"},
        "noslash": {"get": {}},
        "/odd": {"x-note": {"a": 1}, "trace": {}, "get": "text"},
    },
    "components": {
        "requestBodies": {"File": {"content": {"multipart/form-data": {"schema": {}}}}},
        "pathItems": {"Shared": {"post": {}}, "Loop": {"$ref": "#/components/pathItems/Loop"}},
    },
}


def test_openapi_three() -> None:
    found = {str(one): one for one in read_description(json.dumps(OPENAPI).encode(), BASE)}
    assert list(found) == [
        "GET /me",
        "GET /conversations/{id}",
        "DELETE /conversations/{id}",
        "GET /maybe",
        "POST /files",
        "POST /shared",
        "GET /noslash",
    ]
    assert found["GET /me"].secured is True
    assert found["GET /conversations/{id}"].secured is False
    assert found["GET /conversations/{id}"].kind == ""  # a description alone never makes a route public
    assert found["GET /maybe"].secured is None
    assert found["POST /files"].kind == "upload"
    assert found["DELETE /conversations/{id}"].kind == "dangerous"
    assert found["GET /conversations/{id}"].params == ("id",)


def test_openapi_as_yaml() -> None:
    raw = b"""
openapi: 3.0.3
paths:
  /me:
    get: &read
      security: []
  /plans:
    get: *read
  /rows:
    <<: {post: {}}
"""
    assert [(str(r), r.secured) for r in read_description(raw)] == [
        ("GET /me", False),
        ("GET /plans", False),
        ("POST /rows", None),
    ]


def test_swagger_two() -> None:
    document = {
        "swagger": "2.0",
        "host": "elsewhere.test",
        "basePath": "/v9",
        "paths": {
            "/up": {
                "post": {
                    "consumes": ["multipart/form-data"],
                    "parameters": [{"in": "formData", "type": "file", "name": "f"}],
                }
            }
        },
    }
    assert [(str(r), r.kind) for r in read_description(json.dumps(document).encode(), BASE)] == [("POST /up", "upload")]


POSTMAN = {
    "info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "auth": {"type": "bearer"},
    "item": [
        {
            "name": "f",
            "item": [
                {
                    "name": "one",
                    "request": {"method": "GET", "url": {"raw": "{{baseUrl}}/users/:id?x=1", "path": ["users", ":id"]}},
                }
            ],
        },
        {
            "name": "two",
            "request": {"method": "POST", "auth": {"type": "noauth"}, "url": "https://elsewhere.test/api/chat"},
        },
        {"name": "three", "request": "{{host}}/plans"},
        {"name": "four", "request": {"method": "GET", "url": {"path": ["c", "{{conversationId}}"]}}},
        {"name": "five", "request": {"method": "GET", "url": "api.elsewhere.test/five"}},
        {"name": "six"},
        "odd",
    ],
}


def test_postman() -> None:
    assert [(str(r), r.secured) for r in read_description(json.dumps(POSTMAN).encode(), BASE)] == [
        ("GET /users/{id}", True),
        ("POST /chat", False),
        ("GET /plans", True),
        ("GET /c/{conversationId}", True),
        ("GET /five", True),
    ]


def test_insomnia_four_and_five() -> None:
    four = {"_type": "export", "__export_format": 4, "resources": [
        {"_type": "workspace"}, {"_type": "request", "method": "GET", "url": "{{ _.base_url }}/users/{{ _.user_id }}", "authentication": {"type": "bearer"}},
    ]}  # fmt: skip
    five = b"type: collection.insomnia.rest/5.0\ncollection:\n  - name: f\n    children:\n      - {url: 'https://a.test/x', method: POST}\n"
    assert [(str(r), r.secured) for r in read_description(json.dumps(four).encode())] == [
        ("GET /users/{user_id}", True)
    ]
    assert texts(five) == ["POST /x"]


def entry(method: str, url: str, media: str = "application/json", headers: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "request": {"method": method, "url": url, "headers": [{"name": name, "value": "v"} for name in headers]},
        "response": {"status": 200, "content": {"mimeType": media, "text": "x" * 50}},
    }


def har(*entries: dict[str, object]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {}, "pages": [], "entries": entries}}).encode()


def test_har() -> None:
    raw = har(
        entry("GET", "https://api.example.test/api/conversations/c_1001?x=1"),
        entry("GET", "https://api.example.test/api/conversations/c_2002"),
        entry("POST", "https://api.example.test/api/chat", "text/event-stream"),
        entry("OPTIONS", "https://api.example.test/api/chat"),
        entry("GET", "https://api.example.test/", "text/html"),
        entry("GET", "https://api.example.test/app.js", "application/javascript"),
        entry("GET", "https://api.example.test/data.json.map"),
        entry("POST", "https://counter.test/collect"),
        entry("GET", "data:application/json,1"),
    )
    assert is_har(raw)
    assert texts(raw) == ["GET /conversations/{id}", "POST /chat"]
    assert texts(raw, "") == ["GET /api/conversations/{id}", "POST /api/chat"]
    assert not has_secrets(raw)


def test_har_with_secrets_is_noticed() -> None:
    assert has_secrets(har(entry("GET", "https://a.test/x", headers=("Accept", "Cookie"))))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/c/17/m/23", "/c/{id}/m/{id2}"),
        ("/v1/users/7f9c24e8-3b12-4fef-91e0-8d2a1b6c4d10", "/v1/users/{id}"),
        ("/users/me", "/users/me"),
        ("/u/user_abc123", "/u/{id}"),
        ("/r/V1StGXR8_Z5jdHi6B-myT", "/r/{id}"),
        ("/password-reset", "/password-reset"),
        ("/oauth2/token", "/oauth2/token"),
        ("/", "/"),
    ],
)
def test_ids_in_a_har_become_gaps(path: str, expected: str) -> None:
    assert template(path) == expected


ALIASES = b"openapi: 3.0.0\na: &a [1,1,1,1,1,1,1,1,1]\n" + b"".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n".encode() for at in range(12)
)
MERGES = b"big: &big {" + b", ".join(f"k{at}: 1".encode() for at in range(400)) + b"}\n"
MERGES += b"".join(f"m{at}: {{<<: *big}}\n".encode() for at in range(300))


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b"", "unknown-description"),
        (b"{}", "unknown-description"),
        (b"hello", "unknown-description"),
        (b"{", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"a: [", "unreadable"),
        (b"a: !!python/object/apply:os.system [id]", "unreadable"),
        (b"a: 2026-99-99T00:00:00Z", "unreadable"),
        (b"? {a: 1}\n: 2", "unreadable"),
        (b"[" * 100_000, "too-deep"),
        (b"a: " + b"[" * 5_000 + b"]" * 5_000, "unreadable"),
        (b"a: " + b"{a: " * 500 + b"1" + b"}" * 500, "too-deep"),
        (ALIASES, "no-routes"),
        (b"a: &a 1\nb: [" + b"*a," * 3_000 + b"]", "too-deep"),
        (MERGES, "too-deep"),
        (b'{"openapi": "3.0.0"}', "no-routes"),
        (b'{"openapi": "3.0.0", "paths": []}', "no-routes"),
        (b'{"log": {"entries": []}}', "no-routes"),
        (b'{"log": {"entries": 7}}', "unreadable"),
        (b'{"log": {"entries": [{}]}}', "unreadable"),
        (b'{"x": "' + b"y" * 2_000_000 + b'"}', "too-big"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:20]),
)
def test_hostile_or_wrong_files_end_in_one_sentence(raw: bytes, key: str) -> None:
    with pytest.raises(Trouble) as caught:
        read_description(raw)
    assert caught.value.key == f"intake.{key}"
    assert "{" not in say(caught.value.key, **caught.value.slots)


def test_a_har_may_be_larger_than_others() -> None:
    padding = entry("GET", "https://a.test/pad")
    padding["response"] = {"content": {"mimeType": "application/json", "text": "x" * 3_000_000}}
    assert texts(har(padding), "") == ["GET /pad"]
    with pytest.raises(Trouble):
        read_description(b'{"log": {"entries": [' + b" " * BIGGEST + b"]}}")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["#/paths", "#/a/0", "GET", "/x/{id}"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "openapi",
                    "swagger",
                    "paths",
                    "/x",
                    "get",
                    "post",
                    "$ref",
                    "security",
                    "parameters",
                    "requestBody",
                    "content",
                    "item",
                    "info",
                    "request",
                    "url",
                    "method",
                    "auth",
                    "type",
                    "path",
                    "raw",
                    "resources",
                    "_type",
                    "collection",
                    "children",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(
    JSON,
    st.sampled_from(
        [
            {"openapi": "3.0.0"},
            {"swagger": "2.0"},
            {"info": {}, "item": []},
            {"_type": "export", "resources": []},
            {"log": {}},
        ]
    ),
)
def test_garbage_in_known_clothes(garbage: object, clothes: dict[str, object]) -> None:
    document = (
        clothes | garbage
        if isinstance(garbage, dict)
        else clothes | {"paths": garbage, "item": [garbage], "resources": [garbage], "log": garbage}
    )
    try:
        found = read_description(json.dumps(document).encode())
    except Trouble as error:
        assert error.key.startswith("intake.")
    else:
        assert all(one.template.startswith("/") for one in found)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes(raw: bytes) -> None:
    with pytest.raises(Trouble):
        read_description(raw)
