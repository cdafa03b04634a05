"""Real mail on loopback, in a folder of its own: postfix sends, opendkim signs, a second postfix takes it in, a second opendkim says what it saw of the signature.

Needs root (postfix takes no other for its master). Nothing under ``/etc`` is read or changed, no port below 1024 is taken, nothing leaves this computer.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import free_port
from tests.probes.edge.real_rig import NAMED, PATHS, _listens, _process, _wait

POSTFIX, OPENDKIM = (shutil.which(name, path=PATHS) for name in ("postfix", "opendkim"))
FROM, TO, SELECTOR = (
    "brook.example",
    "box.example",
    "s1",
)  # not .test: the checker's resolver knows of no name below that
OUT = "127.0.0.9"
"""The address that the sender dials from; whoever writes to the mailbox directly has another."""
SECONDS = 15.0
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """
compatibility_level = 3.6
myhostname = {host}
mydestination =
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtpd_milters = inet:127.0.0.1:{milter}
milter_default_action = tempfail
alias_maps =
local_recipient_maps =
virtual_alias_maps =
{more}
"""
SIGN = f"Mode s\nDomain {FROM}\nSelector {SELECTOR}\nCanonicalization relaxed/simple\nInternalHosts 127.0.0.0/8\nOversignHeaders From\n"
CHECK = f"Mode v\nAuthservID mx.{TO}\nAlwaysAddARHeader yes\nInternalHosts 127.0.0.77\nExternalIgnoreList 127.0.0.77\n"


@dataclass(frozen=True)
class Post:
    """What is up: the DNS server, the sender's and the taker's ports, the mailbox's folder of new messages."""

    resolver: str
    sender: int
    taker: int
    new: Path


@contextlib.contextmanager
def mail_folder() -> Iterator[Path]:
    """A folder that postfix's own user may enter, gone at the end. Skips where the programs or the rights are missing."""
    if POSTFIX is None or OPENDKIM is None or NAMED is None:
        pytest.skip("real mail: postfix, opendkim and named (bind9) are not on this computer")
    if os.geteuid() != 0:
        pytest.skip("real mail: postfix needs root")
    folder = Path(tempfile.mkdtemp(prefix="mail-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postfix(folder: Path, name: str, milter: int, more: str) -> tuple[Path, int]:
    home, port = folder / name, free_port()
    for part in ("queue", "data"):
        (home / part).mkdir(parents=True)
    shutil.chown(home / "data", "postfix")
    (home / "main.cf").write_text(
        MAIN.format(host=f"{name}.{TO if name == 'mx' else FROM}", folder=home, milter=milter, more=more)
    )
    (home / "master.cf").write_text(MASTER.format(port=port))
    return home, port


@contextlib.contextmanager
def _running(home: Path) -> Iterator[None]:
    assert POSTFIX is not None
    environment = {"PATH": f"{PATHS}:/usr/bin:/bin", "LANG": "C"}
    began = subprocess.run(
        [POSTFIX, "-c", str(home), "start"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=SECONDS,
    )
    try:
        if began.returncode:
            log = (home / "log").read_text(errors="replace") if (home / "log").exists() else ""
            pytest.fail(f"postfix did not start: {began.stderr[-800:]} {log[-800:]}")
        yield
    finally:
        subprocess.run(
            [POSTFIX, "-c", str(home), "abort"], check=False, capture_output=True, env=environment, timeout=SECONDS
        )


def _named(folder: Path, key: str) -> tuple[list[str], int]:
    port = free_port()
    text = " ".join(f'"{key[at : at + 200]}"' for at in range(0, len(key), 200))
    zone = "$TTL 300\n@ SOA ns.root.test. host.root.test. 1 3600 600 86400 300\n@ NS ns.root.test.\n"
    (folder / "root.zone").write_text(zone + "ns.root.test. A 127.0.0.1\n")
    (folder / "brook.zone").write_text(
        f'{zone}@ MX 10 mx\nmx A 127.0.0.1\n@ TXT "v=spf1 ip4:{OUT} -all"\n{SELECTOR}._domainkey TXT {text}\n'
        f'_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@{FROM}"\n'
    )
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none; '
        f'session-keyfile "{folder}/session.key"; recursion yes; dnssec-validation no; empty-zones-enable no; max-cache-size 8m; }};\n'
        f'controls {{ }};\nzone "." {{ type primary; file "root.zone"; }};\nzone "{FROM}" {{ type primary; file "brook.zone"; }};\n'
    )
    assert NAMED is not None
    return [NAMED, "-g", "-n", "1", "-c", str(folder / "named.conf")], port


@contextlib.contextmanager
def mail_servers(folder: Path, pem: bytes, key: str) -> Iterator[Post]:
    """All up; `pem` signs, `key` is its record."""
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o600)
    signer, checker = free_port(), free_port()
    dns, dns_port = _named(folder, key)
    shared = "Syslog no\nRequireSafeKeys no\nSocket inet:{}@127.0.0.1\n"
    (folder / "sign.conf").write_text(SIGN + shared.format(signer) + f"KeyFile {folder}/key.pem\n")
    (folder / "check.conf").write_text(CHECK + shared.format(checker) + f"Nameservers 127.0.0.1@{dns_port}\n")
    (folder / "box").mkdir(mode=0o777)
    (folder / "box").chmod(0o777)
    box = f"virtual_mailbox_domains = {TO}\nvirtual_mailbox_maps = static:ada/\nvirtual_mailbox_base = {folder}/box\n"
    box += "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\nvirtual_minimum_uid = 100"
    taker, taker_port = _postfix(folder, "mx", checker, box)
    sender, sender_port = _postfix(
        folder, "out", signer, f"relayhost = [127.0.0.1]:{taker_port}\nsmtp_bind_address = {OUT}"
    )
    with contextlib.ExitStack() as stack:
        programs = (dns, *([str(OPENDKIM), "-f", "-x", str(folder / f"{name}.conf")] for name in ("sign", "check")))
        running = [stack.enter_context(_process(command, folder, {"PATH": PATHS})) for command in programs]
        stack.callback(lambda: [one.kill() for one in running])  # asked to end, opendkim waits for its pause to be over
        stack.enter_context(_running(taker))
        stack.enter_context(_running(sender))
        ports = (dns_port, signer, checker, taker_port, sender_port)
        _wait(lambda: all(map(_listens, ports)), running, folder)
        yield Post(f"127.0.0.1:{dns_port}", sender_port, taker_port, folder / "box" / "ada" / "new")


def deliver(post: Post, port: int, path: str = f"coach@{FROM}") -> bytes:
    """Hand one message of the coach's to a port, `path` being its return path, and give it back as it lies in the mailbox."""
    before = set(post.new.glob("*")) if post.new.exists() else set()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Coach Bee <coach@{FROM}>", f"ada@{TO}", "Your plan for the week"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=FROM)
    mail.set_content("Hello Ada,\n\nhere is your plan: caf\u00e9 and tea.\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=SECONDS) as line:
        line.send_message(mail, path, [f"ada@{TO}"])
    end = time.monotonic() + SECONDS
    while not (came := (set(post.new.glob("*")) if post.new.exists() else set()) - before):
        assert time.monotonic() < end, "the message did not arrive"
        time.sleep(0.05)
    return came.pop().read_bytes()
