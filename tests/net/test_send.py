"""The door's plain way: real loopback servers, one table per rule."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import httpcore
import pytest

from wizard.demo.parts.ca import Authority
from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Hang, Raw, Request, Response, serve
from wizard.net import Access, Call, Fault, Secret, open_net


def echo(request: Request) -> Response:
    lines = [f"{request.method} {request.target}", *(f"{name}: {value}" for name, value in request.headers)]
    return Response(
        200,
        (("content-type", "text/plain; charset=utf-8"), ("set-cookie", "lr=1"), ("x-two", "a"), ("x-two", "b")),
        "\n".join(lines).encode(),
    )


async def test_a_request_goes_out_as_the_named_account_and_nothing_else():
    async with serve(echo) as web:
        access = Access(
            run_id="t1",
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            touch=True,
            accounts={"a": {"Authorization": Secret("Bearer aaa")}},
        )
        async with open_net(access) as net:
            own = await net.send(
                Call(
                    "GET",
                    web.url + "/me?x=1#frag",
                    "a",
                    headers=(("authorization", "Bearer other"), ("Accept-Encoding", "br")),
                )
            )
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
    async with (
        serve(lambda _r: Response(200, headers, body)) as web,
        open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net,
    ):
        reply = await net.send(Call("GET", web.url))
    assert reply.fault is fault
    assert reply.head == (b"plain" if fault is Fault.NONE else b"")
    assert reply.status == 200


async def test_a_bomb_stays_within_the_cap():
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with (
        serve(lambda _r: Response(200, (("content-encoding", "gzip"),), bomb)) as web,
        open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net,
    ):
        reply = await net.send(Call("GET", web.url))
    assert (len(reply.head), reply.cut, reply.fault) == (262_144, True, Fault.NONE)


async def test_a_redirect_is_an_answer_and_a_raw_target_stays_raw():
    def handler(request: Request) -> Response:
        return Response(302, (("location", "/elsewhere"),), request.target.encode())

    async with serve(handler) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url + "/a/../b", target=b"/a/../b"))
    assert (reply.status, reply.head, len(web.log)) == (302, b"/a/../b", 1)


async def lines(*pieces: bytes, hold: float = 0):
    for piece in pieces:
        yield piece
    await asyncio.sleep(hold)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Hang(), (Fault.TIMEOUT, 0, b"", False)),
        (Raw(b""), (Fault.RESET, 0, b"", False)),
        (Raw(b"SSH-2.0-OpenSSH\r\n"), (Fault.RESET, 0, b"", False)),
        (Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"), (Fault.RESET, 200, b"half", False)),
        (Raw(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000 + b"\r\n\r\n"), (Fault.RESET, 0, b"", False)),
        (
            Raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"whole")[:-8]),
            (Fault.NONE, 200, b"whole", False),
        ),
        (Response(200, (), b"x" * 101), (Fault.NONE, 200, b"x" * 100, True)),
        (Response(200, (), b"x" * 100), (Fault.NONE, 200, b"x" * 100, False)),
        (Response(204), (Fault.NONE, 204, b"", False)),
    ],
    ids=["hang", "closes", "not-http", "half", "endless-header", "gzip-without-end", "over-cap", "at-cap", "empty"],
)
async def test_every_failure_is_a_value(answer, expected):
    async with serve(lambda _r: answer) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url, cap=100, timeout=0.5 if isinstance(answer, Hang) else None))
    assert (reply.fault, reply.status, reply.head, reply.cut) == expected, reply.detail
    assert reply.url == web.url + "/" or reply.url == web.url


async def test_a_stream_that_stays_open_gives_what_came_marked_as_cut():
    stream = Response(200, (("content-type", "text/event-stream"),), lines(b"data: a\n\n", hold=30))
    async with serve(lambda _r: stream) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url, timeout=0.4))
    assert (reply.fault, reply.status, reply.head, reply.cut, reply.media) == (
        Fault.NONE,
        200,
        b"data: a\n\n",
        True,
        "text/event-stream",
    )


async def test_nobody_listens_and_no_such_name():
    async with serve(echo) as web:
        pass
    async with (
        serve_dns({}) as dns,
        open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}", "no.such.test"}), resolver=dns.resolver)) as net,
    ):
        assert (await net.send(Call("GET", web.url))).fault is Fault.REFUSED
        assert (await net.send(Call("GET", "http://no.such.test/"))).fault is Fault.DNS


@pytest.mark.parametrize("headers", [(("x-bad", "a\r\nb: c"),), (("bad name", "x"),), (("", "x"),)])
async def test_a_header_that_is_none_is_not_sent(headers):
    async with serve(echo) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        reply = await net.send(Call("GET", web.url, headers=headers))
        assert (reply.fault, reply.detail, web.log) == (Fault.UNFIT, "not-http", [])


async def test_a_cookie_that_the_call_names_wins_the_account_adds_its_others_and_answers_leave_none():
    async with serve(echo) as web:
        given = Access(
            hosts=frozenset({f"127.0.0.1:{web.port}"}), touch=True, accounts={"a": {"Cookie": Secret("sid=own; b=2")}}
        )
        async with open_net(given) as net:
            for _ in range(2):
                await net.send(Call("GET", web.url, "a", headers=(("cookie", "sid=other; c=3"),)))
    assert [request.header("cookie") for request in web.log] == ["sid=other; c=3; b=2"] * 2


async def second_version(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An HTTP/2 server that says back the pseudo headers and headers it got."""
    line = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    line.initiate_connection()
    writer.write(line.data_to_send())
    while data := await reader.read(65_536):
        for event in line.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                line.send_headers(event.stream_id, [(":status", "200"), ("x-http", "2")])
                line.send_data(event.stream_id, json.dumps(dict(event.headers)).encode(), end_stream=True)
        writer.write(line.data_to_send())
    writer.close()


