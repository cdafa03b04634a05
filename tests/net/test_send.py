"""The door's plain way: real loopback servers, one table per rule."""

from __future__ import annotations

import gzip
import zlib

import pytest

from wizard.demo.parts.http import Request, Response, serve
from wizard.net import Access, Call, Fault, Secret, open_net


def echo(request: Request) -> Response:
    lines = [f"{request.method} {request.target}", *(f"{name}: {value}" for name, value in request.headers)]
    return Response(200, (("content-type", "text/plain; charset=utf-8"), ("set-cookie", "lr=1"), ("x-two", "a"), ("x-two", "b")), "\n".join(lines).encode())


async def test_a_request_goes_out_as_the_named_account_and_nothing_else():
    async with serve(echo) as web:
        access = Access(run_id="t1", hosts=frozenset({f"127.0.0.1:{web.port}"}), touch=True, accounts={"a": {"Authorization": Secret("Bearer aaa")}})
        async with open_net(access) as net:
            own = await net.send(Call("GET", web.url + "/me?x=1#frag", "a", headers=(("authorization", "Bearer other"), ("Accept-Encoding", "br"))))
            bare = await net.send(Call("GET", web.url + "/me"))
            missing = await net.send(Call("GET", web.url + "/me", "b"))
        text = own.head.decode()
        assert text.startswith("GET /me?x=1\n")
        assert "authorization: Bearer aaa" in text
        assert "Bearer other" not in text
        assert "accept-encoding: identity" in text
        assert "br" not in [value for name, value in web.log[0].headers if name == "accept-encoding"]
        assert "user-agent: LaunchReady/" in text
        assert "(+run t1)" in text
        assert "x-launch-ready-run: t1" in text
        assert own.status == 200
        assert own.media == "text/plain"
        assert own.all("X-Two") == ("a", "b")
        assert own.address == "127.0.0.1"
        assert own.t_total_ms >= own.t_first_ms > 0
        assert "authorization" not in bare.head.decode()
        assert "cookie" not in bare.head.decode()
        assert (missing.fault, missing.detail, len(web.log)) == (Fault.UNFIT, "no-account", 2)


@pytest.mark.parametrize(
    ("coding", "body", "fault"),
    [
        ("", b"plain", Fault.NONE),
        ("gzip", gzip.compress(b"plain"), Fault.NONE),
        ("deflate", zlib.compress(b"plain"), Fault.NONE),
        ("deflate", zlib.compress(b"plain")[2:-4], Fault.NONE),
        ("br", b"plain", Fault.ENCODING),
        ("gzip, gzip", b"plain", Fault.ENCODING),
        ("gzip", b"plain", Fault.ENCODING),
    ],
)
async def test_content_codings(coding, body, fault):
    headers = (("content-encoding", coding),) if coding else ()
    async with serve(lambda _r: Response(200, headers, body)) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url))
    assert reply.fault is fault
    assert reply.head == (b"plain" if fault is Fault.NONE else b"")
    assert reply.status == 200


async def test_a_bomb_stays_within_the_cap():
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with serve(lambda _r: Response(200, (("content-encoding", "gzip"),), bomb)) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url))
    assert (len(reply.head), reply.cut, reply.fault) == (262_144, True, Fault.NONE)


async def test_a_redirect_is_an_answer_and_a_raw_target_stays_raw():
    def handler(request: Request) -> Response:
        return Response(302, (("location", "/elsewhere"),), request.target.encode())

    async with serve(handler) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url + "/a/../b", target=b"/a/../b"))
    assert (reply.status, reply.head, len(web.log)) == (302, b"/a/../b", 1)
