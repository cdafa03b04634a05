"""How long ten hosts, good and bad, take against sslyze (where it can be imported): certificate, TLS 1.0 and 1.1. Printed, never asserted.

sslyze also lists the cipher suites of a version; ours also finds hosts, follows redirects and reads the page in the line called "whole item".
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import multiprocessing
import ssl
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.bench.racers.handshakes import told
from wizard.demo.parts.ca import Authority, now
from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import page, serve
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.edge.tls import PROBE

pytestmark = pytest.mark.bench
TURNS = 5
D = "bench.test"
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if "bench" not in (request.config.getoption("markexpr") or ""):
        pytest.skip("a bench: run it with -m bench")


def hosts(root: Authority) -> dict[str, ssl.SSLContext]:
    """Ten servers: six good ones, then expired, another name, self-signed, and one that takes TLS 1.0."""
    good = {f"h{n}.{D}": root.context([f"h{n}.{D}"]) for n in range(6)}
    return good | {
        f"expired.{D}": root.context([f"expired.{D}"], not_before=now() - 90 * DAY, not_after=now() - DAY),
        f"other.{D}": root.context([f"shop.{D}"]),
        f"self.{D}": root.context([f"self.{D}"], self_signed=True),
        f"old.{D}": root.context([f"old.{D}"], minimum=ssl.TLSVersion.TLSv1),
    }


def servers(pipe: Connection, folder: str) -> None:
    """The servers in a process of their own, as in life."""

    async def run() -> None:
        root = Authority("Bench Root", intermediate=True)
        (Path(folder) / "ca.pem").write_bytes(root.pem)
        async with contextlib.AsyncExitStack() as stack:
            ports = {}
            for name, context in hosts(root).items():
                web = await stack.enter_async_context(serve(lambda _: page("<title>x</title>"), tls=context))
                ports[name] = web.port
            dns = await stack.enter_async_context(serve_dns({(name, "A"): ["127.0.0.1"] for name in ports}))
            pipe.send((dns.resolver, ports))
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())


def access(resolver: str, ports: dict[str, int], ca: Path) -> Access:
    connect = {f"{name}:443": f"127.0.0.1:{port}" for name, port in ports.items()}
    return Access(run_id="bench", hosts=frozenset(ports), connect=connect, resolver=resolver, ca_file=ca)


async def ours(given: Access, names: list[str]) -> None:
    async with open_net(given) as net:
        await asyncio.gather(
            *(one for n in names for one in (net.shake(n), net.hello(n, 443, "1.0"), net.hello(n, 443, "1.1")))
        )


async def whole(given: Access, names: list[str]) -> None:
    async with open_net(given) as net:
        seen = await PROBE.observe(Target(site=f"https://h0.{D}", domains=tuple(names)), net)
        assert len([f for f in PROBE.read(seen) if f.outcome == "fail" and not f.roots]) >= 4


def theirs(ports: dict[str, int], *, usual: bool) -> None:
    from sslyze import ScanCommand, Scanner, ServerNetworkConfiguration, ServerNetworkLocation, ServerScanRequest

    wanted: Any = {ScanCommand.CERTIFICATE_INFO, ScanCommand.TLS_1_0_CIPHER_SUITES, ScanCommand.TLS_1_1_CIPHER_SUITES}
    requests = []
    for name, port in ports.items():
        place = ServerNetworkLocation(hostname=name, port=port, ip_address="127.0.0.1")
        config = ServerNetworkConfiguration(tls_server_name_indication=name)
        kept = {} if usual else {"scan_commands": wanted}
        requests.append(ServerScanRequest(server_location=place, network_configuration=config, **kept))
    scanner = Scanner()
    scanner.queue_scans(requests)
    assert len(list(scanner.get_results())) == len(ports)


def test_ten_hosts(tmp_path: Path) -> None:
    pytest.importorskip("sslyze")
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=servers, args=(there, str(tmp_path)), daemon=True)
    server.start()
    resolver, ports = here.recv()
    given, names = access(resolver, ports, tmp_path / "ca.pem"), list(ports)
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: asyncio.run(ours(given, names)),
        "ours, judged and worded": lambda: asyncio.run(told(given, names)),
        "ours, whole item": lambda: asyncio.run(whole(given, names)),
        "theirs, same commands": lambda: theirs(ports, usual=False),
        "theirs, usual commands": lambda: theirs(ports, usual=True),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if turn:  # the first is to warm up both
                took[name].append(time.perf_counter() - started)
    server.kill()
    middle = {name: statistics.median(times) for name, times in took.items()}
    print()
    for name, seconds in middle.items():
        print(f"{name}: {seconds:.3f} s, {seconds / middle['ours']:.1f} times ours")