async def test_a_server_that_speaks_only_http_2(tmp_path):
    root = Authority()
    (tmp_path / "ca.pem").write_bytes(root.pem)
    context = root.context(["app.test"])
    context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(second_version, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    given = Access(
        hosts=frozenset({"app.test"}),
        connect={"app.test:443": f"127.0.0.1:{port}"},
        ca_file=tmp_path / "ca.pem",
        touch=True,
        accounts={"a": {"Authorization": Secret("Bearer aaa")}},
    )
    async with open_net(given) as net:
        replies = [
            await net.send(Call("GET", "https://app.test/me", "a", headers=(("Origin", "https://o.invalid"),)))
            for _ in range(2)
        ]
        assert (await net.shake("app.test")).alpn == "h2"
    server.close()
    for reply in replies:
        said = json.loads(reply.head)
        assert (reply.status, reply.header("x-http"), reply.address) == (200, "2", "127.0.0.1")
        assert (said[":authority"], said[":path"], said["authorization"], said["origin"]) == (
            "app.test",
            "/me",
            "Bearer aaa",
            "https://o.invalid",
        )


async def test_the_environment_has_no_say(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serve(echo) as web, open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        assert (await net.send(Call("GET", web.url))).status == 200


async def test_a_connection_that_the_pool_itself_closed_is_taken_anew_once(monkeypatch):
    """httpcore closes idle connections over its limit, among them one that a request was given a moment ago: h2's own error leaks out."""
    begin = httpcore.AsyncConnectionPool.handle_async_request
    broken = [1, 1, 1]

    async def first_fails(self, request):
        if broken:
            broken.pop()
            raise h2.exceptions.ProtocolError("Invalid input SEND_SETTINGS in state CLOSED")
        return await begin(self, request)

    monkeypatch.setattr(httpcore.AsyncConnectionPool, "handle_async_request", first_fails)
    async with serve(echo) as web, open_net(Access(run_id="t", hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
        lost = await net.send(Call("GET", f"{web.url}/a"))
        again = await net.send(Call("GET", f"{web.url}/b"))
    assert (lost.fault, again.fault, again.status, len(web.log)) == (Fault.RESET, Fault.NONE, 200, 1)


@pytest.mark.parametrize(("kept", "status", "opened"), [(True, 200, 2), (False, 0, 1)])
async def test_a_kept_connection_that_the_server_closed_is_opened_anew_a_new_one_is_not(kept, status, opened):
    """A server that answers the first request, and closes on the second of the same connection, or on the first one already."""
    connections = 0

    async def talk(reader, writer):
        nonlocal connections
        connections += 1
        if kept or connections > 1:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_net(Access(hosts=frozenset({f"127.0.0.1:{port}"}))) as net:
        calls = [Call("GET", f"http://127.0.0.1:{port}/{n}", fresh=True) for n in range(2 if kept else 1)]
        replies = [await net.send(call) for call in calls]
    assert [reply.status for reply in replies] == [200, 200] if kept else [0]
    assert replies[-1].status == status
    assert connections == opened
