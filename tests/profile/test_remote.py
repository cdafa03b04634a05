"""A description on the product's own host is read through the door, once and bounded."""

from __future__ import annotations

import json

import pytest

from wizard.demo.parts.http import Response, reply, serve
from wizard.intake.document import BIGGEST
from wizard.intake.routes import route
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.profile import described

OPENAPI = {
    "openapi": "3.1.0",
    "paths": {"/api/me": {"get": {}}, "/c/{conversation}": {"get": {"security": [{"b": []}]}}},
}


async def test_routes_come_from_the_address_and_join_those_listed() -> None:
    async with serve(lambda _: reply(OPENAPI)) as web:
        listed = (route("GET", "/c/{id}"),)
        target = Target(base_url=f"{web.url}/api", describe=f"{web.url}/openapi.json", routes=listed)
        async with open_net(Access(run_id="t", hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
            found, notices = await described(target, net)
    assert [(str(r), r.secured) for r in found.routes] == [("GET /c/{id}", True), ("GET /me", None)]
    assert notices == ()
    assert [request.path for request in web.log] == ["/openapi.json"]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (Response(404), "404"),
        (Response(302, (("location", "https://elsewhere.test/"),)), "302"),
        (Response(200, (), b"<html>"), "OpenAPI"),
        (Response(200, (), b'{"a": "' + b"x" * BIGGEST + b'"}'), "2 MB"),
    ],
    ids=["missing", "moved", "page", "large"],
)
async def test_what_cannot_be_read_is_said_and_stops_nothing(answer: Response, hint: str) -> None:
    async with serve(lambda _: answer) as web:
        target = Target(base_url=web.url, describe=f"{web.url}/openapi.json")
        async with open_net(Access(run_id="t", hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
            found, notices = await described(target, net)
    assert found == target
    assert hint in str(notices[0])


async def test_another_host_is_not_asked() -> None:
    async with serve(lambda _: reply(json.loads(json.dumps(OPENAPI)))) as web:
        target = Target(describe=f"{web.url}/openapi.json")
        async with open_net(Access(run_id="t", hosts=frozenset({"a.test"}))) as net:
            found, notices = await described(target, net)
    assert found == target
    assert [notice.key for notice in notices] == ["describe-unread"]
    assert web.log == []


async def test_without_an_address_nothing_is_sent() -> None:
    async with open_net(Access(run_id="t")) as net:
        assert await described(Target(), net) == (Target(), ())
