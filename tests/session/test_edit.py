"""Edits of an assessment's own profile: taken over whole, or refused with nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.model import Trouble
from wizard.session import Session, edit
from wizard.session.desk import Desk

DESCRIBED = {
    "openapi": "3.1.0",
    "info": {"title": "x", "version": "1"},
    "paths": {"/me": {"get": {}}, "/plans": {"get": {}}, "/users": {"get": {}}, "/login": {"post": {}}},
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk({"LAUNCH_READY_HOME": str(tmp_path / "home")})


@pytest.fixture
def session(desk: Desk, tmp_path: Path) -> Session:
    made = desk.create("Brightside", "https://app.brightside.example", "Ada Osei")
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(DESCRIBED))
    typed = {"api.base_url": "https://api.brightside.example", "api.describe": str(described)}
    edit.save(made, typed, {"touch": False, "push": False}, desk)
    return made


def test_what_is_typed_is_in_the_profile_and_stays(session: Session, desk: Desk) -> None:
    assert session.profile is not None
    assert session.profile.target.base_url == "https://api.brightside.example"
    assert edit.fields(session)["api.base_url"] == "https://api.brightside.example"
    assert "https://app.brightside.example" in edit.fields(session).get("site.url", "https://app.brightside.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [("api.base_url", "not an address"), ("repository.path", "/nowhere/at/all"), ("api.describe", "x.json")],
)
def test_a_wrong_value_changes_nothing(session: Session, desk: Desk, name: str, value: str) -> None:
    before = edit.fields(session)
    with pytest.raises(Trouble) as caught:
        edit.save(session, before | {name: value}, {}, desk)
    assert caught.value.code == 2
    assert edit.fields(session) == before


def test_the_founder_corrects_what_a_route_is(session: Session, desk: Desk) -> None:
    assert dict(edit.routes(session))["GET /plans"] == "private"
    edit.sort_route(session, "GET /plans", "public", desk)
    assert dict(edit.routes(session))["GET /plans"] == "public"
    edit.sort_route(session, "GET /users", "admin", desk)
    edit.sort_route(session, "GET /plans", "private", desk)
    assert {r: k for r, k in edit.routes(session) if r in ("GET /plans", "GET /users")} == {
        "GET /plans": "private",
        "GET /users": "admin",
    }


@pytest.mark.parametrize("kind", edit.KINDS)
def test_every_kind_can_be_chosen_and_left(session: Session, desk: Desk, kind: str) -> None:
    edit.sort_route(session, "POST /login", kind, desk)
    edit.sort_route(session, "POST /login", "private", desk)
    text = (session.folder.path / "profile.toml").read_text() if session.folder else ""
    assert 'login = "POST /login"' not in text


def test_consent_needs_no_second_name_and_shows_the_code(session: Session, desk: Desk) -> None:
    assert session.code is None
    edit.save(session, edit.fields(session), {"touch": True, "push": False}, desk)
    assert session.profile is not None
    assert session.profile.access.by == "Ada Osei"
    assert session.code is not None
    assert session.code[0] == "brightside.example"
    assert session.profile.access.ownership_code == session.code[1]


def test_pasted_requests_go_into_private_files(session: Session, desk: Desk) -> None:
    token = "tok" + "en" * 8
    pasted = {
        name: f"curl 'https://api.brightside.example/conversations/c_{name}' -H 'Authorization: Bearer {token}{name}'"
        for name in ("a", "b")
    }
    edit.accounts(session, pasted, {"a": "amber4821 otter7730", "b": "birch5512 heron9046"}, desk)
    assert session.folder is not None
    assert (session.folder.path / "a.curl").stat().st_mode & 0o777 == 0o600
    assert token not in (session.folder.path / "profile.toml").read_text()
    assert token.encode() not in session.evidence()
    assert session.profile is not None
    assert set(session.profile.access.accounts) == {"a", "b"}


@pytest.mark.parametrize(
    ("pasted", "markers"),
    [
        ({"a": "", "b": "curl x"}, {"a": "x", "b": "y"}),
        ({"a": "curl http://x", "b": "curl http://x"}, {"a": "", "b": "y"}),
    ],
)
def test_half_a_proof_is_told(session: Session, desk: Desk, pasted: dict[str, str], markers: dict[str, str]) -> None:
    with pytest.raises(Trouble):
        edit.accounts(session, pasted, markers, desk)
