"""Fixtures E01 to E70: one table over a real DNS server and the real door, judged as the product judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.probes.edge.email_rig import (
    Case,
    D,
    arrived,
    checklist,
    edwards,
    outcome,
    pair,
    run,
    short_key,
    signed,
    told,
    zone,
)
from wizard.demo.parts.dns import SERVFAIL, SILENT

KEY = f"s1._domainkey.{D}"
INCLUDES = {(f"_i{n}.post.test", "TXT"): ["v=spf1 ip4:198.51.100.1 -all"] for n in range(12)}
VOIDS = " ".join(f"a:gone{n}.post.test" for n in range(4))


def spf(id_: str, record: str, want: str, more: dict | None = None, **kept) -> Case:
    """A case that changes only the SPF record; `want` is what spf-valid or spf-policy comes to."""
    check, _, rest = want.partition("=")
    return Case(id_, {check: rest}, zone(spf=record, more=more or {}), **kept)


def many(count: int) -> str:
    return "v=spf1 " + " ".join(f"include:_i{n}.post.test" for n in range(count)) + " -all"


def key(id_: str, record: object, want: str, more: dict | None = None, **kept) -> Case:
    return Case(id_, {"dkim-key": want}, zone(key=record, more=more or {}), **kept)


def dmarc(id_: str, record: object, want: str, more: dict | None = None, **kept) -> Case:
    check, _, rest = want.partition("=")
    return Case(id_, {check: rest}, zone(dmarc=record, more=more or {}), **kept)


def mail(id_: str, raw: bytes, want: dict[str, str], *, more: dict | None = None, **kept) -> Case:
    record = kept.pop("dmarc", f"v=DMARC1; p=reject; rua=mailto:d@{D}")
    return Case(id_, want, zone(dmarc=record, more=more or {}), mails=(raw,), **kept)


def rewrapped(raw: bytes) -> bytes:
    return raw.replace(b"here is your plan for the week.", b"here is your plan\r\nfor the week.")


def past(raw: bytes) -> bytes:
    return raw.replace(b"DKIM-Signature: v=1;", b"DKIM-Signature: v=1; x=1700000000;", 1)


ESP = {("s1._domainkey.esp.test", "TXT"): [pair(turn=1).record], ("esp.test", "TXT"): ["v=spf1 ip4:127.0.0.9 -all"]}
SUB = {("s1._domainkey.mail.example.test", "TXT"): [pair().record]}
BROKEN = b"DKIM-Signature: v=1; a=rsa-sha256; d=esp.test; s=s1; h=from; bh=AAAA; b=AAAA\r\n"
FORGED = b"Authentication-Results: mx.post.test; dmarc=pass header.from=example.test\r\n"
FOREIGN = (
    b"Received: from laptop (laptop [127.0.0.3]) by out.example.test with SMTP; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
)
MICROSOFT = "spf=pass (sender IP is 127.0.0.9) smtp.mailfrom=example.test; dkim=pass (signature was verified) header.d=example.test;dmarc=pass action=none header.from=example.test;compauth=pass reason=100"
PASS_ALL = dict.fromkeys(("spf-record", "spf-valid", "spf-policy", "dmarc-record", "dkim-key"), "pass")

CASES = [
    Case("E01", PASS_ALL, item="pass", trap=True),
    Case("E02", {"dkim-key": "unknown:looks-missing"}, zone(key=None), selectors=(), item="unknown", trap=True),
    Case("E03", {"spf-record": "fail"}, zone(spf=None), item="fail"),
    Case(
        "E03-nxdomain", {"spf-record": "fail", "dmarc-record": "fail"}, {("test", "SOA"): []}, selectors=(), item="fail"
    ),
    Case("E04", {"spf-record": "unknown:reasons.dns-error"}, zone(spf=SERVFAIL), item="unknown", trap=True),
    Case("E05", {"spf-record": "unknown:reasons.dns-error"}, zone(spf=SILENT), item="unknown", trap=True),
    Case("E06", {"spf-record": "fail:two"}, zone(spf=["v=spf1 a -all", "v=spf1 mx ~all"]), item="fail"),
    Case(
        "E07", PASS_ALL, zone(spf=['"v=spf1 ip4:192.0.2.1 incl" "ude:_spf.po" "st.test -all"']), item="pass", trap=True
    ),
    Case(
        "E08",
        PASS_ALL,
        zone(spf=["google-site-verification=1", "V=SPF1 ip4:192.0.2.1 -ALL", "v=spf10 x"]),
        item="pass",
        trap=True,
    ),
    Case("E09", {"spf-record": "fail"}, zone(spf="v=spf10 ip4:192.0.2.1 -all"), item="fail"),
    spf("E10", many(10), "spf-valid=note:close", INCLUDES, trap=True, item="pass"),
    spf("E11", many(11), "spf-valid=fail:too-many", INCLUDES, item="fail"),
    spf("E12", f"v=spf1 {' '.join(VOIDS.split()[:3])} -all", "spf-valid=fail:void"),
    spf("E13", f"v=spf1 {' '.join(VOIDS.split()[:2])} -all", "spf-valid=note:void-close", trap=True, item="pass"),
    spf("E14", "v=spf1 include:nothing.post.test -all", "spf-valid=fail:include-nowhere"),
    spf(
        "E15",
        "v=spf1 include:down.post.test -all",
        "spf-valid=unknown:branch-error",
        {("down.post.test", "TXT"): SERVFAIL},
        trap=True,
        item="unknown",
    ),
    spf(
        "E16",
        "v=spf1 include:_l.post.test -all",
        "spf-valid=fail:loop",
        {("_l.post.test", "TXT"): [f"v=spf1 include:{D} -all"]},
    ),
    spf("E17", "v=spf1 redirect=nothing.post.test", "spf-valid=fail:redirect-nowhere"),
    spf("E18", "v=spf1 redirect=_i0.post.test", "spf-policy=pass", INCLUDES, trap=True, item="pass"),
    spf("E19", "v=spf1 redirect=nothing.post.test ~all", "spf-policy=pass", trap=True, item="pass"),
    spf("E20", "v=spf1 ip4:192.0.2.1 +all", "spf-policy=fail:open"),
    spf("E20-bare", "v=spf1 ip4:192.0.2.1 all", "spf-policy=fail:open"),
    spf("E21", "v=spf1 ip4:192.0.2.1 ?all", "spf-policy=fail:neutral"),
    spf("E22", "v=spf1 ip4:192.0.2.1", "spf-policy=fail:no-end"),
    spf("E23", "v=spf1 include:_spf.post.test ~all", "spf-policy=pass", trap=True, item="pass"),
    spf(
        "E24",
        "v=spf1 include:%{i}._s.%{d}.host.test exists:%{l}.x.test ~all",
        "spf-valid=note:at-least",
        trap=True,
        item="pass",
    ),
    spf("E25", "v=spf1 ip4:0.0.0.0/0 -all", "spf-policy=fail:wide"),
    spf("E26", "v=spf1 ip4:192.0.2.0/24 -all include:", "spf-valid=fail:syntax"),
    spf("E27", "v=spf1 ipv4:192.0.2.1 -all", "spf-valid=fail:syntax"),
    Case("E28", {"spf-record": "fail"}, zone(spf=None, more={(D, "SPF"): ["v=spf1 -all"]}), item="fail"),
    key("E29", None, "fail:missing"),
    key("E30", "v=DKIM1; k=rsa; p=", "fail:revoked"),
    key("E31", f"v=DKIM1; p={short_key()}", "fail:short"),
    key("E32", "v=DKIM1; k=rsa; p=this is not a key!", "fail:not-a-key"),
    key("E33", f"v=DKIM1; p={pair(1024).packed}", "note:short-1024", trap=True, item="pass"),
    key("E34", f"v=DKIM1; t=y; p={pair().packed}", "note:testing", trap=True, item="pass"),
    key("E35", f"p={pair().packed}", "pass", trap=True, item="pass"),
    key(
        "E36",
        f"v=DKIM1; p={pair().packed[:70]} {pair().packed[70:140]}  {pair().packed[140:]}",
        "pass",
        trap=True,
        item="pass",
    ),
    key(
        "E37",
        None,
        "pass",
        {(KEY, "CNAME"): ["s1.u1.sendgrid.net"], ("s1.u1.sendgrid.net", "TXT"): [pair().record]},
        trap=True,
        item="pass",
    ),
    key("E38", None, "fail:dangling", {(KEY, "CNAME"): ["gone.sendgrid.net"]}),
    key(
        "E39",
        None,
        "unknown:not-found",
        {(f"*._domainkey.{D}", "TXT"): ["v=spf1 -all"]},
        selectors=(),
        trap=True,
        item="unknown",
    ),
    Case(
        "E40",
        {"dkim-key": "not-applicable", "dmarc-policy": "pass:reject"},
        zone(spf="v=spf1 -all", key=None, mx="0 .", more={(f"*._domainkey.{D}", "TXT"): ["v=DKIM1; p="]}),
        selectors=(),
        trap=True,
        item="pass",
    ),
    key("E41", f"v=DKIM1; n={'x' * 900}; p={pair(4096).packed}", "pass", trap=True, item="pass"),
    key("E42", [pair().record, pair(1024).record], "fail:two-keys"),
    key("E43", f"v=DKIM1; k=ed25519; p={edwards()}", "note:ed25519", trap=True, item="pass"),
    mail("E44", arrived(signed()), {"dkim-proof": "pass", "alignment": "pass"}, trap=True, item="pass"),
    mail("E45", arrived(rewrapped(signed())), {"dkim-proof": "unknown:body-changed"}, trap=True, item="unknown"),
    mail("E46", arrived(past(signed())), {"dkim-proof": "unknown:expired"}, trap=True, item="unknown"),
    mail(
        "E47",
        arrived(signed(signer="esp.test", key=pair(turn=1)), path="b@esp.test"),
        {"alignment": "fail", "dkim-proof": "fail:provider-only"},
        more=ESP,
        item="fail",
    ),
    mail(
        "E48", arrived(BROKEN + signed()), {"dkim-proof": "pass", "alignment": "pass"}, more=ESP, trap=True, item="pass"
    ),
    mail("E49", arrived(FOREIGN + FORGED + signed()), {"received": "unknown:none"}, trap=True),
    mail("E49-own", arrived(signed(headers=FORGED)), {"received": "unknown:none"}, trap=True),
    mail(
        "E50",
        arrived(signed(), above=b"Authentication-Results: mx.gmail.test; dmarc=pass\r\n"),
        {"received": "unknown:none"},
        trap=True,
    ),
    mail(
        "E51",
        arrived(signed(), by="AM0.eurprd.prod.outlook.com", results=MICROSOFT),
        {"received": "pass"},
        trap=True,
        item="pass",
    ),
    mail(
        "E52",
        arrived(signed(), results=f"mx.post.test; dkim=pass header.d={D}; dmarc=pass(p=REJECT) header.from={D};"),
        {"received": "pass"},
        trap=True,
        item="pass",
    ),
    mail(
        "E53",
        arrived(signed(length=True) + b"Buy now\r\n"),
        {"dkim-proof": "note:tail", "alignment": "pass"},
        trap=True,
        item="pass",
    ),
    mail(
        "E54",
        arrived(signed() + b"\r\n-- \r\nlist footer\r\n", path="bounce@lists.test"),
        {"dkim-proof": "unknown:body-changed"},
        trap=True,
        item="unknown",
    ),
    mail(
        "E55",
        arrived(signed(signer=f"mail.{D}")),
        {"dkim-proof": "pass", "alignment": "pass"},
        more=SUB,
        trap=True,
        item="pass",
    ),
    mail(
        "E56",
        arrived(signed(signer=f"mail.{D}"), path=f"b@mail.{D}"),
        {"alignment": "fail:strict"},
        more=SUB,
        dmarc="v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:d@example.test",
        item="fail",
    ),
    dmarc("E57", None, "dmarc-record=fail", item="fail"),
    dmarc("E58", ["v=DMARC1; p=reject", "v=DMARC1; p=none"], "dmarc-record=fail:several", item="fail"),
    dmarc("E59", "v=DMARC1; p=none; rua=mailto:a@example.test", "dmarc-policy=fail:watching", item="fail"),
    dmarc("E59-blind", "v=DMARC1; p=none", "dmarc-policy=fail:blind", item="fail"),
    dmarc("E60", "v=DMARC1; p=reject; pct=0", "dmarc-policy=fail:pct-zero", item="fail"),
    dmarc("E61", "v=DMARC1; p=reject; t=y", "dmarc-policy=fail:test-mode", item="fail"),
    dmarc(
        "E62",
        "v=DMARC1; p=quarantine; pct=50; rua=mailto:a@example.test",
        "dmarc-policy=note:pct",
        trap=True,
        item="pass",
    ),
    Case(
        "E63",
        {"dmarc-record": "pass:inherited", "dmarc-policy": "pass:reject"},
        zone(
            dmarc="v=DMARC1; p=none; sp=reject",
            more={
                (f"news.{D}", "TXT"): ["v=spf1 ip4:192.0.2.7 -all"],
                (f"news.{D}", "SOA"): ["ns.test. host.test. 1 1 1 1 1"],
                (f"s1._domainkey.news.{D}", "TXT"): [pair().record],
            },
        ),
        domains=(f"news.{D}",),
        trap=True,
        item="pass",
    ),
    dmarc("E64", "v=DMARC1; p=reject; sp=none; rua=mailto:a@example.test", "dmarc-subdomains=fail:open", item="fail"),
    dmarc(
        "E65",
        None,
        "dmarc-policy=pass:reject",
        {
            (f"_dmarc.{D}", "CNAME"): ["example-test.dmarc.host.test"],
            ("example-test.dmarc.host.test", "TXT"): ["v=DMARC1; p=reject; rua=mailto:a@example.test"],
        },
        trap=True,
        item="pass",
    ),
    dmarc("E66", SERVFAIL, "dmarc-record=unknown:reasons.dns-error", trap=True, item="unknown"),
    dmarc(
        "E67-foreign",
        "v=DMARC1; p=reject; rua=mailto:x@reports.test",
        "dmarc-reports=note:not-authorised",
        trap=True,
        item="pass",
    ),
    dmarc("E67-none", "v=DMARC1; p=reject", "dmarc-reports=note:none", trap=True, item="pass"),
    dmarc(
        "E67-agreed",
        "v=DMARC1; p=reject; rua=mailto:x@reports.test",
        "dmarc-reports=pass",
        {(f"{D}._report._dmarc.reports.test", "TXT"): ["v=DMARC1"]},
        trap=True,
        item="pass",
    ),
    Case(
        "E68",
        {"dmarc-record": "note:other-organisation", "dmarc-policy": "pass:quarantine"},
        {
            ("a.b.c.d.e.f.org.psd.test", "SOA"): ["ns.test. h.test. 1 1 1 1 1"],
            ("a.b.c.d.e.f.org.psd.test", "TXT"): ["v=spf1 -all"],
            ("a.b.c.d.e.f.org.psd.test", "MX"): ["10 mx.test"],
            ("s1._domainkey.a.b.c.d.e.f.org.psd.test", "TXT"): [pair().record],
            ("_dmarc.psd.test", "TXT"): ["v=DMARC1; p=reject; psd=y"],
            ("_dmarc.org.psd.test", "TXT"): ["v=DMARC1; p=quarantine; rua=mailto:a@org.psd.test"],
        },
        domains=("a.b.c.d.e.f.org.psd.test",),
        trap=True,
        item="pass",
    ),
    Case("E69", {"extras": "note:none"}, trap=True, item="pass"),
    mail(
        "E70",
        arrived(signed(), path=f"b@send.{D}"),
        {"spf-policy": "pass", "alignment": "pass"},
        more={(D, "TXT"): ["v=spf1 -all"], (f"send.{D}", "TXT"): ["v=spf1 ip4:127.0.0.9 -all"]},
        trap=True,
        item="pass",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
async def test_fixture(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if case.id == "E05":
        request.getfixturevalue("impatient")
    findings, _seen, asked = await run(case, tmp_path)
    for check, want in case.want.items():
        mine = [told(f) for f in findings if f.check == check]
        assert want in mine or any(m.partition(":")[0] == want for m in mine), f"{check}: {mine}"
    fails = [f"{f.id} {f.say} {f.evidence}" for f in findings if f.outcome == "fail"]
    if case.trap:
        assert not fails
    if case.item:
        assert outcome(findings) == case.item
    for finding in findings:
        words = checklist().words(finding)
        assert words.text and "{" not in words.text + words.next + words.fix, finding.id
        assert finding.outcome != "unknown" or words.next, finding
    if case.id == "E68":
        assert sum(name.startswith("_dmarc.") for name, _ in asked) <= 8


def test_the_table_holds_every_fixture() -> None:
    have = {case.id.partition("-")[0] for case in CASES}
    assert have == {f"E{number:02}" for number in range(1, 71)}
    assert len({case.id for case in CASES}) == len(CASES)


async def test_the_path_is_the_evidence(tmp_path: Path) -> None:
    more = {
        ("_a.post.test", "TXT"): ["v=spf1 include:_b.post.test -all"],
        ("_b.post.test", "TXT"): ["v=spf1 include:_c.post.test -all"],
    }
    findings, *_ = await run(spf("path", "v=spf1 include:_a.post.test -all", "spf-valid=fail", more), tmp_path)
    evidence = next(f.evidence for f in findings if f.check == "spf-valid")
    assert "include:_a.post.test > include:_b.post.test > include:_c.post.test" in evidence


@pytest.mark.parametrize(
    ("case", "check", "slot", "want"),
    [
        (CASES[2], "spf-record", "record", "v=spf1 ~all"),
        (Case("two", {}, zone(spf=["v=spf1 a -all", "v=spf1 mx ~all"])), "spf-record", "record", "v=spf1 a mx -all"),
        (spf("x", "v=spf1 ipv4:192.0.2.1 -all", "x="), "spf-valid", "record", "v=spf1 ip4:192.0.2.1 -all"),
        (spf("x", "v=spf1 mx +all", "x="), "spf-policy", "record", "v=spf1 mx ~all"),
        (spf("x", "v=spf1 mx ip4:0.0.0.0/0 -all", "x="), "spf-policy", "record", "v=spf1 mx ~all"),
        (
            dmarc("x", "v=DMARC1; p=none; sp=none; rua=mailto:a@example.test", "x="),
            "dmarc-policy",
            "quarantine",
            "v=DMARC1; p=quarantine; rua=mailto:a@example.test",
        ),
        (dmarc("x", None, "x="), "dmarc-record", "reject", "v=DMARC1; p=reject; rua=mailto:dmarc@example.test"),
        (
            dmarc("x", "v=DMARC1; p=reject; sp=none", "x="),
            "dmarc-subdomains",
            "record",
            "v=DMARC1; p=reject; rua=mailto:dmarc@example.test",
        ),
    ],
)
async def test_the_record_to_paste(case: Case, check: str, slot: str, want: str, tmp_path: Path) -> None:
    findings, *_ = await run(case, tmp_path)
    found = next(f for f in findings if f.check == check)
    assert dict(found.slots)[slot] == want
    assert want in checklist().words(found).fix


async def test_a_provider_seen_in_mx_is_named_in_the_first_record(tmp_path: Path) -> None:
    findings, *_ = await run(Case("x", {}, zone(spf=None, mx="1 aspmx.l.google.com")), tmp_path)
    assert dict(findings[0].slots)["record"] == "v=spf1 include:_spf.google.com ~all"


async def test_a_key_made_for_another_method_is_given_back_mended(tmp_path: Path) -> None:
    findings, *_ = await run(key("x", f"v=DKIM1; h=sha1; s=other; p={pair().packed}", "x"), tmp_path)
    found = next(f for f in findings if f.check == "dkim-key")
    assert found.say == "no-sha256" and dict(found.slots)["record"] == pair().record
