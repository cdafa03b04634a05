"""Real servers on loopback, in a folder of the test's own: Debian's bind9 answers for made-up domains and knows no other, nginx serves every kind of certificate.

Neither needs root, neither reads anything under ``/etc`` of its own, and each is ended by its own process id.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import dns.message
import dns.query
import pytest

from tests.probes.edge.edge_rig import free_port
from wizard.demo.parts.ca import Authority, now

PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
NAMED, NGINX = shutil.which("named", path=PATHS), shutil.which("nginx", path=PATHS)
SECONDS = 8.0
D = "brook.test"
FRONT, OLD, OLD11, NEW, SIX, BARE, MX = "104.16.0.9", "104.16.0.10", "104.16.0.11", "104.16.0.12", "2606:4700::9", "203.0.113.9", "203.0.113.25"  # fmt: skip
PAGE = '<!doctype html><title>Brook</title><script src="/assets/app-1.js"></script><link rel="stylesheet" href="/assets/app-1.css"><h1>Hello</h1>'


@dataclass(frozen=True)
class Site:
    """One host of nginx: where it stands, its certificate (see `certificates`), and what both ports answer (nginx directives)."""

    name: str
    certificate: str = "good"
    plain: str = "return 308 https://$host$request_uri;"
    secure: str = ""
    at: str = FRONT

    @property
    def host(self) -> str:
        return f"{self.name}.{D}".removeprefix(".")


SITES = (
    Site(""),
    Site("www"),
    Site("app"),
    Site("api", plain="default_type application/json; return 426 '{}';", secure="return 404;"),
    Site("expired", "expired"),
    Site("early", "early"),
    Site("shop", "wrong"),
    Site("client", "self"),
    Site("blog", "leaf"),
    Site("books", "rogue"),
    Site("late", "stuck"),
    Site("short", "six-days"),
    Site("old", "rsa", at=OLD),
    Site("old11", at=OLD11),
    Site("new", at=NEW),
    Site("loop", plain="return 301 http://$host/;"),
    Site("plain", plain=f"default_type text/html; return 200 '{PAGE}';"),
    Site(
        "meta",
        plain="""default_type text/html; return 200 '<html><meta http-equiv="refresh" content="0; url=https://meta.brook.test/">';""",
    ),
    Site(
        "half",
        plain=f"location = / {{ return 301 https://$host/; }} location / {{ default_type text/html; return 200 '{PAGE}'; }}",
    ),
    Site("back", secure="return 302 http://$host/away;"),
    Site("biscuit", plain="add_header Set-Cookie 'session=1; Path=/'; return 301 https://$host/;"),
    Site("hop", plain="return 301 http://www.brook.test$request_uri;"),
    Site("mutual", secure="ssl_client_certificate ca.pem; ssl_verify_client on;"),
    Site("six"),
    Site("grey", at=BARE),
)
MORE_NAMES = (f"reject.{D}", f"gone.{D}", f"broken.{D}")
PORTS = {FRONT: "", OLD: "TLSv1 TLSv1.1 TLSv1.2", OLD11: "TLSv1.1 TLSv1.2", NEW: "TLSv1.3", SIX: "", BARE: ""}


def certificates() -> dict[str, tuple[bytes, bytes]]:
    """PEM chain and key by kind; `ca` is the root to trust, `issuer` what AIA serves."""
    ours, rogue = Authority("Brook Root", intermediate=True), Authority("Rogue Root", intermediate=True)
    good, day = [D, f"*.{D}"], timedelta(days=1)
    return {
        "ca": (ours.pem, b""),
        "issuer": (ours.issuer_der, b""),
        "good": ours.issue(good),
        "rsa": ours.issue(good, rsa_key=True),
        "expired": ours.issue(good, not_before=now() - 90 * day, not_after=now() - day),
        "early": ours.issue(good, not_before=now() + 2 * day),
        "wrong": ours.issue(["shop.example"]),
        "self": ours.issue([f"client.{D}"], self_signed=True),
        "leaf": ours.issue([f"blog.{D}"], chain=False, aia=f"http://ca.{D}/issuer.der"),
        "rogue": rogue.issue([f"books.{D}"]),
        "stuck": ours.issue(good, not_before=now() - 81 * day, not_after=now() + 9 * day),
        "six-days": ours.issue(good, not_before=now() - 2 * day, not_after=now() + 4 * day),
    }


@dataclass
class Real:
    """What runs: the resolver, the connect map, and how long both took to start (seconds)."""

    folder: Path
    resolver: str = ""
    connect: dict[str, str] = field(default_factory=dict)
    started: float = 0.0


def zones(more: dict[str, list[str]]) -> dict[str, list[str]]:
    """Zone name -> record lines. The root is ours and empty, so nothing is ever asked elsewhere."""
    own = [f"{site.name or '@'} A {site.at}" for site in SITES]
    own += [f"ca A {FRONT}", f"reject A {FRONT}", f"six AAAA {SIX}", f"direct A {BARE}", f"mx A {MX}", "@ MX 10 mx"]
    own += ["gone CNAME brook-away.azurewebsites.net.", '@ TXT "v=spf1 mx -all"']
    return {".": ["ns.root.test. A 127.0.0.1"], D: own} | more


def _nginx_conf(folder: Path, ports: dict[str, int], plain: int) -> str:
    blocks = [f"server {{ listen 127.0.0.1:{plain} default_server; return 404; }}"]
    blocks.append(
        f"server {{ listen 127.0.0.1:{ports[FRONT]} ssl default_server; server_name reject.{D}; ssl_reject_handshake on; }}"
    )
    blocks.append(f"server {{ listen 127.0.0.1:{plain}; server_name ca.{D}; root {folder}/ca; }}")
    six = Site("six", "wrong", at=SIX)
    for site in (*SITES, six):
        pair = f"ssl_certificate {site.certificate}.pem; ssl_certificate_key {site.certificate}.key;"
        modern = "ssl_protocols TLSv1.2 TLSv1.3;"
        old = f"ssl_protocols {PORTS[site.at]}; ssl_ciphers ALL:@SECLEVEL=0;" if PORTS[site.at] else modern
        body = site.secure if "return" in site.secure else f"{site.secure} root {folder}/www;"
        marks = "add_header cf-ray 8f00aa11bb22cc33-AMS always;" if site.at != BARE else ""
        marks += "add_header Strict-Transport-Security 'max-age=31536000' always;"
        blocks.append(
            f"server {{ listen 127.0.0.1:{ports[site.at]} ssl http2; server_name {site.host}; {pair} {old} {marks} {body} }}"
        )
        if site is not six:
            blocks.append(f"server {{ listen 127.0.0.1:{plain}; server_name {site.host}; {site.plain} }}")
    temp = " ".join(
        f"{kind}_temp_path {folder}/t-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{'user root root;' if os.geteuid() == 0 else ''} pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off; worker_processes 1;\n"
        "events { worker_connections 512; }\n"
        f"http {{ access_log off; types {{ text/html html; }} server_names_hash_bucket_size 128; {temp}\n"
        + "\n".join(blocks)
        + "\n}\n"
    )


def _named_conf(folder: Path, port: int, records: dict[str, list[str]]) -> str:
    head = "$TTL 300\n@ SOA ns.root.test. host.root.test. 1 3600 600 86400 300\n@ NS ns.root.test.\n"
    text = (
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none; '
        f'session-keyfile "{folder}/session.key"; recursion yes; allow-query {{ 127.0.0.1; }}; dnssec-validation no; '
        "notify no; max-cache-size 8m; empty-zones-enable no; }; controls { };\n"
    )
    for zone, lines in records.items():
        file = f"{zone.strip('.') or 'root'}.zone"
        (folder / file).write_text(head + "\n".join(lines) + "\n")
        text += f'zone "{zone}" {{ type primary; file "{file}"; }};\n'
    return text + f'zone "broken.{D}" {{ type primary; file "missing.zone"; }};\n'


@contextlib.contextmanager
def real_servers(folder: Path, more: dict[str, list[str]]) -> Iterator[Real]:
    """bind9 and nginx, up; `more`: further zones. Without their programs the test is skipped; in CI they must start."""
    if NAMED is None or NGINX is None:
        pytest.skip("real servers: named (bind9) and nginx are not on this computer")
    began, real = time.monotonic(), Real(folder)
    ports = {address: free_port() for address in PORTS}
    plain, closed, dns_port = free_port(), free_port(), free_port()
    _files(folder)
    (folder / "nginx.conf").write_text(_nginx_conf(folder, ports, plain))
    (folder / "named.conf").write_text(_named_conf(folder, dns_port, zones(more)))
    quiet = {"OPENSSL_CONF": "/dev/null", "PATH": PATHS}  # Debian's own settings forbid TLS 1.0
    with contextlib.ExitStack() as stack:
        nginx = [NGINX, "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]
        named = [NAMED, "-g", "-n", "1", "-c", str(folder / "named.conf")]
        running = [stack.enter_context(_process(command, folder, quiet)) for command in (named, nginx)]
        _wait(lambda: _speaks(dns_port) and _listens(plain), running, folder)
        for address, port in ports.items():
            shown = f"[{address}]" if ":" in address else address
            real.connect |= {f"{shown}:443": f"127.0.0.1:{port}", f"{shown}:80": f"127.0.0.1:{plain}"}
        real.connect |= {f"{MX}:443": f"127.0.0.1:{closed}", f"{MX}:80": f"127.0.0.1:{closed}"}
        real.connect[f"ca.{D}:80"] = f"127.0.0.1:{plain}"
        real.resolver = f"127.0.0.1:{dns_port}"
        real.started = time.monotonic() - began
        yield real


def _files(folder: Path) -> None:
    for kind, (pem, key) in certificates().items():
        (folder / f"{kind}.pem").write_bytes(pem)
        if key:
            (folder / f"{kind}.key").write_bytes(key)
    for path, content in (("www/index.html", PAGE.encode()), ("ca/issuer.der", (folder / "issuer.pem").read_bytes())):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)


@contextlib.contextmanager
def _process(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{Path(command[0]).name}.out").open("wb") as out:
        one = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=folder)
        try:
            yield one
        finally:
            one.send_signal(signal.SIGTERM)
            try:
                one.wait(5)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait(5)


def _wait(up, running: list[subprocess.Popen[bytes]], folder: Path) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + SECONDS
    while not up():
        if time.monotonic() > end or any(one.poll() is not None for one in running):
            logs = " | ".join(path.read_text(errors="replace")[-600:] for path in sorted(folder.glob("n*.out")))
            told = f"real servers did not start: {logs} {(folder / 'nginx.log').read_text() if (folder / 'nginx.log').exists() else ''}"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
        time.sleep(0.05)


def _speaks(port: int) -> bool:
    try:
        answer = dns.query.tcp(dns.message.make_query(D, "SOA"), "127.0.0.1", timeout=0.5, port=port)
    except (OSError, EOFError, dns.exception.DNSException):
        return False
    return bool(answer.answer)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False
