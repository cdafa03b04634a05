"""A sound zone, real keys and signed originals for the e-mail tests: everything is made here, nothing is stored."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import Any

import dkim
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from wizard.checklist import Checklist, Item, Words
from wizard.demo.parts.dns import serve_dns
from wizard.judge.findings import _sound
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Finding, Outcome, Severity
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.edge.email import PROBE
from wizard.words import data

D = "example.test"
SPF = "v=spf1 ip4:127.0.0.9 include:_spf.post.test -all"
DMARC = "v=DMARC1; p=reject; rua=mailto:dmarc@example.test"
SOA = "ns.test. host.test. 1 3600 600 86400 300"


@dataclass(frozen=True)
class Pair:
    """A key pair: PEM for signing, and the record to publish."""

    pem: bytes
    packed: str
    kind: str = "rsa"

    @property
    def record(self) -> str:
        return f"v=DKIM1; k={self.kind}; p={self.packed}"


@cache
def pair(bits: int = 2048, turn: int = 0) -> Pair:
    key = rsa.generate_private_key(65537, bits)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return Pair(pem, packed(key.public_key()))


def packed(key: Any) -> str:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@cache
def short_key(bits: int = 512) -> str:
    return packed(rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 12345).public_key())


@cache
def edwards() -> str:
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return base64.b64encode(raw).decode()


def zone(**changes: Any) -> dict[tuple[str, str], Any]:
    """A sound zone for example.test with one provider. `spf`, `key`, `dmarc`, `mx`: text, a list, a Broken or None (absent); `more`: entries."""
    more = changes.pop("more", {})
    values = {"spf": SPF, "key": pair().record, "dmarc": DMARC, "mx": "10 mx.example.test"} | changes
    places = {"spf": (D, "TXT"), "key": (f"s1._domainkey.{D}", "TXT"), "dmarc": (f"_dmarc.{D}", "TXT"), "mx": (D, "MX")}
    found: dict[tuple[str, str], Any] = {
        (D, "SOA"): [SOA],
        ("_spf.post.test", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ?all"],
        (f"www.{D}", "A"): ["192.0.2.1"],
    }
    for name, value in values.items():
        if value is not None:
            found[places[name]] = [value] if isinstance(value, str) else value
    return found | more


@dataclass
class Case:
    """One fixture: zone, what the profile names, originals, and what must come out (check -> "outcome", "outcome:say" or "note:say")."""

    id: str
    want: dict[str, str]
    zone: dict[tuple[str, str], Any] = field(default_factory=zone)
    selectors: tuple[str, ...] = ("s1",)
    mails: tuple[bytes, ...] = ()
    trap: bool = False
    item: str = ""
    domains: tuple[str, ...] = (D,)
    site: str = ""


async def run(case: Case, tmp_path: Path) -> tuple[tuple[Finding, ...], Any, list[tuple[str, str]]]:
    """Observe the case over a real DNS server and read it: findings, what was seen, the questions asked."""
    paths = []
    for number, raw in enumerate(case.mails):
        path = tmp_path / f"mail{number}.eml"
        path.write_bytes(raw)
        paths.append(path)
    target = Target(email_domains=case.domains, selectors=case.selectors, messages=tuple(paths), site=case.site)
    async with serve_dns(case.zone) as dns, open_net(Access(run_id="t", resolver=dns.resolver)) as net:
        seen = await PROBE.observe(target, net)
        asked = list(dns.asked)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=type(seen)) == seen
    return PROBE.read(seen), seen, asked


@cache
def item() -> Item:
    import tomllib

    return msgspec.convert(tomllib.loads(data("checklists/coach-chatbot/email-auth.toml").read_text()), Item)


@cache
def checklist() -> Checklist:
    import tomllib

    common = msgspec.convert(tomllib.loads(data("checklists/coach-chatbot/reasons.toml").read_text()), dict[str, Words])
    return Checklist(index=None, items=(item(),), common=common)  # type: ignore[arg-type]


def outcome(findings: tuple[Finding, ...]) -> str:
    """What the item comes to by the judge."""
    return verdict_of(item(), root_causes([_sound(f) for f in findings], checklist())).outcome.value


def told(finding: Finding) -> str:
    """``outcome:say`` of a finding, ``note:say`` for a note."""
    head = "note" if finding.severity is Severity.NOTE and finding.outcome is Outcome.PASS else finding.outcome.value
    return f"{head}:{finding.say}" if finding.say else head


# originals


def signed(
    body: bytes = b"Hello Ada,\r\n\r\nhere is your plan for the week.\r\n",
    *,
    sender: str = f"Coach <coach@{D}>",
    signer: str = D,
    key: Pair | None = None,
    headers: bytes = b"",
    length: bool = False,
    days: float = 1.0,
) -> bytes:
    """A mail as its sender hands it on, signed by `signer` at selector s1 (not signed when it is "")."""
    date = formatdate(time.time() - days * 86400).encode()
    raw = b"From: " + sender.encode() + b"\r\nTo: ada@post.test\r\nSubject: Your plan\r\nDate: " + date
    raw += b"\r\nMessage-ID: <1@example.test>\r\n" + headers + b"\r\n" + body
    if not signer:
        return raw
    include = [b"From", b"To", b"Subject", b"Date", b"Message-ID"]
    include += [line.partition(b":")[0] for line in headers.splitlines() if b":" in line]
    return (
        dkim.sign(
            raw,
            b"s1",
            signer.encode(),
            (key or pair()).pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=include,
            length=length,
        )
        + raw
    )


def arrived(
    raw: bytes,
    *,
    path: str = f"coach@{D}",
    results: str = "",
    by: str = "mx.post.test",
    client: str = "127.0.0.9",
    days: float = 1.0,
    above: bytes = b"",
) -> bytes:
    """The mail as the mailbox `by` keeps it: Return-Path, Received and, if given, its Authentication-Results."""
    date = formatdate(time.time() - days * 86400)
    head = f"Return-Path: <{path}>\r\nReceived: from out.{D} (out.{D} [{client}]) by {by} with ESMTPS id 1; {date}\r\n"
    if results:
        head += f"Authentication-Results: {results}\r\n"
    return above + head.encode() + raw
