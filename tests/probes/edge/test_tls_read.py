"""Tables over what is read from pages, dates, names and headers: no network."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.probes.edge.edge_rig import APP, D, told
from wizard.model import Outcome, Severity
from wizard.net import Dns, Fault, Hello, Reply, TlsFacts
from wizard.probes.edge.home import Home, host_in, onward
from wizard.probes.edge.hosts import Host, Roster, links
from wizard.probes.edge.tls import mixed, read
from wizard.probes.edge.tls.facts import Chain, Hop, HostSeen, Line, Mixed, Seen
from wizard.probes.edge.tls.read_handshake import matches, read_handshakes
from wizard.probes.edge.tls.read_web import read_hsts, read_mixed, read_redirects

NOW = 1_790_000_000.0
DAY = 86_400.0
HOST = Host(APP, origin="site", listed=True, addresses=("104.16.0.9",))


def facts(**kept) -> TlsFacts:
    given = {
        "host": APP,
        "address": "104.16.0.9",
        "names": (APP,),
        "version": "1.3",
        "not_before": NOW - 10 * DAY,
        "not_after": NOW + 60 * DAY,
    }
    return TlsFacts(**{**given, **kept})


def seen(*lines: Line, skew: float | None = 0.0, **kept) -> Seen:
    return Seen((HostSeen(HOST, lines),), NOW, skew, **kept)


def handshakes(line: Line, **kept) -> dict[str, str]:
    found = seen(line, **kept)
    return {f.check: told(f) for f in read_handshakes(found.hosts[0], found)}


@pytest.mark.parametrize(
    ("life", "left", "want"),
    [
        (90, 90, "pass"),
        (90, 31, "pass"),
        (90, 29, "note:soon"),
        (90, 14.1, "note:soon"),
        (90, 13.9, "fail:stuck"),
        (90, 0.1, "fail:stuck"),
        (90, -0.1, "fail:expired"),
        (47, 16, "pass"),
        (47, 15, "note:soon"),
        (45, 7.4, "fail:stuck"),
        (45, 7.6, "note:soon"),
        (6, 2.1, "pass"),
        (6, 1.9, "note:soon"),
        (6, 0.9, "fail:stuck"),
        (398, 31, "pass"),
        (398, 13, "fail:stuck"),
        (30, 31, "fail:not-yet"),
    ],
)
def test_time_left(life: float, left: float, want: str) -> None:
    line = Line(facts(not_after=NOW + left * DAY, not_before=NOW + (left - life) * DAY), Hello.REFUSED, Hello.REFUSED)
    assert handshakes(line)["expiry"] == want


@pytest.mark.parametrize(
    ("code", "more", "trust", "hostname", "expiry"),
    [
        (0, {}, "pass", "pass", "pass"),
        (62, {"names": (f"shop.{D}",)}, "pass", "fail", "pass"),
        (62, {"names": (), "chain_code": 62}, "pass", "fail", "pass"),
        (10, {"not_after": NOW - DAY}, "pass", "pass", "fail:expired"),
        (10, {"not_after": NOW - DAY, "chain_code": 20}, "fail:not-trusted", "pass", "fail:expired"),
        (10, {"not_after": NOW - DAY, "chain_code": 62, "names": ("x.test",)}, "pass", "fail", "fail:expired"),
        (18, {}, "fail:self-signed", "pass", "pass"),
        (18, {"not_after": NOW - DAY, "names": ("x.test",)}, "fail:self-signed", "fail", "fail:expired"),
        (19, {}, "fail:private-root", "pass", "pass"),
        (20, {"issuer_sent": False}, "fail:not-sent", "pass", "pass"),
        (20, {"system_trusts": True}, "unknown:inspected", "pass", "unknown:inspected"),
        (66, {"chain_code": 66}, "unknown:odd", "pass", "pass"),
    ],
)
def test_codes(code: int, more: dict, trust: str, hostname: str, expiry: str) -> None:
    line = Line(
        facts(code=code, **({"chain_code": code if code in (18, 19, 20) else 0} | more)), Hello.REFUSED, Hello.REFUSED
    )
    found = handshakes(line)
    assert (found["trust"], found["hostname"], found["expiry"]) == (trust, hostname, expiry)


@pytest.mark.parametrize(
    ("old", "met", "want"),
    [
        ((Hello.REFUSED, Hello.REFUSED), True, "pass"),
        ((Hello.ACCEPTED, Hello.REFUSED), True, "fail"),
        ((Hello.REFUSED, Hello.ACCEPTED), True, "fail"),
        ((Hello.SILENT, Hello.REFUSED), True, "unknown:silent"),
        ((Hello.REFUSED, Hello.REFUSED), False, "unknown:no-handshake"),
        ((Hello.ACCEPTED, Hello.ACCEPTED), False, "fail"),
    ],
)
def test_a_refusal_needs_a_modern_handshake_beside_it(old: tuple[Hello, Hello], met: bool, want: str) -> None:
    line = Line(facts() if met else facts(fault=Fault.TLS, not_after=0.0, names=()), *old)
    assert handshakes(line)["old-protocols"] == want


def test_a_clock_in_doubt_judges_no_date() -> None:
    line = Line(facts(code=10, chain_code=0, not_after=NOW - DAY), Hello.REFUSED, Hello.REFUSED)
    assert handshakes(line, skew=2 * DAY)["expiry"] == "unknown:clock"
    assert handshakes(line, skew=-2 * DAY)["trust"] == "pass"
    assert handshakes(line, skew=None)["expiry"] == "fail:expired"
    assert handshakes(line, skew=3600.0)["expiry"] == "fail:expired"


def test_no_ipv6_here_is_not_judged() -> None:
    four = Line(facts(), Hello.REFUSED, Hello.REFUSED)
    six = Line(facts(address="2606:4700::9", fault=Fault.REFUSED, detail="ENETUNREACH", not_after=0.0))
    found = seen(four, six)
    assert "ipv6" not in {f.check for f in read_handshakes(found.hosts[0], found)}


@pytest.mark.parametrize(
    ("host", "names", "want"),
    [
        ("a.test", ("a.test",), True),
        ("x.a.test", ("*.a.test",), True),
        ("a.test", ("*.a.test",), False),
        ("x.y.a.test", ("*.a.test",), False),
        ("a.test", ("*.test",), True),
        ("a.test", ("*",), False),
        ("a.test", (), False),
        ("127.0.0.1", ("127.0.0.1",), True),
        ("127.0.0.1", ("*.0.0.1",), False),
        ("::1", ("::1",), True),
    ],
)
def test_names_of_a_certificate(host: str, names: tuple[str, ...], want: bool) -> None:
    assert matches(host, names) is want


PAGES = [
    ('<form action="http://a.bright.test/x">', "form", "fail:form"),
    ("<form action='http://other.example/x'>", "form", "fail:form"),
    ('<form action="/x">', "", "pass"),
    ('<form action="https://a.bright.test/x">', "", "pass"),
    ('<script src="http://cdn.example/x.js"></script>', "script", "fail:script"),
    ('<script src="//cdn.example/x.js"></script>', "", "pass"),
    ('<link rel="stylesheet" href="http://cdn.example/x.css">', "style", "note:shown"),
    ('<link rel="canonical" href="http://app.bright.test/">', "link", "note:shown"),
    ('<img src="http://cdn.example/x.png">', "image", "note:shown"),
    ('<a href="http://partner.example/">x</a>', "link", "note:shown"),
    ('<script>fetch("http://api.other.example/v1")</script>', "api", "fail:api"),
    ('<script>axios.post("http://api.other.example/v1")</script>', "api", "fail:api"),
    ('<script>x.open("GET", "http://api.other.example/v1")</script>', "api", "fail:api"),
    ('<script>const API="http://api.bright.test"</script>', "api", "fail:api"),
    ('<script>new WebSocket("ws://api.bright.test/live")</script>', "socket", "fail:socket"),
    ('<script>const d="http://localhost:3000", e="http://127.0.0.1:8000/x", w="ws://localhost:1"</script>', "", "pass"),
    ('<script>const ns="http://www.w3.org/2000/svg"</script>', "", "pass"),
    ('<svg xmlns="http://www.w3.org/2000/svg"></svg>', "", "pass"),
    ('<!-- <form action="http://a.bright.test/x"> -->', "", "pass"),
    (
        '<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests"><form action="http://a.bright.test/x">',
        "form",
        "note:upgraded",
    ),
    ("<p>write to http://app.bright.test</p>", "", "pass"),
]


@pytest.mark.parametrize(("html", "kind", "want"), PAGES, ids=range(len(PAGES)))
def test_mixed(html: str, kind: str, want: str) -> None:
    home = Home(f"https://{APP}/", Reply(status=200), html)
    found = mixed.find(home, (D,))
    assert [one.kind for one in found][:1] == ([kind] if kind else [])
    given = Seen((), NOW, home=home.url, page="seen", mixed=found, upgrades=mixed.upgrades(home))
    assert told(read_mixed(given)[0]) == want


def test_scripts_are_held_only_to_own_addresses() -> None:
    library = 'var a="http://www.w3.org/1999/xhtml",b="http://fb.me/use-check",c="ws://"+h,d="http://jedwatson.github.io/classnames"'
    own = 'const base="http://api.bright.test/v1";new WebSocket("ws://api.bright.test")'
    home = Home(
        f"https://{APP}/", Reply(status=200), "", ((f"https://{APP}/lib.js", library), (f"https://{APP}/app.js", own))
    )
    assert [(one.kind, one.file) for one in mixed.find(home, (D,))] == [
        ("api", f"https://{APP}/app.js"),
        ("socket", f"https://{APP}/app.js"),
    ]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("max-age=31536000; includeSubDomains", "pass"),
        ("max-age=31536000; includeSubDomains; preload", "pass"),
        ('max-age="15552000"', "pass"),
        ("max-age=15551999", "note:short"),
        ("max-age=0", "note:short"),
        ("includeSubDomains", "note:short"),
        ("max-age=31536000; preload", "note:preload"),
        ("max-age=999999; includeSubDomains; preload", "note:preload"),
        ("", "note:absent"),
        ("max-age=" + "9" * 400, "pass"),
    ],
)
def test_hsts(text: str, want: str) -> None:
    one = HostSeen(HOST, secure=Chain((Hop(f"https://{APP}/", 200, hsts=text),)))
    found = read_hsts(one)
    assert told(found[0]) == want
    assert found[0].outcome is Outcome.PASS


def test_hsts_over_plain_http_does_not_count() -> None:
    one = HostSeen(
        HOST,
        root=Chain((Hop(f"http://{APP}/", 301, hsts="max-age=31536000"),)),
        secure=Chain((Hop(f"https://{APP}/", 200),)),
    )
    assert told(read_hsts(one)[0]) == "note:plain-only"


def hop(url: str, status: int = 301, **kept) -> Hop:
    return Hop(url, status, **kept)


S, P = f"https://{APP}/", f"http://{APP}/"
CHAINS = [
    ((hop(P), hop(S, 200)), "", "pass"),
    ((hop(P, 308), hop(S, 404)), "", "pass"),
    ((hop(P, 307), hop(S, 200)), "", "note:temporary"),
    ((hop(P), hop(S, 0, fault=Fault.TIMEOUT)), "", "pass"),
    ((hop(P), hop(S, 0, fault=Fault.TLS, detail="verify 62")), "", "unknown:tls-end"),
    ((hop(P), hop(S, 0, fault=Fault.TLS, detail="handshake")), "", "fail:tls-end"),
    ((hop(P), hop(S, 301), hop(P + "x", 200)), "", "fail:back"),
    ((hop(P), hop(S, 301)), "loop", "pass"),
    ((hop(P), hop(P + "a")), "loop", "fail:loop"),
    ((hop(P, 200, html=True),), "", "fail:page"),
    ((hop(P, 200, html=True, moves=True),), "", "fail:script"),
    ((hop(P, 404, html=True),), "", "fail:page"),
    ((hop(P, 403, challenged=True),), "", "unknown:reasons.challenged"),
    ((hop(P, 503),), "", "unknown:reasons.host-down"),
    ((hop(P, 301, location="https://foreign.example/"),), "foreign", "note:foreign"),
    ((hop(P, 301, location=f"https://new.{D}/"),), "unlisted", "pass"),
    ((hop(P, 301, location=f"http://new.{D}/"),), "unlisted", "unknown:reasons.other-host"),
    ((hop(P, 0, fault=Fault.REFUSED),), "", "pass:closed"),
    ((hop(P, 0, fault=Fault.TIMEOUT),), "", "unknown:silent"),
    ((hop(P, 0, fault=Fault.RESET),), "", "unknown:reasons.host-down"),
    ((hop(P, 0, fault=Fault.STOPPED),), "", "unknown:reasons.stopped"),
    ((hop(P, 301, cookies=("sid",)), hop(S, 200)), "", "fail:cookie"),
    ((hop(P, 301), hop(S, 200, cookies=("sid",))), "", "pass"),
]


@pytest.mark.parametrize(("hops", "end", "want"), CHAINS, ids=range(len(CHAINS)))
def test_chains(hops: tuple[Hop, ...], end: str, want: str) -> None:
    one = HostSeen(HOST, root=Chain(hops, end), other=Chain(hops, end))
    assert [told(f) for f in read_redirects([one], frozenset())] == [want]


def test_a_chain_that_ends_in_a_bad_certificate_leans_on_it() -> None:
    one = HostSeen(HOST, root=Chain((hop(P), hop(S, 0, fault=Fault.TLS, detail="verify 10"))))
    found = read_redirects([one], frozenset({APP}))
    assert told(found[0]) == "fail:tls-end"
    assert "tls.expiry" in found[0].roots


def test_links_are_sorted_into_own_and_foreign() -> None:
    policy = (
        (
            "content-security-policy",
            "default-src 'self'; connect-src https://live.bright.test *.sentry.io wss://x.bright.test",
        ),
    )
    home = Home(
        f"https://{APP}/",
        Reply(status=200, headers=policy),
        '<a href="https://book.bright.test/x">',
        (("u", 'let a="https:\\/\\/pay.other.example"'),),
    )
    own, other = links(home, (D,))
    assert set(own) == {f"live.{D}", f"x.{D}", f"book.{D}"}
    assert other == ("pay.other.example",)


@pytest.mark.parametrize("text", ["http://[bad", "https://\u2100.test/", "//[", "http://" + "a" * 9000, "\x00"])
def test_odd_addresses_are_no_addresses(text: str) -> None:
    assert host_in(text) == "" or host_in(text).isascii()
    assert onward("https://a.test/", text) == "" or onward("https://a.test/", text).startswith(
        ("http://a", "https://a.test/")
    )


def test_own_is_only_own() -> None:
    found = Roster((HOST,), (D,))
    assert found.own(f"anything.{D}")
    assert found.own(APP)
    assert not found.own(f"evil{D}")
    assert not found.own(f"{D}.evil.example")
    assert not found.own("")


def test_read_takes_anything() -> None:
    """Total: the emptiest and the oddest facts still read."""
    odd = TlsFacts(APP, not_after=1e308, not_before=-1e308, code=999)
    hosts = (
        HostSeen(HOST),
        HostSeen(replace(HOST, state=Dns.NO_NAME, chain=("x.azurewebsites.net",), addresses=())),
        HostSeen(HOST, (Line(odd),), Chain((Hop(""),)), Chain((Hop("x", 99999),)), Chain((Hop("https:", 200),))),
    )
    for now in (0.0, NOW, 1e18):
        found = read(Seen(hosts, now, None, "https://[", "seen-not", (Mixed("form", ""),)))
        assert found
    assert read(Seen((), NOW)) is not None


def test_severity_is_a_note_only_on_a_pass() -> None:
    found = read(seen(Line(facts(not_after=NOW + 20 * DAY, not_before=NOW - 70 * DAY), Hello.REFUSED, Hello.REFUSED)))
    assert all(f.outcome is Outcome.PASS for f in found if f.severity is Severity.NOTE)
