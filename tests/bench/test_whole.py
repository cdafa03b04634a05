"""The whole job against the peer's whole job, in one run on one loopback set-up: looking, judging, wording, JSON. Ratios printed, never asserted.

Ours is ``launch-ready check PROFILE --item ...``; theirs is what their command does. Both warm and from a cold start.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench import test_email, test_tls
from tests.bench.race import RACERS, Racer, ours, python_with, race
from tests.bench.slow_dns import slowed
from tests.probes.edge.email_rig import D as COACH
from tests.probes.edge.real_rig import SITES, real_servers
from tests.probes.edge.real_rig import D as BROOK
from tests.probes.edge.test_real_servers import MAIL, SENDERS

pytestmark = pytest.mark.bench
DELAY = 0.02
MOST_DOMAINS = 10


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if "bench" not in (request.config.getoption("markexpr") or ""):
        pytest.skip("a bench: run it with -m bench")


@contextmanager
def apart(target, *given) -> Iterator[object]:  # type: ignore[no-untyped-def]
    """A rig in a process of its own, and what it says when it is up."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(there, *given), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def mail_profile(path: Path, domains: tuple[str, ...], selector: str, resolver: str) -> Path:
    path.write_text(
        f'schema = 1\n[business]\nname = "Bench"\n[email]\ndomains = {json.dumps(domains)}\nselectors = ["{selector}"]\n'
        f'[network]\nresolver = "{resolver}"\n'
    )
    return path


def tls_profile(path: Path, hosts: list[str], resolver: str, connect: dict[str, str], ca: Path) -> Path:
    pairs = ", ".join(f'"{name}" = "{place}"' for name, place in connect.items())
    path.write_text(
        f'schema = 1\n[business]\nname = "Bench"\n[site]\nurl = "https://{hosts[0]}"\ndomains = {json.dumps(hosts)}\n'
        f'[network]\nresolver = "{resolver}"\nca_file = "{ca}"\nconnect = {{ {pairs} }}\n'
    )
    return path


def mail_race(title: str, folder: Path, resolver: str, domains: tuple[str, ...], selector: str) -> None:
    python = python_with("checkdmarc")
    parts = [domains[at : at + MOST_DOMAINS] for at in range(0, len(domains), MOST_DOMAINS)]
    profiles = [mail_profile(folder / f"{n}.toml", part, selector, resolver) for n, part in enumerate(parts)]
    peer = Racer("checkdmarc", [python, str(RACERS / "mail_peer.py"), resolver, *domains], folder)
    race(title, peer, ours("email-auth", profiles, folder))


def tls_race(
    title: str, folder: Path, resolver: str, connect: dict[str, str], places: list[tuple[str, int]], ca: Path
) -> None:
    python = python_with("sslyze")
    profile = tls_profile(folder / "tls.toml", [name for name, _ in places], resolver, connect, ca)
    peer = Racer("sslyze", [python, str(RACERS / "tls_peer.py"), str(ca), json.dumps(places)], folder)
    same = [resolver, str(ca), json.dumps(connect), json.dumps([name for name, _ in places])]
    alike = Racer(
        "the peer's questions alone, judged and worded", [sys.executable, str(RACERS / "handshakes.py"), *same], folder
    )
    race(title, peer, alike, ours("tls", [profile], folder))


def test_mail_of_one_business(tmp_path: Path) -> None:
    with apart(test_email.serve) as resolver:
        mail_race("e-mail, one domain, 20 ms", tmp_path, str(resolver), (COACH,), "google")


def test_tls_of_ten_hosts(tmp_path: Path) -> None:
    with apart(test_tls.servers, str(tmp_path)) as (resolver, ports):  # type: ignore[misc]
        connect = {f"{name}:443": f"127.0.0.1:{port}" for name, port in ports.items()}
        tls_race("TLS, 10 hosts", tmp_path, resolver, connect, list(ports.items()), tmp_path / "ca.pem")


@pytest.mark.parametrize("delay", [DELAY, 0.0], ids=["20ms", "0ms"])
def test_mail_of_fifteen_domains_on_bind9(tmp_path: Path, delay: float) -> None:
    with real_servers(tmp_path, MAIL) as real, slowed(real.resolver, delay) as resolver:
        mail_race(f"e-mail, 15 domains on bind9, {delay * 1000:.0f} ms", tmp_path, resolver, SENDERS, "s1")


def test_tls_of_nginx(tmp_path: Path) -> None:
    with real_servers(tmp_path, {}) as real:
        places = [(site.host, int(real.connect[f"{site.at}:443"].rpartition(":")[2])) for site in SITES]
        names = f"TLS, {len(places)} nginx hosts of {BROOK}"
        tls_race(names, tmp_path, real.resolver, real.connect, places, tmp_path / "ca.pem")
