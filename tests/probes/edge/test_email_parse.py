"""DMARC, Authentication-Results, DKIM keys and original messages, as tables without DNS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.edge.email_rig import pair, short_key
from wizard.net import Dns
from wizard.probes.edge.email import authres
from wizard.probes.edge.email.dmarc import aligned, discover, effective, listed, organisation, parse, rented, walk_names
from wizard.probes.edge.email.facts import Look, Walk, printable
from wizard.probes.edge.email.keys import is_key, mended, read_key
from wizard.probes.edge.email.message import Mail, date_of, domain_of, from_domains, read_mail, trusted
from wizard.probes.edge.email.records import dmarc_with


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("example.test", ("example.test", "test")),
        (
            "a.b.c.d.e.f.g.test",
            (
                "a.b.c.d.e.f.g.test",
                "b.c.d.e.f.g.test",
                "c.d.e.f.g.test",
                "d.e.f.g.test",
                "e.f.g.test",
                "f.g.test",
                "g.test",
                "test",
            ),
        ),
        (
            "1.2.3.a.b.c.d.e.f.g.test",
            (
                "1.2.3.a.b.c.d.e.f.g.test",
                "b.c.d.e.f.g.test",
                "c.d.e.f.g.test",
                "d.e.f.g.test",
                "e.f.g.test",
                "f.g.test",
                "g.test",
                "test",
            ),
        ),
    ],
)
def test_the_walk_asks_at_most_eight_names(domain: str, names: tuple[str, ...]) -> None:
    assert walk_names(domain) == names and len(names) <= 8


def walk(domain: str, **records: str | None) -> Walk:
    """A walk; records by name with dots as ``_``, "!" a DNS error."""
    have = {name.replace("_", "."): text for name, text in records.items()}
    looks = []
    for name in walk_names(domain):
        text = have.get(name)
        state = Dns.ERROR if text == "!" else Dns.FOUND if text else Dns.NO_NAME
        looks.append(Look(f"_dmarc.{name}", "TXT", state, tuple(text.split(" | ")) if text and text != "!" else ()))
    return Walk(domain, tuple(looks), listed(domain))


R = "v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("seen", "state", "at", "organisation_"),
    [
        (walk("x.test", x_test=R), "found", "x.test", "x.test"),
        (walk("a.x.test", x_test=R), "found", "x.test", "x.test"),
        (walk("a.x.test", a_x_test=R, x_test=R), "found", "a.x.test", "x.test"),
        (walk("a.x.test", a_x_test=R + "; psd=n", x_test=R), "found", "a.x.test", "a.x.test"),
        (walk("b.a.x.test", x_test=R + "; psd=y", test=R), "found", "x.test", "a.x.test"),
        (walk("b.a.x.test", a_x_test="v=DMARC1; p=none", x_test=R + "; psd=y"), "found", "a.x.test", "a.x.test"),
        (walk("x.test"), "none", "", "x.test"),
        (walk("x.test", x_test=R + " | " + R), "several", "x.test", ""),
        (walk("x.test", x_test="!"), "error", "x.test", ""),
        (walk("a.x.test", x_test="!"), "error", "x.test", ""),
        (walk("a.x.test", a_x_test=R, x_test="!"), "found", "a.x.test", "a.x.test"),
        (walk("x.test", x_test="v=DMARC10; p=reject"), "none", "", "x.test"),
    ],
)
def test_discovery(seen: Walk, state: str, at: str, organisation_: str) -> None:
    found = discover(seen)
    assert (found.state, found.at) == (state, at)
    assert not organisation_ or found.organisation == organisation_


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("v=DMARC1; p=reject", {"p": "reject"}),
        ("v=DMARC1;p=Reject;SP=none;", {"p": "reject", "sp": "none"}),
        ("v=DMARC1; rua=mailto:a@b.test", {"p": ""}),
        ("v=DMARC1; p=block", {"problem": "bad-p"}),
        ("v=DMARC1; p=block; rua=mailto:a@b.test", {"p": "none", "problem": ""}),
        ("v=DMARC1; p=reject; sp=foo", {"problem": "bad-p"}),
        ("v=DMARC1; p=reject; p=none", {"p": "reject", "problem": ""}),
        ("v=DMARC1; nonsense; p=reject; =; rua", {"p": "reject", "problem": ""}),
        (
            "v=DMARC1; p=reject; pct=50; t=y; adkim=s; psd=n",
            {"pct": 50, "t": True, "adkim": "s", "aspf": "r", "psd": "n"},
        ),
        ("v=DMARC1; p=reject; pct=many", {"pct": None}),
        (
            "v=DMARC1; p=reject; rua=mailto:a@b.test!10m, mailto:c@d.test,https://e.test",
            {"rua": (("a", "b.test"), ("c", "d.test"))},
        ),
    ],
)
def test_records(text: str, want: dict) -> None:
    found = parse(text)
    assert {name: getattr(found, name) for name in want} == want


@pytest.mark.parametrize(
    ("text", "domain", "exists", "policy"),
    [
        (R + "; sp=none", "x.test", True, "reject"),
        (R + "; sp=none", "a.x.test", True, "none"),
        (R, "a.x.test", True, "reject"),
        ("v=DMARC1; p=none; np=reject", "a.x.test", False, "reject"),
        ("v=DMARC1; p=none; np=reject", "a.x.test", True, "none"),
        ("v=DMARC1; rua=mailto:a@x.test", "x.test", True, "none"),
    ],
)
def test_which_policy_applies(text: str, domain: str, exists: bool, policy: str) -> None:
    assert effective(discover(walk(domain, x_test=text)), domain, exists=exists) == policy


@pytest.mark.parametrize(
    ("sender", "other", "mode", "fits"),
    [
        (walk("x.test", x_test=R), walk("x.test", x_test=R), "s", True),
        (walk("x.test", x_test=R), walk("m.x.test", x_test=R), "s", False),
        (walk("x.test", x_test=R), walk("m.x.test", x_test=R), "r", True),
        (walk("a.x.test", x_test=R), walk("b.x.test", x_test=R), "r", True),
        (walk("x.test", x_test=R), walk("xx.test"), "r", False),
        (walk("x.test"), walk("m.x.test"), "r", True),
        (walk("me.co.uk", uk=R), walk("you.co.uk", uk=R), "r", False),
    ],
)
def test_alignment(sender: Walk, other: Walk, mode: str, fits: bool) -> None:
    assert aligned(sender, other, mode) is fits


def test_a_public_suffix_is_never_an_organisation() -> None:
    assert organisation(walk("me.co.uk", uk=R)) == "me.co.uk"
    assert rented("me.github.io") and not rented("www.example.co.uk")


def test_the_next_step_keeps_what_is_published() -> None:
    text = "v=DMARC1; p=none; sp=none; pct=10; rua=mailto:a@x.test; adkim=s"
    assert dmarc_with(text, "x.test", p="quarantine", sp="") == "v=DMARC1; p=quarantine; rua=mailto:a@x.test; adkim=s"


MICROSOFT = "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=x.test; dkim=pass (signature was verified) header.d=x.test;dmarc=pass action=none header.from=x.test;compauth=pass reason=100"


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.google.com; dkim=pass header.i=@x.test header.s=s1; spf=pass (google.com: domain of a@x.test; designates 1.2.3.4) smtp.mailfrom=a@x.test; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=x.test", "mx.google.com", {"dkim": "pass", "spf": "pass", "dmarc": "pass"}),
        (MICROSOFT, "", {"spf": "pass", "dkim": "pass", "dmarc": "pass", "compauth": "pass"}),
        ("atlas1.mail.yahoo.com; dkim=unknown; spf=none; dmarc=fail(p=NONE);", "atlas1.mail.yahoo.com", {"dkim": "unknown", "spf": "none", "dmarc": "fail"}),
        ("mx.test 1; none", "mx.test", {}),
        ('mx.test; dkim=fail reason="a;b=c" header.d=x.test; dmarc/1=fail', "mx.test", {"dkim": "fail", "dmarc": "fail"}),
        ("mx.test (c (nested) c); dmarc=pass (unclosed ; dmarc=fail", "mx.test", {"dmarc": "pass"}),
        ('mx.test; dkim=fail reason="a(b" header.d=x.test; dmarc=pass', "mx.test", {"dkim": "fail", "dmarc": "pass"}),
        ('mx.test; dkim=fail reason="a\\"(" ; dmarc=pass', "mx.test", {"dkim": "fail", "dmarc": "pass"}),
        ("", "", {}),
        ("mx.test; (dmarc=pass)", "mx.test", {}),
    ],
)  # fmt: skip
def test_authentication_results(value: str, server: str, results: dict) -> None:
    found = authres.read(value)
    assert (found.server, {r.method: r.value for r in found.results}) == (server, results)


@given(st.text(st.sampled_from('ad=pxskim;()". \\/1\n@é'), max_size=120))
def test_authentication_results_never_raise(value: str) -> None:
    found = authres.read(value)
    assert "(" not in found.server and ";" not in found.server


@given(st.text(st.sampled_from("v=DMARC1; psntrua:@.!,%é\x00"), max_size=100))
def test_dmarc_never_raises(text: str) -> None:
    found = parse("v=DMARC1;" + text)
    assert found.p in ("", "none", "quarantine", "reject")
    assert discover(Walk("x.test", (Look("_dmarc.x.test", "TXT", Dns.FOUND, (text,)),))).state in ("found", "none")
    assert parse(dmarc_with(R + ";" + text, "x.test", p="reject")).problem in ("", "bad-p")


@given(st.text(max_size=200))
def test_keys_never_raise_and_nothing_unprintable_is_kept(text: str) -> None:
    read_key(text)
    is_key(text)
    mended(text)
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    ("text", "problem", "bits"),
    [
        (pair().record, "", 2048),
        (f"p={pair().packed}", "", 2048),
        (f"k=rsa; p={pair(1024).packed}", "", 1024),
        (f"p={short_key(512)}", "short", 512),
        (f"p={short_key(768)}", "short", 768),
        ("v=DKIM1; p=", "revoked", 0),
        ("v=DKIM1; k=rsa", "not-a-key", 0),
        ("v=DKIM1; p=QUJD", "not-a-key", 0),
        ("v=DKIM1; k=ed25519; p=QUJD", "not-a-key", 0),
        ("v=DKIM1; k=dsa; p=QUJD", "not-a-key", 0),
        (f"v=DKIM2; p={pair().packed}", "version", 0),
        (f"h=sha1; p={pair().packed}", "no-sha256", 2048),
        (f"h=sha1:sha256; p={pair().packed}", "", 2048),
        (f"s=tlsrpt; p={pair().packed}", "not-email", 2048),
        (f"s=*:foo; p={pair().packed}", "", 2048),
        (f"p={pair().packed}; p={pair().packed}", "not-a-key", 0),
    ],
)  # fmt: skip
def test_key_records(text: str, problem: str, bits: int) -> None:
    found = read_key(text)
    assert (found.problem, found.bits) == (problem, bits)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=DKIM1; p=", True),
        ("p=abc", True),
        ("k=rsa; p=abc", True),
        ("v=spf1 -all", False),
        ("v=DMARC1; p=none", False),
        ("hello", False),
        ("ip=1", False),
    ],
)
def test_what_counts_as_a_key(text: str, is_one: bool) -> None:
    assert is_key(text) is is_one


@pytest.mark.parametrize(
    ("field", "domains"),
    [
        ("coach@x.test", ("x.test",)),
        ('"Ada, the coach" <coach@X.test>', ("x.test",)),
        ("=?utf-8?q?Ada_=3Cfake=40y=2Etest=3E?= <coach@x.test>", ("x.test",)),
        ("Ada <coach@ünder.test>", ("xn--nder-zra.test",)),
        ("a@x.test, b@y.test", ("x.test", "y.test")),
        ("nobody", ()),
        ("=?bogus?b?////?= <a@x.test>", ("x.test",)),
    ],
)
def test_who_a_mail_is_from(field: str, domains: tuple[str, ...]) -> None:
    mail = read_mail(b"From: " + field.encode() + b"\r\nSubject: x\r\n\r\nhi")
    assert isinstance(mail, Mail) and from_domains(mail) == domains


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@x.test", "x.test"),
        ("<a@X.TEST.>", "x.test"),
        ("a@localhost", ""),
        ("x.test", ""),
        ("a@[1.2.3.4]", ""),
        ("", ""),
        ("a@" + "x" * 300 + ".test", ""),
    ],
)
def test_domains_of_addresses(address: str, domain: str) -> None:
    assert domain_of(address) == domain


GMAIL = b"""Delivered-To: ada@gmail.com
Received: by 2002:a05:6a10:1234:: with SMTP id x1csp1; Mon, 2 Nov 2026 10:00:01 -0800 (PST)
Return-Path: <coach@x.test>
Received: from out.x.test (out.x.test. [8.8.4.4])
        by mx.google.com with ESMTPS id abc
        (version=TLS1_3); Mon, 2 Nov 2026 10:00:00 -0800 (PST)
