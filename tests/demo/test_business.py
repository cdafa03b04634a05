"""The sample business runs, says what its profile promises, and each switch breaks the one thing it is named for."""

from __future__ import annotations

import asyncio
import functools
import json
import stat
from email import message_from_bytes
from pathlib import Path

import dkim
import pytest

from tests.demo.symptoms import SYMPTOMS
from tests.demo.visit import API, Visit
from wizard.demo import business as module
from wizard.demo.business import business
from wizard.demo.flaws import CARELESS, FLAWS

ITEMS = {"auth", "object-access", "frontend-secrets", "input-validation", "rate-limits", "cors", "tls", "email-auth"}
ITEMS |= {"monitoring", "deployment", "prompt-injection", "logging", "edge"}


@pytest.fixture(autouse=True)
def _same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signing keys serve all tests of this file: making them is what takes longest."""
    monkeypatch.setattr(module, "_signers", _signers)


@functools.cache
def _signers():  # type: ignore[no-untyped-def]
    return (module.mail.signer("brightside.example", "s1"), module.mail.signer("uptimewatch.example", "w1"))


def test_every_switch_has_an_item_and_a_symptom():
    assert SYMPTOMS.keys() == FLAWS.keys()
    assert set(FLAWS.values()) == ITEMS | {""}
    assert len({FLAWS[name] for name in CARELESS} - {""}) > 3
    assert any(FLAWS[name] == "" for name in CARELESS)


@pytest.mark.parametrize("flaw", FLAWS)
async def test_a_switch_shows(flaw: str, tmp_path: Path):
    async with business(tmp_path, flaws=frozenset({flaw})) as running, Visit(running) as visit:
        assert running.flaws == {flaw}
        assert await SYMPTOMS[flaw](visit)
        assert running.environ == {}


async def test_the_careful_one_shows_none(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        shown = []
        for flaw, symptom in SYMPTOMS.items():
            visit.forget()
            if await symptom(visit):
                shown.append(flaw)
        assert shown == []
        assert [error for door in running.doors.values() for error in door.errors] == []


async def test_the_careless_one_shows_its_own(tmp_path: Path):
    async with business(tmp_path) as running, Visit(running) as visit:
        for flaw in sorted(CARELESS):
            assert await SYMPTOMS[flaw](visit), flaw


async def test_an_unknown_switch_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="no-such"):
        async with business(tmp_path, flaws=frozenset({"no-such"})):
            pass


async def test_the_hand_over_is_whole(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        assert stat.S_IMODE(running.profile.stat().st_mode) == 0o600
        tables = visit.profile
        named = [
            tables["api"]["describe"],
            tables["chat"]["prompt"],
            tables["webhook"]["event"],
            tables["network"]["ca_file"],
        ]
        named += [*tables["email"]["messages"], *tables["repository"]["build"], *tables["repository"]["texts"]]
        named += [tables["repository"]["path"], *tables["logs"]["paths"], *tables["monitoring"]["evidence"]]
        named += [tables["deployment"]["rollback"]]
        named += [name for one in tables["answers"].values() if isinstance(one, dict) for name in one.get("files", [])]
        assert [name for name in named if not (running.folder / name).exists()] == []
        commit = (await visit.get("/version")).json()["commit"]
        lines = [json.loads(line) for line in visit.log().splitlines()]
        assert len(lines) > 200
        assert {line["release"] for line in lines if "release" in line} == {commit}
        assert {401, 429, 500} <= {line.get("status") for line in lines}


async def test_both_mails_are_really_signed(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        for name in ("welcome.eml", "evidence/test-alert.eml"):
            raw = (running.folder / name).read_bytes()
            mail = message_from_bytes(raw)
            domain = str(mail["From"]).partition("@")[2].strip(">")
            record = (await visit.txt(f"{'s1' if 'brightside' in domain else 'w1'}._domainkey.{domain}"))[0]
            assert dkim.verify(raw, dnsfunc=lambda *_, record=record, **__: record.encode())
            assert not dkim.verify(
                raw.replace(b"session", b"sossion", 1).replace(b"test alert", b"tost alert", 1),
                dnsfunc=lambda *_, record=record, **__: record.encode(),
            )
            assert "dmarc=pass" in str(mail["Authentication-Results"])


ODD = [
    (b"{", 400), (b"", 400), (b"[]", 422), (b'"x"', 422), (b"null", 422), (b"NaN", 400), (b"{}", 422),
    (b"[" * 5000, 400), (b'{"a":' * 1000 + b"1" + b"}" * 1000, 400), (b'{"message":"a","message":"b"}', 400),
    (b'{"conversation_id":"c_1001","message":null}', 422), (b'{"conversation_id":"c_1001","message":" "}', 422),
    (b'{"conversation_id":"c_1001","message":[1]}', 422), (b'{"conversation_id":"c_1001","message":1e400}', 422),
    (b'{"conversation_id":"c_1001","message":"\\u0000"}', 422), (b'{"conversation_id":"c_1001","message":"\\ud800"}', 422),
    (b'{"conversation_id":"c_1001","message":"hi","role":"admin"}', 422), (b'{"conversation_id":"c_1002","message":"hi"}', 404),
    (b'{"conversation_id":"c_1001","message":"\xff"}', 400), (b'{"conversation_id":"c_1001","message":"' + b"x" * 8192 + b'"}', 422),
    (b'{"conversation_id":"c_1001","message":"' + b"x" * 1_000_000 + b'"}', 413),
    ('{"conversation_id":"c_1001","message":"zero\u200bwidth \u202e \U0001f600"}'.encode(), 200),
]  # fmt: skip


async def test_odd_bodies_are_turned_away(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        for body, status in ODD:
            visit.forget()
            answer = await visit.post("/chat", "a", content=body, headers={"content-type": "application/json"})
            assert (body[:60], answer.status_code) == (body[:60], status)
            assert len(answer.content) < 200
        text = await visit.post("/chat", "a", content=b"{}", headers={"content-type": "text/plain"})
        assert text.status_code == 415
        for path in ("/search?q=", "/search", "/search?q=a&x=1", "/conversations/-1%00", "/conversations/" + "9" * 500):
            assert (await visit.get(path, "a")).status_code in {404, 422}, path
        for path in ("//me", "/me/", "/ME", "/me;x", "/me.json", "/me%2f", "/%6de", "/v1/me", "/docs", "/openapi.json"):
            assert (await visit.get(path)).status_code in {401, 404}, path
        assert running.doors["edge"].errors == []


async def test_uploads_take_only_documents(tmp_path: Path):
    pdf = b"%PDF-1.7 sample"
    cases = [
        ("a.pdf", pdf, "application/pdf", 201), ("a.pdf.html", pdf, "application/pdf", 415), ("a.svg", b"<svg/>", "image/svg+xml", 415),
        ("a.pdf", b"PK\x03\x04", "application/pdf", 415), ("a.html", b"<p>", "text/html", 415), ("a.pdf", pdf + b"x" * 6_000_000, "application/pdf", 413),
    ]  # fmt: skip
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        for name, data, media, status in cases:
            answer = await visit.post("/upload", "a", files={"file": (name, data, media)})
            assert (name, media, answer.status_code) == (name, media, status)
        assert (await visit.post("/upload", "a", content=b"x")).status_code == 415
        assert (await visit.post("/upload", files={"file": ("a.pdf", pdf, "application/pdf")})).status_code == 401


async def test_sign_in_tells_strangers_nothing_and_signing_out_ends_it(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        answers = [
            await visit.post("/login", json={"email": who, "password": "x"})
            for who in ("ada.lindqvist@mailbox.example", "no@x.example")
        ]
        assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
        resets = [
            await visit.post("/reset", json={"email": who}) for who in ("ada.lindqvist@mailbox.example", "no@x.example")
        ]
        assert {(one.status_code, one.text) for one in resets} == {(202, resets[0].text)}
        assert (await visit.post("/logout", "b")).status_code == 204
        assert (await visit.get("/me", "b")).status_code == 401
        assert (await visit.get("/me", "a")).status_code == 200


async def test_a_limit_pauses_and_ends(monkeypatch: pytest.MonkeyPatch):
    from wizard.demo import limits

    clock = [100.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    limit = limits.Limit(2, 5.0, 6.0)
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 6]
    clock[0] += 4
    assert (limit.wait("a"), limit.wait("b")) == (2, 0)
    clock[0] += 2.5
    assert limit.wait("a") == 0


async def test_many_visitors_at_once(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        answers = await asyncio.gather(*(visit.send("GET", API + "/plans") for _ in range(60)))
        assert {one.status_code for one in answers} == {200}
        assert len(running.log) == 60
