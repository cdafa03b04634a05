"""Papers: an alert as it was received, and every way in which it proves less; exports, notes, pictures, hostile files."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from wizard.checklist import load
from wizard.demo.parts.ca import Authority
from wizard.demo.parts.http import Answer, Request, Response, page, serve
from wizard.model import Basis, Finding, Outcome, Reason, Severity
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.code.watch import read
from wizard.probes.code.watch.facts import Seen
from wizard.probes.code.watch.look import observe
from wizard.probes.code.watch.papers import read_papers

P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
SITE, API = "app.shop.example", "api.shop.example"


def alert(**about: Any) -> bytes:
    """An alert of Better Stack as a mailbox keeps it."""
    told = {"sender": "alerts@betterstack.com", "days": 2.0, "dkim": "pass", "subject": f"[Test] {SITE} is down"}
    told |= {
        "body": f"Monitor: https://{SITE}/\r\nMonitor: https://{API}/health\r\n",
        "signed": "betterstack.com",
    } | about
    at = format_datetime(datetime.now(UTC) - timedelta(days=told["days"]))
    results = (
        f"Authentication-Results: mx.mailbox.example;\r\n\tdkim={told['dkim']} header.d={told['signed']} header.s=x\r\n"
        if told["dkim"]
        else ""
    )
    return (
        f"Return-Path: <b@{told['signed']}>\r\n{results}"
        f"Received: from out.betterstack.com (out.betterstack.com [198.51.100.66])\r\n\tby mx.mailbox.example with ESMTPS id 1; {at}\r\n"
        f"From: Alerts <{told['sender']}>\r\nTo: mara@shop.example\r\nSubject: {told['subject']}\r\nDate: {at}\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{told['body']}"
    ).encode()


def findings(folder: Path, files: dict[str, bytes | str], **more: Any) -> dict[str, Finding]:
    paths = []
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        paths.append(folder / name)
    seen = Seen(now=time.time(), site=SITE, api=API, provider="betterstack", papers=read_papers(tuple(paths)))
    made = read(replace(seen, **more))
    for one in made:
        words = load().words(one)
        assert words.text
        assert "{" not in words.text + words.next + words.fix, one
    return {one.check: one for one in made}


def test_an_alert_as_received_is_evidence(tmp_path: Path) -> None:
    made = findings(tmp_path, {"a.eml": alert()})
    for check in ("uptime-homepage", "uptime-api", "alert-contact", "alert-drill"):
        one = made[check]
        assert (one.outcome, one.basis, len(one.files[0].sha256)) == (P, Basis.EVIDENCED, 64), check
    assert made["alert-drill"].severity is None


DRILLS: dict[str, tuple[dict[str, Any], Outcome, str]] = {
    "whole": ({}, P, ""),
    "below": ({"sender": "x@alerts.betterstack.com", "signed": "alerts.betterstack.com"}, P, ""),
    "no-results": ({"dkim": ""}, P, "unsigned"),
    "refused": ({"dkim": "fail"}, U, "bad-signature"),
    "signed-by-another": ({"signed": "evil.test"}, P, "unsigned"),
    "old": ({"days": 31.0}, U, "old"),
    "thirty": ({"days": 29.9}, P, ""),
    "other-host": ({"subject": "down", "body": "Monitor: https://other.example/"}, U, "other-host"),
    "near-host": ({"subject": "down", "body": f"Monitor: https://{SITE}.evil.test/ x{SITE}"}, U, "other-host"),
    "forward": ({"subject": f"Fwd: {SITE} is down"}, P, "forward"),
    "own-sender": ({"sender": "mara@shop.example", "signed": "shop.example"}, P, "forward"),
    "mailbox": ({"sender": "mara@gmail.com", "signed": "gmail.com"}, P, "forward"),
    "lookalike": ({"sender": "x@notbetterstack.com", "signed": "notbetterstack.com"}, P, "forward"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRILLS)
def test_alert_drill(name: str, tmp_path: Path) -> None:
    about, outcome, say = DRILLS[name]
    made = findings(tmp_path, {"a.eml": alert(**about)})
    drill = made["alert-drill"]
    assert (drill.outcome, drill.say) == (outcome, say), drill.evidence
    weak = say in {"forward", "old", "other-host", "bad-signature"}
    assert (made["uptime-homepage"].outcome is P) is not weak
    assert (made["alert-contact"].outcome is P) is not weak
    if outcome is P and say:
        assert drill.severity is Severity.NOTE


@pytest.mark.parametrize(("provider", "sender", "proof"), [
    ("other", "x@pingdom.com", True),
    ("", "x@statuscake.com", True),
    ("other", "mara@gmail.com", False),
    ("other", "mara@shop.example", False),
    ("uptimerobot", "alert@uptimerobot.com", True),
    ("uptimerobot", "alert@betterstack.com", False),
])  # fmt: skip
def test_who_may_have_sent_it(provider: str, sender: str, proof: bool, tmp_path: Path) -> None:
    mail = alert(sender=sender, signed=sender.partition("@")[2])
    assert (findings(tmp_path, {"a.eml": mail}, provider=provider)["uptime-homepage"].outcome is P) is proof


EXPORT = f"name,url,interval (seconds),status,alert contacts,ssl\nSite,https://{SITE}/,60,up,mara,yes\nAPI,https://{API}/health,120,up,mara,yes\n"


def test_an_export_of_monitors(tmp_path: Path) -> None:
    made = findings(tmp_path, {"monitors.csv": EXPORT})
    for check in ("uptime-homepage", "uptime-api", "alert-contact", "interval", "keyword", "tls-and-domain-expiry"):
        assert (made[check].outcome, made[check].basis) == (P, Basis.EVIDENCED), check


@pytest.mark.parametrize(("change", "check", "outcome"), [
    (("https://app.", "https://old."), "uptime-homepage", U),
    ((",60,up", ",60,paused"), "uptime-homepage", U),
    ((",120,up", ",1200,up"), "interval", F),
    ((",mara,", ",,"), "alert-contact", F),
    (("seconds", "minutes"), "interval", F),
])  # fmt: skip
def test_an_export_changed(change: tuple[str, str], check: str, outcome: Outcome, tmp_path: Path) -> None:
    assert findings(tmp_path, {"monitors.csv": EXPORT.replace(*change)})[check].outcome is outcome


def test_a_picture_is_for_a_person(tmp_path: Path) -> None:
    made = findings(tmp_path, {"shot.png": b"\x89PNG\r\n\x1a\n" + bytes(40)})
    for check in ("uptime-homepage", "uptime-api", "alert-contact"):
        assert (made[check].outcome, made[check].reason) == (U, Reason.REVIEW)
        assert made[check].files
    assert (made["alert-drill"].outcome, made["alert-drill"].severity) == (P, Severity.NOTE)


RULES = "Rules\n- more than 50 answers 401 in 5 minutes: mail\n- 5xx error rate above 2 %: call\n- AI spend above 20 dollars a day: mail\n"


@pytest.mark.parametrize(("files", "outcome", "say"), [
    ({"rules.txt": RULES}, P, ""),
    ({"a.txt": RULES.split("- ")[1], "b.txt": RULES.split("- ")[2], "c.txt": RULES.split("- ")[3]}, P, ""),
    ({"rules.txt": RULES.replace("AI spend", "memory")}, U, "some"),
    ({"rules.txt": "nothing here"}, U, "none"),
    ({}, U, "none"),
])  # fmt: skip
def test_spike_alerts(files: dict[str, bytes | str], outcome: Outcome, say: str, tmp_path: Path) -> None:
    made = findings(tmp_path, files)["spike-alerts"]
    assert (made.outcome, made.say) == (outcome, say)


HOSTILE: dict[str, bytes] = {
    "empty.eml": b"",
    "zeros.eml": bytes(5_000),
    "no-end.eml": b"From: a@b.example\r\n" * 5_000,
    "deep.eml": b"From: a@betterstack.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 3_000,
    "charset.eml": alert().replace(b"charset=utf-8", b"charset=no-such-thing"),
    "base64.eml": alert().replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64"),
    "wide.csv": b"url," * 50_000 + b"\n" + b"x," * 50_000,
    "quote.csv": b'url,state\n"' + b"a" * 300_000,
    "hosts.txt": b"a.b.c.d.e.f.g." * 40_000,
    "escape\x1b[31m.txt": b"x",
    "binary.txt": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_papers_are_only_useless(name: str, tmp_path: Path) -> None:
    made = findings(tmp_path, {name: HOSTILE[name]})
    assert not [one for one in made.values() if one.outcome is F]
    assert not any("\x1b" in one.evidence + repr(one.slots) for one in made.values())


def test_missing_and_linked_papers(tmp_path: Path) -> None:
    papers = read_papers((tmp_path / "gone.eml", tmp_path))
    assert [paper.kind for paper in papers] == ["unreadable", "unreadable"]


@pytest.mark.parametrize(("leads", "outcome"), [("https://shop.test/", P), ("https://elsewhere.test/", U), ("", U)])
async def test_a_monitor_of_www_counts_where_it_leads_there(leads: str, outcome: Outcome, tmp_path: Path) -> None:
    authority, ca, paper = Authority(), tmp_path / "ca.pem", tmp_path / "m.csv"
    ca.write_bytes(authority.pem)
    paper.write_text("url,status\nhttps://www.shop.test/,up\n")

    def handler(request: Request) -> Answer:
        if request.header("host") == "www.shop.test" and leads:
            return Response(301, (("location", leads),))
        return page("<title>Shop</title>")

    async with serve(handler, tls=authority.context(["shop.test", "www.shop.test"])) as web:
        place = f"127.0.0.1:{web.port}"
        access = Access(
            run_id="t1",
            hosts=frozenset({"shop.test", "www.shop.test"}),
            connect={"shop.test:443": place, "www.shop.test:443": place},
            ca_file=ca,
        )
        async with open_net(access) as net:
            seen = await observe(Target(run_id="t1", site="https://shop.test/", monitoring_evidence=(paper,)), net)
    assert {one.check: one for one in read(seen)}["uptime-homepage"].outcome is outcome