Authentication-Results: mx.google.com;
       dkim=pass header.i=@x.test header.s=s1; dmarc=pass header.from=x.test
DKIM-Signature: v=1; d=x.test
Authentication-Results: mx.google.com; dmarc=fail
From: coach@x.test

hi
"""


def test_a_mailbox_with_inner_steps_is_read_right() -> None:
    mail = read_mail(GMAIL)
    assert isinstance(mail, Mail)
    found = trusted(mail)
    assert (found.receiver, found.client, found.helo) == ("mx.google.com", "8.8.4.4", "out.x.test")
    assert found.results is not None and {r.method: r.value for r in found.results.results}["dmarc"] == "pass"
    assert date_of(mail) == 1793642401.0


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "not-mail"),
        (b"%PDF-1.7\n\x00\xff", "not-mail"),
        (b"<html>\n\nFrom: x", "not-mail"),
        (b"From a@b Mon\nFrom: a@x.test\n\nhi", ""),
        (b"Subject: x", ""),
        (b" folded first\nFrom: a@x.test\n\n", "not-mail"),
    ],
)
def test_what_is_a_mail(raw: bytes, problem: str) -> None:
    found = read_mail(raw)
    assert (found if isinstance(found, str) else "") == problem


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    mail = read_mail(b"From: a@x.test\n" + raw)
    if isinstance(mail, Mail):
        from_domains(mail)
        trusted(mail)
        date_of(mail)


@pytest.mark.parametrize(
    "name", [b"X-Authentication-Results", b"ARC-Authentication-Results", b"Authentication-Results-Original"]
)
def test_look_alikes_of_the_results_are_ignored(name: bytes) -> None:
    mail = read_mail(GMAIL.replace(b"Authentication-Results:", name + b":"))
    assert isinstance(mail, Mail) and trusted(mail).results is None


def kept(by: str, server: str, below: str = "") -> Mail:
    """A mail that `by` received, with results of `server` on top and what `below` adds under the first Received."""
    raw = f"Authentication-Results: {server}; dmarc=pass\nReceived: from a ([8.8.4.4]) by {by}; x\n{below}From: a@x.test\n\nhi"
    mail = read_mail(raw.encode())
    assert isinstance(mail, Mail)
    return mail


@pytest.mark.parametrize(
    ("by", "server", "believed"),
    [
        ("mx3.post.test", "mx3.post.test", True),
        ("mx3.post.test", "post.test", True),
        ("mx3.post.test", "mail.post.test.", True),
        ("mx3.post.test", "mx3.post.test.evil.test", False),
        ("mx3.post.test", "evil.test", False),
        ("a.co.uk", "b.co.uk", False),
        ("mx3.post.test", "", False),
        ("am6.prod.outlook.com", "", True),
        ("outlook.com.evil.test", "", False),
        ("10.0.0.1", "10.0.0.1", False),
        ("localhost", "localhost", False),
    ],
)
def test_whose_results_are_believed(by: str, server: str, believed: bool) -> None:
    mail = kept(by, server)
    if not server:
        mail = read_mail(mail.raw.replace(b"Results: ; ", b"Results: "))  # type: ignore[assignment]
    assert (trusted(mail).results is not None) is believed


def test_the_client_is_the_one_at_the_mailbox_s_own_edge() -> None:
    steps = "Received: from edge.post.test ([8.8.8.8]) by in.post.test; x\nReceived: from out.x.test (out.x.test [9.9.9.9]) by edge.post.test; x\n"
    foreign = "Received: from laptop ([1.1.1.1]) by out.x.test; x\n"
    found = trusted(kept("store.post.test", "post.test", steps + foreign))
    assert (found.receiver, found.client, found.helo) == ("store.post.test", "9.9.9.9", "out.x.test")


@pytest.mark.parametrize(
    ("received", "date", "at"),
    [
        ("by a.test; Mon, 02 Nov 2026 10:00:00 +0000", "Tue, 03 Nov 2026 10:00:00 +0000", 1793613600.0),
        ("by a.test; some day", "Mon, 02 Nov 2026 10:00:00 +0000", 1793613600.0),
        ("by a.test; some day", "yesterday", -1.0),
        ("by a.test; Mon, 02 Nov 0000 99:99:99 +0000", "Mon, 99 Nov 2026 10:00:00 +0000", -1.0),
    ],
)
def test_when_the_mailbox_took_it(received: str, date: str, at: float) -> None:
    mail = read_mail(f"Received: {received}\nDate: {date}\nFrom: a@x.test\n\nhi".encode())
    assert isinstance(mail, Mail) and date_of(mail) == at


@pytest.mark.parametrize(
    ("seen", "want"),
    [
        (walk("me.co.uk"), "me.co.uk"),
        (walk("a.me.co.uk"), "me.co.uk"),
        (walk("a.me.co.uk", co_uk=R), "me.co.uk"),
        (walk("a.me.co.uk", a_me_co_uk=R), "a.me.co.uk"),
        (walk("a.me.co.uk", co_uk=R + "; psd=y"), "me.co.uk"),
    ],
)
def test_the_organisation(seen: Walk, want: str) -> None:
    assert organisation(seen) == want
