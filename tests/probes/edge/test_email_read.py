"""What is said of each sight: originals with every result, several domains, the sample business. Judged as the product judges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.probes.edge.email_rig import Case, D, Pair, arrived, checklist, item, outcome, pair, run, signed, told, zone
from wizard.demo import mail as demo_mail
from wizard.demo import zone as demo_zone
from wizard.demo.parts.dns import serve_dns
from wizard.model import Answer, Basis, FileRef, Finding, Unobserved
from wizard.net import Access, Dns, open_net
from wizard.probe import Target
from wizard.probes import PROBES
from wizard.probes.edge.email import CHECKS, PROBE
from wizard.probes.edge.email.dmarc import listed
from wizard.probes.edge.email.facts import Look, Message, Signature, Walk
from wizard.probes.edge.email.look import named_selectors, sending_domains
from wizard.probes.edge.email.read_mail import read_message, unsigned
from wizard.probes.edge.email.selectors import FIRST, by_end, by_mx, guesses

FILE = FileRef("a.eml", "0" * 64)


def walk(domain: str, text: str = "v=DMARC1; p=reject") -> Walk:
    return Walk(
        domain, (Look("_dmarc.x.test", "TXT", Dns.FOUND, (text,)),) if domain.endswith("x.test") else (), listed(domain)
    )


def message(**changes) -> Message:
    found = Message(
        FILE,
        sender="x.test",
        return_path="x.test",
        age=1.0,
        received=2,
        receiver="mx.post.test",
        signatures=(signature(),),
    )
    found = replace(found, **changes)
    names = dict.fromkeys([found.sender, found.return_path, *(s.domain for s in found.signatures)])
    return replace(found, walks=tuple(walk(name) for name in names if name))


def signature(**changes) -> Signature:
    return replace(Signature("x.test", "s1", "valid", "rsa-sha256", True), **changes)


def bad(result: str) -> tuple[Signature, ...]:
    return (signature(result=result),)


STRANGER = (signature(domain="esp.test"),)


@pytest.mark.parametrize(
    ("seen", "want"),
    [
        (message(), {"dkim-proof": "pass", "alignment": "pass", "received": "unknown:none"}),
        (message(signatures=bad("header-changed")), {"dkim-proof": "unknown:header-changed", "alignment": "unknown:not-proven"}),
        (message(signatures=bad("header-changed"), spf="pass"), {"dkim-proof": "unknown:header-changed", "alignment": "pass:by-path"}),
        (message(signatures=bad("header-changed"), results=(("spf", "pass"), ("dmarc", "pass"))), {"alignment": "pass:by-path", "received": "pass"}),
        (message(signatures=bad("dns-error")), {"dkim-proof": "unknown:dns-error"}),
        (message(signatures=bad("no-key")), {"dkim-proof": "unknown:no-key"}),
        (message(signatures=bad("no-key"), age=30.0), {"dkim-proof": "unknown:key-gone"}),
        (message(signatures=bad("bad-key")), {"dkim-proof": "unknown:bad-key"}),
        (message(signatures=(signature(signed_from=False),)), {"dkim-proof": "unknown:from-unsigned"}),
        (message(signatures=(signature(length=True),)), {"dkim-proof": "note:tail", "alignment": "pass"}),
        (message(signatures=(signature(length=True), signature())), {"dkim-proof": "pass"}),
        (message(signatures=()), {"dkim-proof": "unknown:path-only", "alignment": "unknown:not-proven"}),
        (message(signatures=(), return_path="esp.test"), {"dkim-proof": "fail:unsigned", "alignment": "fail"}),
        (message(signatures=STRANGER, return_path="esp.test"), {"dkim-proof": "fail:provider-only", "alignment": "fail"}),
        (message(signatures=STRANGER, return_path="esp.test", age=30.0), {"dkim-proof": "unknown:old", "alignment": "unknown:not-proven"}),
        (message(signatures=STRANGER, return_path="esp.test", age=-1.0), {"dkim-proof": "unknown:old"}),
        (message(signatures=STRANGER, return_path="esp.test", received=0), {"dkim-proof": "unknown:not-original"}),
        (message(signatures=STRANGER, return_path=""), {"dkim-proof": "unknown:not-original"}),
        (message(signatures=STRANGER, return_path="esp.test", unread=5), {"dkim-proof": "unknown:too-many"}),
        (message(sender="other.test"), {"dkim-proof": "unknown:other-sender", "alignment": "unknown:not-proven"}),
        (message(results=(("dmarc", "fail"),)), {"received": "unknown:contradicts", "alignment": "pass"}),
        (message(signatures=bad("header-changed"), results=(("dmarc", "fail"),)), {"received": "fail"}),
        (message(signatures=bad("body-changed"), results=(("dmarc", "fail"),)), {"received": "unknown:contradicts"}),
        (message(results=(("spf", "pass"), ("dmarc", "pass")), spf="fail"), {"received": "note:spf-differs"}),
        (message(lists=("list-unsubscribe",)), {"bulk": "note:not-one-click"}),
        (message(lists=("list-unsubscribe", "list-unsubscribe-post"), signatures=(signature(headers=("from", "list-unsubscribe", "list-unsubscribe-post")),)), {"bulk": "pass"}),
    ],
)  # fmt: skip
def test_originals(seen: Message, want: dict[str, str]) -> None:
    findings = read_message(seen, frozenset({"x.test"}))
    found = {f.check: told(f) for f in findings}
    assert {check: found.get(check) for check in want} == want
    for finding in findings:
        assert finding.basis in (Basis.EVIDENCED, Basis.NONE) and finding.files == (FILE,)
        assert "{" not in checklist().words(finding).text


@pytest.mark.parametrize(
    ("seen", "domain", "bare"),
    [
        (message(signatures=()), "x.test", True),
        (message(signatures=(), sender="mail.x.test"), "x.test", True),
        (message(signatures=(), sender="y.test"), "x.test", False),
        (message(), "x.test", False),
        (message(signatures=(), received=0), "x.test", False),
        (message(signatures=(), unread=1), "x.test", False),
        (message(signatures=(), age=8.0), "x.test", False),
        (message(signatures=(), age=7.0), "x.test", True),
        (message(signatures=(), age=-1.0), "x.test", False),
        (message(signatures=(), problem="not-mail"), "x.test", False),
    ],
)
def test_what_counts_as_a_fresh_unsigned_original(seen: Message, domain: str, bare: bool) -> None:
    assert unsigned(seen, domain) is bare


def test_a_flaw_of_an_original_is_counted_once() -> None:
    findings = read_message(message(signatures=(), return_path="esp.test"), frozenset({"x.test"}))
    roots = {f.check: f.roots for f in findings if f.outcome == "fail"}
    assert roots == {"dkim-proof": ("email-auth.alignment",), "alignment": ()}


@pytest.mark.parametrize(
    ("target", "want"),
    [
        (Target(site="https://app.brightside.example/x"), (("brightside.example", True),)),
        (Target(site="https://app.brightside.co.uk"), (("brightside.co.uk", True),)),
        (Target(site="https://me.lovable.app"), ()),
        (Target(site="https://me.github.io", email_domains=("x.test",)), (("x.test", True),)),
        (Target(site="http://127.0.0.1:8000"), ()),
        (Target(site="http://localhost:8000"), ()),
        (Target(), ()),
        (Target(site="https://x.test", email_domains=("X.test", "mail.x.test")), (("x.test", True), ("mail.x.test", True))),
        (Target(site="https://app.y.test", email_domains=("x.test",)), (("x.test", True), ("y.test", False))),
        (Target(email_domains=("not a domain", "x.test.")), (("x.test", True),)),
    ],
)  # fmt: skip
def test_which_domains_are_judged(target: Target, want: tuple) -> None:
    assert sending_domains(target) == want


async def test_with_no_domain_nothing_is_asked() -> None:
    async with serve_dns({}) as dns, open_net(Access(run_id="t", resolver=dns.resolver)) as net:
        assert await PROBE.observe(Target(site="http://localhost"), net) == Unobserved("no-email-domain")
        assert not dns.asked


def test_selectors_are_taken_from_profile_answer_and_originals() -> None:
    answer = Answer("email-auth.dkim-key", "s9 and Google", "Ada")
    target = Target(selectors=("s1", "k2._domainkey.mail.x.test"), answers={"email-auth.dkim-key": answer})
    found = {(name, domain): origin for name, domain, origin in named_selectors(target, ())}
    assert found["s1", ""] == found["k2", "mail.x.test"] == "profile"
    assert found["s9", ""] == found["google", ""] == "answer"


async def test_a_word_in_an_answer_is_never_missed_as_a_key(tmp_path: Path) -> None:
    answer = Answer("email-auth.dkim-key", "I think it is s7", "Ada")
    table = zone(key=None, more={(f"s7._domainkey.{D}", "TXT"): [pair().record]})
    async with serve_dns(table) as dns, open_net(Access(run_id="t", resolver=dns.resolver)) as net:
        target = Target(email_domains=(D,), answers={"email-auth.dkim-key": answer})
        findings = PROBE.read(await PROBE.observe(target, net))
    assert [told(f) for f in findings if f.check == "dkim-key"] == ["pass:guessed"]


async def test_a_selector_of_one_domain_is_not_missed_at_another(tmp_path: Path) -> None:
    other = {
        ("other.test", "SOA"): ["ns.test. h.test. 1 1 1 1 1"],
        ("other.test", "TXT"): ["v=spf1 -all"],
        ("_dmarc.other.test", "TXT"): ["v=DMARC1; p=reject; rua=mailto:a@other.test"],
    }
    findings, *_ = await run(Case("two", {}, zone(more=other), domains=(D, "other.test")), tmp_path)
    keys = {f.where: told(f) for f in findings if f.check == "dkim-key"}
    assert keys == {D: "pass", "other.test": "not-applicable"} and outcome(findings) == "pass"


async def test_an_original_names_the_key_that_guessing_missed(tmp_path: Path) -> None:
    named = zone(key=None, more={("s1._domainkey.mail.example.test", "TXT"): [pair().record]})
    findings, *_ = await run(
        Case("named", {}, named, selectors=(), mails=(arrived(signed(signer=f"mail.{D}")),)), tmp_path
    )
    assert [told(f) for f in findings if f.check == "dkim-key"] == ["pass"] and outcome(findings) == "pass"


async def test_a_fresh_unsigned_original_turns_looks_missing_into_missing(tmp_path: Path) -> None:
    case = Case("bare", {}, zone(key=None), selectors=(), mails=(arrived(signed(signer="")),))
    findings, *_ = await run(case, tmp_path)
    assert [told(f) for f in findings if f.check == "dkim-key"] == ["fail:unsigned"]
    old = replace(case, mails=(arrived(signed(signer="", days=30), days=30),))
    findings, *_ = await run(old, tmp_path)
    assert [told(f) for f in findings if f.check == "dkim-key"] == ["unknown:looks-missing"]


async def test_a_key_that_changed_since_an_old_mail_is_no_fault(tmp_path: Path) -> None:
    stranger = Pair(pair(turn=5).pem, "")
    mail = arrived(signed(key=stranger, days=40).replace(b"s=s1;", b"s=old;"), days=40)
    findings, *_ = await run(Case("rotated", {}, mails=(mail,)), tmp_path)
    assert not [f for f in findings if f.outcome == "fail"]
    assert [told(f) for f in findings if f.check == "dkim-proof"] == ["unknown:key-gone"]


@pytest.mark.parametrize(
    ("policy", "want"),
    [("v=DMARC1; p=reject; rua=mailto:d@example.test", "pass:reject"), ("v=DMARC1; p=quarantine; rua=mailto:d@example.test", "fail:parked"), (None, "unknown:no-record")],
)  # fmt: skip
async def test_a_parked_domain_must_refuse(policy: str | None, want: str, tmp_path: Path) -> None:
    findings, *_ = await run(
        Case("parked", {}, zone(spf="v=spf1 -all", mx=None, key=None, dmarc=policy), selectors=()), tmp_path
    )
    assert [told(f) for f in findings if f.check == "dmarc-policy"] == [want]
    assert [told(f) for f in findings if f.check == "dkim-key"] == ["not-applicable"]


@pytest.mark.parametrize(
    ("flaw", "check", "want"),
    [
        ("", "", "pass"),
        ("two-spf", "spf-record", "fail"),
        ("spf-open", "spf-policy", "fail"),
        ("dkim-missing", "dkim-key", "fail"),
        ("dmarc-watching", "dmarc-policy", "fail"),
        ("no-dmarc", "dmarc-record", "fail"),
    ],
)
async def test_the_sample_business(flaw: str, check: str, want: str, tmp_path: Path) -> None:
    own, watch = demo_mail.signer(demo_zone.DOMAIN, demo_zone.SELECTOR), demo_mail.signer("uptimewatch.example", "w1")
    table = dict(demo_zone.zone(frozenset({flaw}), own.record, watch.record))
    case = Case(
        flaw, {}, table, selectors=(demo_zone.SELECTOR,), mails=(demo_mail.welcome(own),), domains=(demo_zone.DOMAIN,)
    )
    findings, *_ = await run(case, tmp_path)
    assert outcome(findings) == want
    assert {f.check for f in findings if f.outcome == "fail"} == ({check} if check else set())


def test_the_checklist_and_the_probe_name_the_same_checks() -> None:
    assert set(item().checks) == set(CHECKS) and PROBE in PROBES
    assert {"spf-record", "spf-valid", "spf-policy", "dmarc-record", "dmarc-policy", "dkim-key"} == {
        name for name, check in item().checks.items() if check.required == "always"
    }


def test_every_sentence_has_only_known_gaps() -> None:
    gaps = {
        "domain",
        "where",
        "file",
        "sender",
        "signer",
        "path",
        "receiver",
        "record",
        "count",
        "lookups",
        "void",
        "term",
        "end",
    }
    gaps |= {
        "selector",
        "host",
        "target",
        "bits",
        "guessed",
        "at",
        "watch",
        "quarantine",
        "reject",
        "policy",
        "pct",
        "tag",
    }
    gaps |= {"organisation", "listed", "permit", "have", "lack"}
    import re

    for check in item().checks.values():
        for said in check.say.values():
            text = said if isinstance(said, str) else said.text + said.next + said.fix
            assert set(re.findall(r"\{([a-z_-]+)\}", text)) <= gaps


def test_the_selectors_file() -> None:
    names = guesses()
    assert len(names) <= 80 and len(set(names)) == len(names) and "google" in names[:FIRST]
    assert by_end("u1.wl.sendgrid.net").name == "SendGrid" and by_end("x.notsendgrid.net") is None
    assert by_mx("aspmx.l.google.com").spf == "_spf.google.com" and by_mx("google.com.evil.test") is None


def test_findings_are_plain() -> None:
    for finding in read_message(message(), frozenset({"x.test"})):
        assert isinstance(finding, Finding) and all(isinstance(value, str) for _, value in finding.slots)


SUB = {
    ("mail.example.test", "TXT"): ["v=spf1 ip4:192.0.2.7 -all"],
    ("mail.example.test", "SOA"): ["ns.test. host.test. 1 1 1 1 1"],
}


@pytest.mark.parametrize(
    ("selectors", "records", "want"),
    [
        (("s1",), {f"s1._domainkey.{D}": pair().record}, ["pass"]),
        (("s1",), {f"s1._domainkey.mail.{D}": pair().record}, ["pass"]),
        (("s1",), {}, ["fail:missing"]),
        ((), {f"google._domainkey.{D}": pair().record}, ["pass:guessed"]),
        ((f"s1._domainkey.{D}",), {f"s1._domainkey.{D}": pair().record}, ["pass"]),
        ((f"s1._domainkey.{D}",), {}, ["fail:missing"]),
    ],
)  # fmt: skip
async def test_a_sub_domain_may_sign_as_its_organisation(
    selectors: tuple, records: dict, want: list, tmp_path: Path
) -> None:
    table = zone(key=None, more=SUB | {(name, "TXT"): [text] for name, text in records.items()})
    findings, *_ = await run(Case("sub", {}, table, selectors=selectors, domains=(f"mail.{D}",)), tmp_path)
    assert [told(f) for f in findings if f.check == "dkim-key"] == want


@pytest.mark.parametrize("text", ["v=DMARC1, p=reject", "v=dmarc1; p=reject", "V=DMARC1 p=reject"])
async def test_a_misspelt_rule_is_shown(text: str, tmp_path: Path) -> None:
    findings, *_ = await run(Case("misspelt", {}, zone(dmarc=text)), tmp_path)
    found = next(f for f in findings if f.check == "dmarc-record")
    assert told(found) == "fail:syntax" and found.evidence == text


@pytest.mark.parametrize(
    ("more", "mx", "want", "have"),
    [
        ({}, "10 mx.example.test", "note:none", "-"),
        (
            {(f"_mta-sts.{D}", "TXT"): ["v=STSv1; id=1"], (D, "DS"): ["12345 13 2 " + "ab" * 32]},
            "10 mx.example.test",
            "note:some",
            "MTA-STS, DNSSEC",
        ),
        ({(f"_smtp._tls.{D}", "TXT"): ["hello"]}, "0 .", "note:some", "Null MX"),
    ],
)
async def test_extras_are_only_noted(more: dict, mx: str, want: str, have: str, tmp_path: Path) -> None:
    findings, *_ = await run(Case("extras", {}, zone(mx=mx, more=more)), tmp_path)
    found = next(f for f in findings if f.check == "extras")
    assert told(found) == want and dict(found.slots)["have"] == have


@pytest.mark.parametrize(
    ("text", "domain", "quarantine", "reject"),
    [
        ("v=DMARC1; p=none; sp=reject; rua=mailto:a@x.test", D, "p=quarantine; sp=reject", "p=reject; sp=reject"),
        ("v=DMARC1; p=none; sp=none; rua=mailto:a@x.test", D, "p=quarantine", "p=reject"),
        ("v=DMARC1; p=reject; sp=none; rua=mailto:a@x.test", f"mail.{D}", "p=reject; sp=quarantine", "p=reject"),
        ("v=DMARC1; p=none; np=reject; rua=mailto:a@x.test", D, "p=quarantine; np=reject", "p=reject; np=reject"),
    ],
)  # fmt: skip
async def test_the_next_step_weakens_nothing(
    text: str, domain: str, quarantine: str, reject: str, tmp_path: Path
) -> None:
    findings, *_ = await run(Case("steps", {}, zone(dmarc=text, more=SUB), domains=(domain,)), tmp_path)
    found = next(f for f in findings if f.check == "dmarc-policy")
    slots = {name: value.replace("; rua=mailto:a@x.test", "") for name, value in found.slots}
    assert (slots["quarantine"], slots["reject"]) == (f"v=DMARC1; {quarantine}", f"v=DMARC1; {reject}")


async def test_a_name_that_does_not_exist_follows_np(tmp_path: Path) -> None:
    table = zone(dmarc="v=DMARC1; p=none; np=reject; rua=mailto:a@example.test")
    findings, *_ = await run(Case("np", {}, table, domains=(f"gone.{D}",)), tmp_path)
    assert [told(f) for f in findings if f.check == "dmarc-policy"] == ["pass:reject"]


async def test_a_signature_with_two_keys_proves_nothing(tmp_path: Path) -> None:
    table = zone(key=[pair().record, pair(1024).record])
    findings, *_ = await run(Case("two keys", {}, table, mails=(arrived(signed()),)), tmp_path)
    assert [told(f) for f in findings if f.check == "dkim-proof"] == ["unknown:bad-key"]


async def test_a_key_behind_a_known_alias_is_not_asked_for_twice(tmp_path: Path) -> None:
    table = zone(key=None, more={(f"s1._domainkey.{D}", "CNAME"): ["gone.sendgrid.net"]})
    _, seen, asked = await run(Case("alias", {}, table), tmp_path)
    assert (f"s1._domainkey.{D}", "CNAME") not in asked
    assert [s.provider for s in seen.domains[0].selectors if s.name == "s1"] == ["SendGrid"]
