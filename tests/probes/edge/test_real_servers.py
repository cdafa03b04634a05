"""The finished probes against bind9 and nginx as Debian ships them: every kind of fault is found, and nothing else is called one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.probes.edge.edge_rig import told
from tests.probes.edge.email_rig import pair, short_key
from tests.probes.edge.real_rig import MORE_NAMES, SITES, D, Real, real_servers
from wizard.checklist import load
from wizard.model import Finding, Unobserved
from wizard.net import Access, open_net
from wizard.probe import Probe, Target
from wizard.probes.edge.email import PROBE as EMAIL
from wizard.probes.edge.front import PROBE as FRONT
from wizard.probes.edge.tls import PROBE as TLS

HOSTS = tuple(site.host for site in SITES) + MORE_NAMES

REDIRECT_ENDS_BADLY = ("blog", "books", "client", "early", "expired", "shop")
FAULTS = {
    *(f"tls.http-redirect@{name} fail:tls-end" for name in REDIRECT_ENDS_BADLY),
    "tls.expiry@expired fail:expired",
    "tls.expiry@early fail:not-yet",
    "tls.expiry@late fail:stuck",
    "tls.hostname@shop fail",
    "tls.trust@client fail:self-signed",
    "tls.trust@blog fail:not-sent",
    "tls.trust@books fail:not-trusted",
    "tls.old-protocols@old fail",
    "tls.old-protocols@old11 fail",
    "tls.ipv6@six fail",
    "tls.http-redirect@loop fail:loop",
    "tls.http-redirect@plain fail:page",
    "tls.http-redirect@meta fail:script",
    "tls.http-redirect@half fail:front-only",
    "tls.http-redirect@back fail:back",
    "tls.http-redirect@biscuit fail:cookie",
    "tls.http-redirect@reject fail:page",
    "tls.dangling@gone fail",
    "edge.front@grey fail",
    "edge.origin@app fail",
}
SOUND = {
    *(f"tls.{check}@{name} pass" for check in ("trust", "hostname", "expiry") for name in ("app", "www", "new", "old", "mutual")),
    *(f"tls.old-protocols@{name} pass" for name in ("app", "api", "new", "late", "mutual")),
    *(f"tls.http-redirect@{name} pass" for name in ("app", "www", "hop", "late", "new", "old")),
    "tls.expiry@short pass",
    "tls.http-redirect@api pass:refused",
    "edge.front@app pass",
    "edge.front@api pass",
}  # fmt: skip
OPEN = {
    *(f"tls.trust@{name} unknown:{say}" for name, say in (("reject", "no-handshake"), ("broken", "reasons.dns-error"), ("gone", "no-name"))),
    "tls.dangling@broken unknown:reasons.dns-error",
    "edge.front@broken unknown:reasons.dns-error",
    "edge.front@gone unknown:no-name",
}  # fmt: skip


def txt(name: str, text: str) -> str:
    """A TXT line in strings of at most 255 bytes, as zone files have it."""
    return f"{name} TXT " + " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def mail(
    spf: str | list[str] | None = "v=spf1 mx -all", dmarc: str | None = "", key: str | None = "", *more: str
) -> list[str]:
    """A sending domain; an empty text stands for a sound record, None for none."""
    lines = [txt("@", one) for one in ([spf] if isinstance(spf, str) else spf or [])]
    lines += ["@ MX 10 mx", "mx A 203.0.113.25", *more]
    if dmarc is not None:
        lines.append(txt("_dmarc", dmarc or "v=DMARC1; p=reject; rua=mailto:d@sound.test"))
    if key is not None:
        lines.append(txt("s1._domainkey", key or pair().record))
    return lines


MAIL = {
    "sound.test": mail("v=spf1 include:_spf.post.test mx ~all", key=pair(4096).record),
    "two.test": mail(["v=spf1 mx -all", "v=spf1 a ~all"]),
    "bare.test": mail(None, None),
    "many.test": mail("v=spf1 " + " ".join(f"include:_i{n}.post.test" for n in range(11)) + " -all"),
    "open.test": mail("v=spf1 mx +all"),
    "ring.test": mail("v=spf1 include:_r.ring.test -all", "", "", txt("_r", "v=spf1 include:ring.test -all")),
    "void.test": mail("v=spf1 a:v1.void.test a:v2.void.test a:v3.void.test -all"),
    "typo.test": mail("v=spf1 ipv4:192.0.2.1 -all"),
    "shut.test": mail(f"v=spf1 include:broken.{D} -all"),
    "watch.test": mail(dmarc="v=DMARC1; p=none; rua=mailto:d@watch.test"),
    "subs.test": mail(dmarc="v=DMARC1; p=reject; sp=none; rua=mailto:d@subs.test"),
    "pair.test": mail("v=spf1 mx -all", "v=DMARC1; p=reject", "", txt("_dmarc", "v=DMARC1; p=none")),
    "revoked.test": mail(key="v=DKIM1; p="),
    "short.test": mail(key=f"v=DKIM1; p={short_key()}"),
    "away.test": mail("v=spf1 mx -all", "", None, "s1._domainkey CNAME s1.gone.post.test."),
    "post.test": mail(None, None, None, txt("_spf", "v=spf1 ip4:198.51.100.0/24 ?all"))
    + [txt(f"_i{n}", "v=spf1 ip4:198.51.100.1 -all") for n in range(11)],
}  # fmt: skip
SENDERS = tuple(name for name in MAIL if name != "post.test")
MAIL_FAULTS = {
    "spf-record@two fail:two",
    "spf-record@bare fail",
    "spf-valid@many fail:too-many",
    "spf-policy@open fail:open",
    "spf-valid@ring fail:loop",
    "spf-valid@void fail:void",
    "spf-valid@typo fail:syntax",
    "dmarc-record@bare fail",
    "dmarc-record@pair fail:several",
    "dmarc-policy@watch fail:watching",
    "dmarc-subdomains@subs fail:open",
    "dkim-key@revoked fail:revoked",
    "dkim-key@short fail:short",
    "dkim-key@away fail:dangling",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with real_servers(tmp_path_factory.mktemp("real"), MAIL) as up:
        yield up


async def look(real: Real, probe: Probe, target: Target) -> tuple[Finding, ...]:
    access = Access(
        run_id="t",
        hosts=frozenset(HOSTS),
        site=target.site,
        resolver=real.resolver,
        connect=real.connect,
        ca_file=real.folder / "ca.pem",
    )
    async with open_net(access) as net:
        seen = await probe.observe(target, net)
    assert not isinstance(seen, Unobserved)
    return probe.read(seen)


def lines(findings: tuple[Finding, ...], domain: str) -> set[str]:
    """``tls.trust@app fail:say``: the name without what all names end in."""
    return {f"{f.id}@{f.where.removesuffix('.' + domain)} {told(f)}" for f in findings}


async def test_every_fault_of_a_web_host_is_found_and_no_other(real: Real) -> None:
    target = Target(site=f"https://app.{D}", base_url=f"https://api.{D}", domains=HOSTS)
    found = tuple(
        one for group in await asyncio.gather(look(real, TLS, target), look(real, FRONT, target)) for one in group
    )
    shown = lines(found, D)
    assert {line for line in shown if " fail" in line} == FAULTS
    assert shown >= SOUND | OPEN, (SOUND | OPEN) - shown
    assert all(load().words(one).text for one in found)


async def test_every_fault_of_a_mail_domain_is_found_and_no_other(real: Real) -> None:
    found: list[Finding] = []
    for part in (SENDERS[:8], SENDERS[8:]):
        found += await look(real, EMAIL, Target(email_domains=part, selectors=("s1",)))
    shown = {line.removeprefix("email-auth.") for line in lines(tuple(found), "test")}
    assert {line for line in shown if " fail" in line} == MAIL_FAULTS
    sound = {f"{check}@sound pass" for check in ("spf-record", "spf-valid", "spf-policy", "dmarc-record")}
    assert shown >= sound | {"dkim-key@sound pass", "spf-valid@shut unknown:branch-error"}, sorted(shown)
