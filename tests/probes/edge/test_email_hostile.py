"""Input that wants to hurt: huge records, circles, silence, giant and broken messages. Bounded, never raised, never a fail by mistake."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import msgspec
import pytest

from tests.probes.edge.email_rig import Case, D, arrived, checklist, pair, run, signed, told, zone
from wizard.demo.parts.dns import SERVFAIL, SILENT, serve_dns
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.edge.email import PROBE

BIG = "v=spf1 " + " ".join(f"ip4:10.{n // 250}.{n % 250}.1" for n in range(4_000)) + " -all"
ESCAPE = "v=spf1 include:\x1b[31m.test \x07 -all"


def of(findings, check: str) -> list[str]:
    return [told(f) for f in findings if f.check == check]


RECORDS = [
    ("64 KB of SPF", zone(spf=BIG), "spf-valid", "unknown:too-long"),
    ("64 KB elsewhere", zone(spf=["x" * 60_000, "v=spf1 -all"]), "spf-record", "pass"),
    ("control characters", zone(spf=ESCAPE), "spf-valid", "fail:syntax"),
    ("a circle of CNAMEs", zone(spf=None, more={(D, "CNAME"): ["b.test"], ("b.test", "CNAME"): [D]}), "spf-record", "unknown:reasons.dns-error"),
    ("a key in a circle", zone(key=None, more={(f"s1._domainkey.{D}", "CNAME"): [f"s1._domainkey.{D}"]}), "dkim-key", "unknown:reasons.dns-error"),
    ("hundreds of includes", zone(spf="v=spf1 " + " ".join(f"include:i{n}.test" for n in range(400)) + " -all"), "spf-valid", "fail:include-nowhere"),
    ("a long chain", zone(spf="v=spf1 include:c0.test -all", more={(f"c{n}.test", "TXT"): [f"v=spf1 include:c{n + 1}.test -all"] for n in range(200)}), "spf-valid", "fail:too-many"),
    ("sixty records", zone(spf=["v=spf1 -all"] * 1 + [f"v=spf1 ip4:10.0.0.{n} -all" for n in range(60)]), "spf-record", "fail:two"),
    ("every key in one name", zone(key=[pair().record.replace("p=", f"n={n}; p=") for n in range(30)]), "dkim-key", "fail:two-keys"),
    ("DMARC of 64 KB", zone(dmarc="v=DMARC1; p=reject; rua=" + ",".join(f"mailto:a@r{n}.test" for n in range(2_500))), "dmarc-policy", "pass:reject"),
    ("no mail server answers", zone(mx=SERVFAIL), "spf-record", "pass"),
    ("the control is broken", zone(spf=None, dmarc=None, more={(D, "SOA"): SERVFAIL}), "dmarc-record", "unknown:reasons.dns-error"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "table", "check", "want"), RECORDS, ids=[case[0] for case in RECORDS])
async def test_hostile_records(name: str, table: dict, check: str, want: str, tmp_path: Path) -> None:
    findings, seen, asked = await run(Case(name, {}, table), tmp_path)
    assert of(findings, check) == [want]
    assert len(asked) < 400
    assert len(msgspec.json.encode(seen)) < 200_000
    for finding in findings:
        assert finding.evidence.isprintable() and len(finding.evidence) <= 1500
        assert checklist().words(finding).text.isprintable()


async def test_a_name_with_more_records_than_are_seen_is_not_said_to_lack_one(tmp_path: Path) -> None:
    crowd = [f"verification-{n}" for n in range(70)]
    findings, *_ = await run(Case("crowd", {}, zone(spf=crowd, dmarc=[*crowd[:30], "v=DMARC1; p=reject"])), tmp_path)
    assert of(findings, "spf-record") == ["unknown:crowded"] and of(findings, "dmarc-policy") == ["pass:reject"]


async def test_a_lost_alias_of_the_rule_is_named(tmp_path: Path) -> None:
    findings, *_ = await run(
        Case("alias", {}, zone(dmarc=None, more={(f"_dmarc.{D}", "CNAME"): ["gone.host.test"]})), tmp_path
    )
    found = next(f for f in findings if f.check == "dmarc-record")
    assert found.outcome == "fail" and "gone.host.test" in found.evidence


async def test_originals_beyond_what_can_be_held_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.probes.edge.email.originals.MAX_HELD", 100)
    findings, *_ = await run(Case("many", {}, zone(), mails=(arrived(signed()), arrived(signed()))), tmp_path)
    assert of(findings, "dkim-proof") == ["pass", "unknown:too-big"]


@pytest.mark.usefixtures("impatient")
async def test_a_dead_resolver_is_unknown_everywhere_and_soon(tmp_path: Path) -> None:
    async with open_net(Access(run_id="t", resolver="127.0.0.1:9")) as net:
        seen = await PROBE.observe(Target(email_domains=(D,), selectors=("s1",)), net)
        findings = PROBE.read(seen)
    required = [
        f
        for f in findings
        if f.check in ("spf-record", "spf-valid", "spf-policy", "dkim-key", "dmarc-record", "dmarc-policy")
    ]
    assert {f.outcome for f in required} == {"unknown"} and len(required) == 6


@pytest.mark.usefixtures("impatient")
async def test_silence_everywhere_is_unknown(tmp_path: Path) -> None:
    findings, _, asked = await run(Case("silence", {}, {(f"*.{D}", "ANY"): SILENT, (D, "ANY"): SILENT}), tmp_path)
    assert not [f for f in findings if f.outcome == "fail"]
    assert not [f for f in findings if f.outcome == "pass"]  # silence is no absence either: not even a note may say so
    assert len(set(asked)) < 25


HEAD = b"From: coach@example.test\r\nReturn-Path: <coach@example.test>\r\nReceived: from a (a [127.0.0.9]) by mx.post.test; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.test; s=s1; h=from; bh=AAAA; b=AAAA\r\n"
ODD = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.test; s=s1; h=from; bh=AAAA; b="
    + b" \r\n " * 1500
    + b"\r\n"
)


MAILS = [
    ("empty", b"", "unknown:not-mail"),
    ("a picture", bytes(range(256)) * 40, "unknown:not-mail"),
    ("utf-16", "From: coach@example.test\r\n\r\nhi".encode("utf-16"), "unknown:not-mail"),
    ("30 MB", arrived(signed(b"0123456789abcdef\r\n" * 1_600_000)), "pass"),
    ("over the limit", HEAD + b"\r\n" + b"x" * 41_000_000, "unknown:too-big"),
    ("a head without end", b"From: a@example.test\r\n" + b"X: y\r\n" * 300_000, "unknown:too-big"),
    ("one field of 900 KB", b"From: a@example.test\r\nX: y\r\n" + b" z\r\n" * 200_000 + b"\r\nhi", "unknown:too-big"),
    ("blanks without end", HEAD + SIGNATURE + b"\r\n" + b" " * 20_000_000 + b"x", "unknown:too-big"),
    ("thousands of signatures", HEAD + SIGNATURE * 3_000 + b"\r\nhi", "unknown:body-changed"),
    ("thousands of strangers' signatures", HEAD + SIGNATURE.replace(b"d=example", b"d=x") * 3_000 + b"\r\nhi", "unknown:too-many"),
    ("without Received", signed(), "pass"),
    ("not signed, without Received", signed(signer=""), "unknown:not-original"),
    ("folded blanks in b=", HEAD + ODD + b"\r\nhi", "unknown:too-many"),
    ("two From", b"From: other@evil.test\r\n" + arrived(signed()), "unknown:many-from"),
    ("two senders", arrived(signed(sender=f"a@{D}, b@evil.test")), "unknown:many-from"),
    ("Latin-1 in From", arrived(signed()).replace(b"From: Coach", b"From: Co\xe4ch"), "unknown:header-changed"),
    ("bad base64", arrived(signed()).replace(b"\r\n b=", b"\r\n b=!!", 1), "unknown:broken"),
    ("tags that are none", HEAD + b"DKIM-Signature: hello\r\n\r\nhi", "unknown:"),
    ("d= is a path", HEAD + SIGNATURE.replace(b"d=example.test", b"d=../../etc") + b"\r\nhi", "unknown:"),
    ("selector of 1,000 letters", HEAD + SIGNATURE.replace(b"s=s1", b"s=" + b"s" * 1000) + b"\r\nhi", "unknown:broken"),
    ("sha1", HEAD + SIGNATURE.replace(b"rsa-sha256", b"rsa-sha1") + b"\r\nhi", "unknown:broken"),
    ("escapes", HEAD + b"DKIM-Signature: v=1; a=\x1b[2J; d=example.test; s=s1; h=\x1b]0;x\x07; bh=A; b=A\r\n\r\nhi", "unknown:"),
    ("mbox", b"From coach Mon Nov  2\r\n" + arrived(signed()), "pass"),
    ("LF only", arrived(signed()).replace(b"\r\n", b"\n"), "pass"),
    ("From not signed", arrived(signed()).replace(b"h=from : ", b"h="), "unknown:"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "want"), MAILS, ids=[case[0] for case in MAILS])
async def test_hostile_messages(name: str, raw: bytes, want: str, tmp_path: Path) -> None:
    findings, seen, asked = await run(Case(name, {}, zone(), mails=(raw,)), tmp_path)
    found = of(findings, "dkim-proof")
    assert len(found) == 1 and found[0].startswith(want), found
    assert len(asked) < 200 and len(msgspec.json.encode(seen)) < 100_000
    for finding in findings:
        assert finding.evidence.isprintable()
        assert "{" not in checklist().words(finding).text


async def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    target = Target(email_domains=(D,), messages=(tmp_path / "gone.eml", tmp_path))
    async with serve_dns(zone()) as dns, open_net(Access(run_id="t", resolver=dns.resolver)) as net:
        findings = PROBE.read(await PROBE.observe(target, net))
    assert of(findings, "dkim-proof") == ["unknown:missing"] * 2


async def test_a_large_message_is_not_copied_many_times(tmp_path: Path) -> None:
    raw = arrived(signed(b"0123456789abcdef\r\n" * 400_000))
    tracemalloc.start()
    await run(Case("large", {}, zone(), mails=(raw,)), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(raw)
