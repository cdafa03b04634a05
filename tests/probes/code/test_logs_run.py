"""The whole way on loopback: marked requests go out through the door, a server writes its log, the reader finds them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wizard.demo.parts.http import Answer, Request, reply, serve
from wizard.model import Outcome, Route, Unobserved
from wizard.net import Access, Secret, open_net
from wizard.probe import Account, Chat, Target
from wizard.probes.code.logs import CANARY, PROBE
from wizard.probes.code.logs.canary import Canary
from wizard.probes.code.logs.send import Seen as Sent

RUN = "90ab12cd34ef5678"
C = Canary(RUN)
P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


class Server:
    """A small API that writes a log of its own; `flaws`: bearer, query, body, raw (a line break as one), silent (refusals unlogged)."""

    def __init__(self, path: Path, flaws: frozenset[str]) -> None:
        self.path, self.flaws = path, flaws
        start = datetime.now(UTC) - timedelta(hours=3)
        old = [
            {
                "ts": (start + timedelta(seconds=40 * n)).isoformat(),
                "request_id": f"{n // 2:012x}",
                "method": "GET",
                "path": "/plans",
                "status": 200,
            }
            for n in range(240)
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in old), encoding="utf-8")

    def __call__(self, request: Request) -> Answer:
        private = request.path == "/me"
        status = 401 if private and request.header("authorization") != "Bearer right" else 200
        line = {
            "ts": datetime.now(UTC).isoformat(),
            "request_id": request.header("x-request-id"),
            "method": request.method,
            "path": request.path,
            "status": status,
        }
        if "bearer" in self.flaws:
            line["authorization"] = request.header("authorization")
        if "query" in self.flaws:
            line["query"] = request.query
        if "body" in self.flaws:
            line["body"] = request.body.decode()
        if not ("silent" in self.flaws and status == 401):
            with self.path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")
                if "raw" in self.flaws:
                    out.write(request.target.replace("%0d%0a", "\n").replace("%20", " ") + "\n")
        return reply({"ok": status == 200}, status)


def target(url: str, log: Path) -> Target:
    me, chat = Route("GET", "/me", "private", "", True), Route("POST", "/chat", "chat", "", True)
    return Target(
        run_id=RUN,
        base_url=url,
        site=url,
        routes=(me, chat),
        public=("GET /plans",),
        login="POST /login",
        accounts={"a": Account("a")},
        chat=Chat("POST /chat", '{"id": "{{uuid}}", "message": "{{message}}"}', "reply"),
        logs=(log,),
    )


async def run(tmp_path: Path, *flaws: str, touch: bool = True) -> tuple[object, dict[str, Outcome], list[Request]]:
    server = Server(tmp_path / "api.log", frozenset(flaws))
    async with serve(server) as web:
        accounts = {"a": {"Authorization": Secret("Bearer right")}}
        access = Access(
            run_id=RUN,
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            touch=touch,
            by="T" if touch else "",
            accounts=accounts,
        )
        async with open_net(access) as net:
            sent = await CANARY.observe(target(web.url, server.path), net)
            seen = await PROBE.observe(target(web.url, server.path), net)
        found = PROBE.read(seen)
        worst = {one.check: one.outcome for one in sorted(found, key=lambda one: one.outcome is F)}
        assert not any(text in repr((sent, seen, found)) for _, text in C.texts())
        return sent, worst, list(web.log)


async def test_each_marked_request_goes_out_once_and_is_found(tmp_path: Path) -> None:
    sent, outcomes, log = await run(tmp_path)
    assert isinstance(sent, Sent)
    assert [one.part for one in sent.sent] == ["bearer", "query", "line", "login", "chat"]
    ids = [request.header("x-request-id") for request in log]
    assert ids == [C.request_id(part) for part in ("bearer", "query", "line", "login", "chat")]
    assert log[0].header("authorization") == f"Bearer {C.bearer}"
    assert [request.header("authorization") for request in log[1:]] == ["", "", "", "Bearer right"]
    assert "%0d%0a" in log[2].target
    assert {request.method for request in log} == {"GET", "POST"}
    assert C.email in log[3].body.decode()
    assert C.phone in log[4].body.decode()
    assert C.message in log[4].body.decode()
    assert CANARY.read(sent) == ()
    assert (
        outcomes["canary"],
        outcomes["forging"],
        outcomes["auth-failures"],
        outcomes["no-secrets"],
        outcomes["no-pii"],
    ) == (P, P, P, P, P)


@pytest.mark.parametrize(("flaw", "checks"), [
    ("bearer", {"canary", "no-secrets"}),
    ("query", {"canary"}),
    ("body", {"canary"}),
    ("raw", {"forging", "canary"}),
    ("silent", {"auth-failures"}),
])  # fmt: skip
async def test_each_flaw_is_found(flaw: str, checks: set[str], tmp_path: Path) -> None:
    _, outcomes, _ = await run(tmp_path, flaw)
    failed = {check for check, outcome in outcomes.items() if outcome is F}
    assert checks <= failed <= checks | {"no-secrets", "no-pii"}, failed


async def test_nothing_is_sent_without_consent(tmp_path: Path) -> None:
    sent, outcomes, log = await run(tmp_path, touch=False)
    assert (sent, log) == (Sent((), "needs-touch"), [])
    assert "canary" not in outcomes


async def test_nothing_is_sent_without_logs(tmp_path: Path) -> None:
    async with open_net(Access(run_id=RUN)) as net:
        for probe in (CANARY, PROBE):
            assert await probe.observe(replace(target("http://127.0.0.1:1", tmp_path), logs=()), net) == Unobserved(
                "no-logs"
            )


def test_words_are_made_from_the_run_alone() -> None:
    assert Canary(RUN).texts() == Canary(RUN).texts() != Canary("0" * 16).texts()
    assert Canary("not hex").eight != Canary("not hex2").eight
    assert C.bearer.startswith("lrtok_90ab12cd")
    assert len(C.bearer) == 38
    assert C.phone.startswith("+1 202-555-01")
    assert C.email == "mail+90ab12cd@example.com"
