"""How long a domain takes against checkdmarc, in one run, over one loopback DNS server that answers after 20 ms. Printed, never asserted.

Ours also tries the DKIM selectors, judges and words the result; checkdmarc (where it can be imported) lists MX hosts, BIMI and DNSSEC too.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

from tests.probes.edge.email_rig import D, pair, zone
from wizard.demo.parts.dns import serve_dns
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.edge.email import PROBE

pytestmark = pytest.mark.bench
DELAY = 0.02
TURNS = 5


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if "bench" not in (request.config.getoption("markexpr") or ""):
        pytest.skip("a bench: run it with -m bench")


async def ours(resolver: str, named: tuple[str, ...] = ("google",)) -> None:
    async with open_net(Access(run_id="bench", resolver=resolver)) as net:
        seen = await PROBE.observe(Target(email_domains=(D,), selectors=named), net)
        findings = PROBE.read(seen)
    assert not [f for f in findings if f.outcome == "fail"]


def theirs(resolver: str, *, whole: bool) -> None:
    import checkdmarc.dmarc
    import checkdmarc.spf
    import dns.resolver

    host, _, port = resolver.rpartition(":")
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = [host], int(port)
    dns.resolver.override_system_resolver(found)
    dns.resolver.default_resolver = found  # it asks the computer's own resolver for DS, whatever it is handed
    forget()
    try:
        if whole:
            checkdmarc.check_domains([D], resolver=found)
        else:
            checkdmarc.spf.check_spf(D, resolver=found)
            checkdmarc.dmarc.check_dmarc(D, resolver=found)
    finally:
        dns.resolver.restore_system_resolver()


def forget() -> None:
    """Empty its caches, which outlive a call: every turn is a first one, as ours is."""
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if name.startswith("checkdmarc") else ():
            if type(value).__name__ == "ExpiringDict":
                value.clear()


def business() -> dict[tuple[str, str], Any]:
    """A coach with Google mail, Microsoft calendars, a newsletter and receipts: five mail servers, two name servers, ten SPF look-ups."""
    more: dict[tuple[str, str], Any] = {
        ("_spf.google.test", "TXT"): [f"v=spf1 {' '.join(f'include:_net{n}.google.test' for n in (1, 2, 3))} ~all"],
        **{(f"_net{n}.google.test", "TXT"): [f"v=spf1 ip4:198.51.100.{n} ~all"] for n in (1, 2, 3)},
        ("spf.micro.test", "TXT"): ["v=spf1 ip4:203.0.113.0/24 -all"],
        ("send.test", "TXT"): ["v=spf1 ip4:203.0.113.7 include:ab.send.test ~all"],
        ("ab.send.test", "TXT"): ["v=spf1 ip4:203.0.113.8 ~all"],
        ("servers.news.test", "TXT"): ["v=spf1 ip4:203.0.113.9 ?all"],
        (D, "NS"): ["ns1.dns.test", "ns2.dns.test"],
        (D, "MX"): [f"{n} mx{n}.google.test" for n in (1, 2, 3, 4, 5)],
        **{(f"mx{n}.google.test", "A"): [f"192.0.2.{n}"] for n in (1, 2, 3, 4, 5)},
        **{(f"mx{n}.google.test", "AAAA"): [f"2001:db8::{n}"] for n in (1, 2, 3, 4, 5)},
        **{(f"ns{n}.dns.test", "A"): [f"192.0.2.1{n}"] for n in (1, 2)},
        (f"mail.{D}", "A"): ["192.0.2.9"],
        (f"google._domainkey.{D}", "TXT"): [pair().record],
        (f"{D}._report._dmarc.reports.test", "TXT"): ["v=DMARC1"],
    }
    spf = f"v=spf1 include:_spf.google.test include:spf.micro.test include:send.test include:servers.news.test a:mail.{D} ~all"
    return zone(spf=spf, dmarc="v=DMARC1; p=reject; rua=mailto:x@reports.test", more=more)


def serve(pipe: Connection) -> None:
    """A DNS server of its own process, as in life: neither side waits for the other's work."""

    async def run() -> None:
        async with serve_dns(business(), delay=DELAY) as dns:
            pipe.send(dns.resolver)
            while await asyncio.to_thread(pipe.recv):
                pipe.send(len(dns.asked))
                dns.asked.clear()

    asyncio.run(run())


def test_a_realistic_domain() -> None:
    pytest.importorskip("checkdmarc")
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    resolver = here.recv()
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: asyncio.run(ours(resolver)),
        "ours, selector not named": lambda: asyncio.run(ours(resolver, named=())),
        "theirs": lambda: theirs(resolver, whole=True),
        "theirs, SPF and DMARC alone": lambda: theirs(resolver, whole=False),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    asked: dict[str, int] = {}
    for turn in range(TURNS + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            here.send(True)
            asked[name] = here.recv()
            if turn:  # the first is to warm up both
                took[name].append(time.perf_counter() - started)
    server.kill()
    middle = {name: statistics.median(times) for name, times in took.items()}
    print()
    for name, seconds in middle.items():
        print(f"{name}: {seconds:.3f} s, {asked[name]} questions, {seconds / middle['ours']:.1f} times ours")
