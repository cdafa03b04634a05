"""Routes are read, joined once, sorted by whole words and paired between accounts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.intake import routes
from wizard.intake.routes import Pair

BASE = "https://api.example.test/v1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /me", "GET /me"),
        ("get  /me ", "GET /me"),
        ("POST /chat?stream=1", "POST /chat?stream=1"),
        ("GET /users/:id/files/:file_id", "GET /users/{id}/files/{file_id}"),
        ("GET /users/<int:id>", "GET /users/{id}"),
        ("GET /v1/me", "GET /me"),
        ("GET /v1", "GET /"),
        ("GET /v12/me", "GET /v12/me"),
        ("GET /a:b", "GET /a:b"),
    ],
)
def test_routes_are_read(text: str, expected: str) -> None:
    assert str(routes.parse(text, BASE)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "/me",
        "GET",
        "GET me",
        "FETCH /me",
        "GET //evil.test",
        "GET /a b",
        "GET /\x00",
        "",
        "GET /" + "x" * 3_000,
        "GET https://a.test/",
    ],
)
def test_others_are_none(text: str) -> None:
    assert routes.parse(text) is None


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("https://a.test", "/me", "https://a.test/me"),
        ("https://a.test/", "/me", "https://a.test/me"),
        ("https://a.test/api", "/me", "https://a.test/api/me"),
        ("https://a.test/api/", "/api/me", "https://a.test/api/me"),
        ("https://a.test/api", "/api", "https://a.test/api/"),
        ("https://a.test/api", "/apis/me", "https://a.test/api/apis/me"),
        ("https://a.test/api", "/api?x=1", "https://a.test/api/?x=1"),
    ],
)
def test_paths_join_once(base: str, path: str, expected: str) -> None:
    assert routes.join(base, path) == expected
    assert routes.join(base, routes.within(path, base)) == expected


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        ("GET /conversations/{id}", ""),
        ("POST /login", "login"),
        ("POST /auth/sign-in", "login"),
        ("GET /login", ""),
        ("POST /chat", "chat"),
        ("POST /conversations/{id}/messages", "chat"),
        ("GET /conversations/{id}/messages", ""),
        ("POST /v1/chat/completions", "chat"),
        ("POST /password-reset", "reset"),
        ("POST /forgotPassword", "reset"),
        ("POST /files/upload", "upload"),
        ("POST /webhooks/payments", "webhook"),
        ("POST /webhooks/stripe", "webhook"),
        ("GET /admin/users", "admin"),
        ("GET /administrators-guide", ""),
        ("DELETE /users/me", "dangerous"),
        ("POST /orders/{id}/refund", "dangerous"),
        ("POST /pay", "dangerous"),
        ("GET /payments", ""),
        ("POST /invite", "dangerous"),
        ("POST /sendMail", "dangerous"),
        ("POST /logout", "dangerous"),
        ("GET /createdb", "dangerous"),
        ("GET /setup", "dangerous"),
        ("GET /db/seed", "dangerous"),
        ("GET /settings", ""),
        ("GET /initiatives", ""),
        ("GET /{create}", ""),
        ("POST /notes", ""),
    ],
)
def test_kinds_by_whole_words(route: str, kind: str) -> None:
    found = routes.parse(route)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/export", True),
        ("/reports/generate", True),
        ("/export/{id}", False),
        ("/exports", False),
        ("/me", False),
        ("/users/update", True),
    ],
)
def test_verbs(template: str, expected: bool) -> None:
    assert routes.is_verb(template) is expected


def test_merge_keeps_the_first_of_a_shape_and_learns_from_the_second() -> None:
    mine = routes.route("GET", "/c/{id}", source="profile")
    theirs = routes.sorted_as(routes.route("GET", "/c/{conversation_id}", source="openapi", secured=True), "private")
    other = routes.route("POST", "/c/{id}")
    assert [(str(r), r.kind, r.secured, r.source) for r in routes.merge((mine,), (theirs, other))] == [
        ("GET /c/{id}", "private", True, "profile"),
        ("POST /c/{id}", "", None, ""),
    ]


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/c/{id}", "/c/c_1", {"id": "c_1"}),
        ("/c/{id}/m/{m}", "/c/1/m/2", {"id": "1", "m": "2"}),
        ("/c/{id}.json", "/c/1.json", {"id": "1"}),
        ("/c/{id}", "/c/1?x=2", {"id": "1"}),
        ("/c/{id}", "/c", None),
        ("/c/{id}", "/d/1", None),
        ("/c/{id}", "/c/", None),
        ("/c?id={id}", "/c?id=7", {"id": "7"}),
        ("/c", "/c", {}),
    ],
)
def test_match(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert routes.match(template, path) == expected


KNOWN = (
    routes.route("GET", "/conversations/{id}"),
    routes.route("GET", "/users/{user}/files/{file}"),
    routes.route("POST", "/chat"),
)


def test_gaps() -> None:
    assert routes.gaps("/a/{x}/{y}") == ("x", "y")


def pairs(a: tuple[str, ...], b: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [(str(p.route), p.a, p.b) for p in routes.pair(a, b, KNOWN)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            ("GET /conversations/c_1",),
            ("GET /conversations/c_2",),
            [("GET /conversations/{id}", "/conversations/c_1", "/conversations/c_2")],
        ),
        (("GET /orders/o1",), ("GET /orders/o2",), [("GET /orders/{id}", "/orders/o1", "/orders/o2")]),
        (("GET /orders?id=o1",), ("GET /orders?id=o2",), [("GET /orders?id={id}", "/orders?id=o1", "/orders?id=o2")]),
        (
            ("GET /orders/o1", "GET /conversations/c_1"),
            ("GET /conversations/c_2", "GET /orders/o2"),
            [
                ("GET /orders/{id}", "/orders/o1", "/orders/o2"),
                ("GET /conversations/{id}", "/conversations/c_1", "/conversations/c_2"),
            ],
        ),
        (("GET /conversations/c_1",), (), [("GET /conversations/{id}", "/conversations/c_1", "")]),
        ((), ("GET /notes/n2",), [("GET /notes/n2", "", "/notes/n2")]),
        (
            ("GET /orders/o1",),
            ("GET /invoices/i2",),
            [("GET /orders/o1", "/orders/o1", ""), ("GET /invoices/i2", "", "/invoices/i2")],
        ),
        (
            ("GET /orders/o1",),
            ("POST /orders/o2",),
            [("GET /orders/o1", "/orders/o1", ""), ("POST /orders/o2", "", "/orders/o2")],
        ),
    ],
)
def test_own_entries_pair_by_route(
    a: tuple[str, ...], b: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    assert pairs(a, b) == expected


def test_pairs_keep_the_route_with_fewest_gaps() -> None:
    known = (routes.route("GET", "/{any}/{id}"), routes.route("GET", "/c/{id}"))
    assert routes.pair(("GET /c/1",), ("GET /c/2",), known) == (Pair(known[1], "/c/1", "/c/2"),)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40))
def test_any_text_is_a_route_or_none(text: str, base: str) -> None:
    found = routes.parse("GET /" + text)
    if found:
        assert found.template.startswith("/")
        assert routes.match(found.template, found.template) is not None or found.params
    routes.words_of(text)
    routes.match("/" + text, "/" + base)
