"""The data file of edges and platforms, and the readers that use it."""

from __future__ import annotations

import ipaddress

import pytest

from wizard.net import Reply
from wizard.probes.edge.marks import PageMark, mark_of, same
from wizard.probes.edge.ranges import (
    at_cloudflare,
    called,
    claimable,
    diallable,
    edge_of,
    gone_page,
    ranges,
    router_of,
    under,
)


@pytest.mark.parametrize(
    ("address", "want"),
    [
        ("104.16.0.9", True),
        ("104.27.255.255", True),
        ("104.28.0.0", False),
        ("172.64.0.1", True),
        ("172.63.255.255", False),
        ("131.0.72.9", True),
        ("198.41.128.0", True),
        ("198.41.127.255", False),
        ("185.158.133.1", False),
        ("2606:4700::1", True),
        ("2606:4701::1", False),
        ("2a06:98c7::1", True),
        ("not an address", False),
        ("", False),
    ],
)
def test_cloudflare(address: str, want: bool) -> None:
    assert at_cloudflare(address) is want


def test_the_file_is_whole() -> None:
    found = ranges()
    assert (len(found.cloudflare.v4), len(found.cloudflare.v6)) == (15, 7)
    assert all(ipaddress.ip_network(text).version == 4 for text in found.cloudflare.v4)
    assert len(found.names.common) == 21
    assert all(text == text.lower() for edge in (*found.edges, *found.routers) for text in edge.marks)


@pytest.mark.parametrize(
    ("address", "want"),
    [
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fd00::1", False),
        ("8.8.8.8", True),
        ("203.0.113.9", True),
        ("x", False),
    ],
)
def test_what_may_be_dialled(address: str, want: bool) -> None:
    assert diallable(address) is want


@pytest.mark.parametrize(
    ("headers", "chain", "want"),
    [
        ((("X-Vercel-Id", "fra1"),), (), "vercel"),
        ((("Server", "Netlify"),), (), "netlify"),
        ((("Via", "1.1 abc.cloudfront.net (CloudFront)"),), (), "cloudfront"),
        ((("X-Served-By", "cache-ams123"),), (), "fastly"),
        ((("X-Azure-Ref", "x"),), (), "azure-front-door"),
        ((), ("d1.cloudfront.net",), "cloudfront"),
        ((), ("x.edgekey.net", "e1.akamaiedge.net"), "akamai"),
        ((("Server", "nginx"),), (), ""),
        ((("X-Served-By", "web-1"),), (), ""),
    ],
)
def test_edges(headers: tuple[tuple[str, str], ...], chain: tuple[str, ...], want: str) -> None:
    assert edge_of(Reply(status=200, headers=headers), chain) == want


def test_routers_and_names() -> None:
    assert router_of(Reply(headers=(("server", "Fly/abc"),))) == "Fly"
    assert router_of(Reply(headers=(("via", "1.1 vegur"),))) == "Heroku"
    assert router_of(Reply(headers=(("server", "nginx"),))) == ""
    assert called("AWS") == "cloudfront"
    assert called("Azure Front Door") == "azure-front-door"
    assert called("shieldnet") == "shieldnet"
    assert under("a.vercel.app", ("vercel.app",)) == "vercel.app"
    assert under("evilvercel.app", ("vercel.app",)) == ""
    assert claimable("x.azurewebsites.net")
    assert claimable("b.s3-website-eu-west-1.amazonaws.com")
    assert not claimable("old.partner.test")
    assert gone_page("<p>There isn't a GitHub Pages site here.</p>") == "GitHub Pages"
    assert gone_page("There is no such page") == ""


A = PageMark(200, "Ask Bright", ("a.js", "b.css", "c.svg"), "1")


@pytest.mark.parametrize(
    ("other", "want"),
    [
        (PageMark(200, "Ask Bright", ("a.js", "b.css"), "2"), True),
        (PageMark(200, "Ask Bright", ("a.js",), "2"), False),
        (PageMark(200, "Other", ("a.js", "b.css"), "2"), False),
        (PageMark(200, "Other", (), "1"), True),
        (PageMark(404, "Ask Bright", ("a.js", "b.css"), "1"), False),
        (PageMark(200, "", (), ""), False),
    ],
)
def test_the_same_page(other: PageMark, want: bool) -> None:
    assert same(A, other) is want
    assert same(other, A) is want


def test_a_mark_is_bounded() -> None:
    body = (
        b"<title>"
        + b"x" * 9000
        + b"</title>"
        + b'<script src="/a.js?v=1"></script>' * 3000
        + b'<img src="http://[x/b.png">'
    )
    found = mark_of(Reply(status=200, head=body))
    assert len(found.title) <= 120
    assert len(found.assets) <= 40
    assert "a.js" in found.assets
    assert mark_of(Reply(status=200, head=b"ok")).digest == ""
