"""Which host counts as consented, and to whom a provider's token goes."""

from __future__ import annotations

import httpx
import pytest

from wizard.demo.parts.ca import Authority
from wizard.demo.parts.http import Request, Response, serve
from wizard.net import Access, Call, Secret, open_net
from wizard.net.consent import Hosts, split_actor
from wizard.net.exchange import parse, port_of
from wizard.net.names import is_loopback, split_place

HOSTS = frozenset(
    {"app.example.com", "api.example.com:8443", "127.0.0.1:8001", "[::1]:8002", "::1", "xn--bcher-kva.example"}
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://app.example.com/x", True),
        ("http://APP.example.com/", True),
        ("https://app.example.com:8443/", False),
        ("https://api.example.com:8443/", True),
        ("https://api.example.com/", False),
        ("https://example.com/", False),
        ("https://www.app.example.com/", False),
        ("https://app.example.com.evil.test/", False),
        ("https://evil.test/?app.example.com", False),
        ("https://app.example.com@evil.test/", False),
        ("http://127.0.0.1:8001/", True),
        ("http://127.0.0.1:8002/", False),
        ("http://[::1]:8002/", True),
        ("http://[::1]/", True),
        ("https://bücher.example/", True),
    ],
)
def test_consented_hosts(url, expected):
    found = parse(url)
    assert found is not None
    assert Hosts(Access(hosts=HOSTS)).has(found, port_of(found)) is expected


@pytest.mark.parametrize(
    ("hosted", "url", "expected"),
    [
        ("https://xyz.supabase.co", "https://xyz.supabase.co/rest/v1/t", True),
        ("https://xyz.supabase.co", "https://abc.supabase.co/rest/v1/t", False),
        ("https://demo-default-rtdb.firebaseio.com", "https://demo-default-rtdb.firebaseio.com/.json", True),
        (
            "https://demo-default-rtdb.firebaseio.com",
            "https://firestore.googleapis.com/v1/projects/demo/databases/x",
            True,
        ),
        (
            "https://demo-default-rtdb.firebaseio.com",
            "https://firestore.googleapis.com/v1/projects/demo2/databases/x",
            False,
        ),
        ("https://demo.web.app", "https://firebasestorage.googleapis.com/v0/b/demo.appspot.com/o", True),
        ("https://demo.web.app", "https://firebasestorage.googleapis.com/v0/b/other.appspot.com/o", False),
        ("", "https://firestore.googleapis.com/v1/projects//databases", False),
    ],
)
def test_the_hosted_project_and_no_other(hosted, url, expected):
    assert Hosts(Access(hosted=hosted)).is_hosted(httpx.URL(url)) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.example.com", True),
        ("example.com", True),
        ("example.org", False),
        ("1.2.3.4", False),
        ("com", False),
        ("app.example.com", True),
    ],
)
def test_neighbours_for_a_handshake(host, expected):
    assert Hosts(Access(hosts=HOSTS)).near(host, 443) is expected


def test_two_tenants_of_one_platform_are_no_neighbours():
    assert not Hosts(Access(hosts=frozenset({"mine.vercel.app"}))).near("yours.vercel.app", 443)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example.com",
        "//x/",
        "ftp://x/",
        "http://",
        "javascript:alert(1)",
        "http://[::1",
        "http://x:99999/",
        "http://\x00/",
    ],
)
def test_what_is_no_address(url):
    assert parse(url) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:53", ("127.0.0.1", 53)),
        ("[::1]:5353", ("::1", 5353)),
        ("::1", ("::1", 443)),
        ("App.example:8443", ("app.example", 8443)),
        ("app.example", ("app.example", 443)),
    ],
)
def test_places(text, expected):
    assert split_place(text, 443) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("localhost.evil.test", False),
    ],
)
def test_loopback(address, expected):
    assert is_loopback(address) is expected


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("a", ("account", "", "a")),
        ("forged:alg-none:a", ("forged", "alg-none", "a")),
        ("forged:claims-of:b:a", ("forged", "claims-of:b", "a")),
        ("webhook:old-10m", ("webhook", "old-10m", "")),
        ("provider:cloudflare", ("provider", "cloudflare", "")),
    ],
)
def test_actors(actor, expected):
    assert split_actor(actor) == expected


async def test_a_provider_gets_its_own_token_and_no_account(tmp_path):
    root = Authority()
    (tmp_path / "ca.pem").write_bytes(root.pem)
    async with serve(
        lambda request: Response(200, (), request.header("authorization").encode()),
        tls=root.context(["api.cloudflare.com"]),
    ) as web:
        given = Access(
            hosts=frozenset({"127.0.0.1:1"}),
            connect={"api.cloudflare.com:443": f"127.0.0.1:{web.port}"},
            ca_file=tmp_path / "ca.pem",
            accounts={"a": {"Authorization": Secret("Bearer aaa")}},
            tokens={"cloudflare": Secret("read-only-1"), "betterstack": Secret("other-1")},
        )
        async with open_net(given) as net:
            reply = await net.send(
                Call("GET", "https://api.cloudflare.com/client/v4/zones?name=x", "provider:cloudflare")
            )
            write = await net.send(Call("POST", "https://api.cloudflare.com/client/v4/zones", "provider:cloudflare"))
    assert reply.head == b"Bearer read-only-1"
    assert (write.status, write.detail) == (0, "read-only")
    assert isinstance(web.log[0], Request)
    assert len(web.log) == 1
