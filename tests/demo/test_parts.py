"""The demo's servers behave as the wire's rules say: a real client, real sockets."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
from collections.abc import AsyncIterator

import dns.asyncresolver
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import httpx
import pytest

from wizard.demo.parts.ca import Authority, by_name, now
from wizard.demo.parts.dns import REFUSED, SERVFAIL, SILENT, serve_dns
from wizard.demo.parts.http import Hang, Raw, Request, Response, page, reply, serve


async def _drip() -> AsyncIterator[bytes]:
    for piece in (b"data: one\n\n", b"", b"data: two\n\n"):
        yield piece


def _answers(request: Request):  # type: ignore[no-untyped-def]
    table = {
        "/echo": lambda: reply({"method": request.method, "query": request.query, "size": len(request.body)}),
        "/page": lambda: page("<p>hello"),
        "/stream": lambda: Response(200, (("content-type", "text/event-stream"),), _drip()),
        "/empty": lambda: Response(204),
        "/raw": lambda: Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf"),
        "/garbage": lambda: Raw(b"\x00\x01 not http"),
        "/hang": Hang,
        "/boom": lambda: 1 / 0,
        "/a b": lambda: reply("decoded"),
        "/wrong-length": lambda: Response(200, (("content-length", "3"),), b"four!"),
    }
    return table.get(request.path, lambda: reply({"error": "not found"}, 404))()


async def test_http_answers_and_keeps_the_connection():
    async with serve(_answers) as web, httpx.AsyncClient(base_url=web.url, trust_env=False) as client:
        first = await client.post("/echo?x=1", content=b"abc")
        assert first.json() == {"method": "POST", "query": "x=1", "size": 3}
        assert (await client.get("/page")).text == "<p>hello"
        assert (await client.get("/stream")).text == "data: one\n\ndata: two\n\n"
        assert (await client.get("/stream")).headers["transfer-encoding"] == "chunked"
        assert (await client.head("/page")).content == b""
        assert (await client.head("/stream")).content == b""
        assert (await client.get("/empty")).status_code == 204
        assert (await client.get("/a%20b")).json() == "decoded"
        assert (await client.get("/none")).status_code == 404
        assert (await client.get("/boom")).status_code == 500
        assert [type(error) for error in web.errors] == [ZeroDivisionError]
        assert [seen.path for seen in web.log][:2] == ["/echo", "/page"]
        assert web.log[0].header("Content-Length") == "3"


@pytest.mark.parametrize("path", ["/raw", "/garbage", "/wrong-length"])
async def test_http_misbehaves_on_request(path: str):
    async with serve(_answers) as web, httpx.AsyncClient(base_url=web.url, trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(path)
        assert (await client.get("/page")).status_code == 200


async def test_http_never_answers():
    async with serve(_answers) as web, httpx.AsyncClient(base_url=web.url, trust_env=False, timeout=0.2) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/hang")


async def test_http_bounds_a_body(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wizard.demo.parts.http.MOST_BODY", 1000)
    async with serve(_answers) as web, httpx.AsyncClient(base_url=web.url, trust_env=False) as client:
        assert (await client.post("/echo", content=b"x" * 1000)).status_code == 200
        assert (await client.post("/echo", content=b"x" * 1001)).status_code == 413


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"\x16\x03\x01\x00", b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nab"]
)
async def test_http_survives_a_bad_client(sent: bytes):
    async with serve(_answers) as web:
        with socket.create_connection(("127.0.0.1", web.port)) as raw:
            raw.sendall(sent)
        await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=web.url, trust_env=False) as client:
            assert (await client.get("/page")).status_code == 200
        assert web.errors == []


ZONE = {
    ("example.test", "A"): ["127.0.0.1"],
    ("example.test", "MX"): ["10 mail.example.test"],
    ("example.test", "TXT"): ["v=spf1 -all", 'odd "quoted" \\ text'],
    ("long.test", "TXT"): ["x" * 700],
    ("many.test", "TXT"): [f"{n:04d} " + "y" * 240 for n in range(20)],
    ("*.wild.test", "TXT"): ["any"],
    ("deep.a.wild.test", "A"): ["127.0.0.2"],
    ("www.example.test", "CNAME"): ["hop.example.test"],
    ("hop.example.test", "CNAME"): ["example.test"],
    ("dangling.test", "CNAME"): ["gone.test"],
    ("loop.test", "CNAME"): ["loop.test"],
    ("fail.test", "ANY"): SERVFAIL,
    ("refused.test", "TXT"): REFUSED,
    ("refused.test", "A"): ["127.0.0.3"],
    ("silent.test", "A"): SILENT,
}


async def _ask(port: int, name: str, kind: str, **how: float) -> list[str]:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.lifetime = how.get("lifetime", 3.0)
    answer = await resolver.resolve(name, kind)
    return sorted(b"".join(r.strings).decode() if kind == "TXT" else r.to_text().lower() for r in answer)


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("example.test", "A", ["127.0.0.1"]),
        ("EXAMPLE.test", "MX", ["10 mail.example.test."]),
        ("example.test", "TXT", ['odd "quoted" \\ text', "v=spf1 -all"]),
        ("long.test", "TXT", ["x" * 700]),
        ("many.test", "TXT", [f"{n:04d} " + "y" * 240 for n in range(20)]),
        ("b.wild.test", "TXT", ["any"]),
        ("c.b.wild.test", "TXT", ["any"]),
        ("www.example.test", "A", ["127.0.0.1"]),
        ("refused.test", "A", ["127.0.0.3"]),
    ],
)
async def test_dns_answers(name: str, kind: str, wanted: list[str]):
    async with serve_dns(ZONE) as names:
        assert await _ask(names.port, name, kind) == wanted
        assert (name.lower(), kind) in names.asked


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("none.test", "A", dns.resolver.NXDOMAIN),
        ("example.test", "AAAA", dns.resolver.NoAnswer),
        ("a.wild.test", "TXT", dns.resolver.NoAnswer),
        ("x.a.wild.test", "TXT", dns.resolver.NXDOMAIN),
        ("dangling.test", "A", dns.resolver.NXDOMAIN),
        ("fail.test", "A", dns.resolver.NoNameservers),
        ("refused.test", "TXT", dns.resolver.NoNameservers),
        ("silent.test", "A", dns.resolver.LifetimeTimeout),
    ],
)
async def test_dns_says_no(name: str, kind: str, error: type[Exception]):
    async with serve_dns(ZONE) as names:
        with pytest.raises(error):
            await _ask(names.port, name, kind, lifetime=0.3)


async def test_dns_bounds_a_loop_and_waits():
    async with serve_dns(ZONE, delay=0.05) as names:
        query = dns.message.make_query("loop.test", "A")
        response = await asyncio.to_thread(dns.query.udp, query, "127.0.0.1", 3, names.port)
        assert response.rcode() == dns.rcode.NOERROR
        assert names.resolver == f"127.0.0.1:{names.port}"


def _code(authority: Authority, port: int, name: str) -> int:
    context = ssl.create_default_context(cadata=authority.pem.decode())
    try:
        with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw, server_hostname=name):
            return 0
    except ssl.SSLCertVerificationError as error:
        return error.verify_code


DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("how", "name", "code"),
    [
        ({}, "a.test", 0),
        ({"not_before": now() - 9 * DAY, "not_after": now() - DAY}, "a.test", 10),
        ({"not_before": now() + DAY}, "a.test", 9),
        ({"self_signed": True}, "a.test", 18),
        ({"chain": False}, "a.test", 20),
        ({}, "b.test", 62),
    ],
)
async def test_ca_issues_good_and_bad(how: dict, name: str, code: int):
    authority = Authority(intermediate=True)
    context = authority.context(["a.test", "127.0.0.1"], aia="http://127.0.0.1/ca.der", **how)
    async with serve(lambda _: reply("ok"), tls=context) as web:
        assert await asyncio.to_thread(_code, authority, web.port, name) == code


async def test_ca_chooses_by_name():
    authority = Authority()
    context = by_name({"two.test": authority.context(["two.test"])}, authority.context(["one.test"]))
    async with serve(lambda _: reply("ok"), tls=context) as web:
        assert await asyncio.to_thread(_code, authority, web.port, "one.test") == 0
        assert await asyncio.to_thread(_code, authority, web.port, "two.test") == 0
        assert await asyncio.to_thread(_code, authority, web.port, "three.test") == 62
