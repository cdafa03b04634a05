"""Logs as different software writes them, for the tests of the readers: eight forms of one morning."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wizard.model import Consent
from wizard.net import Sent
from wizard.probe import Target
from wizard.probes.code.logs.canary import Canary
from wizard.probes.code.logs.facts import Seen
from wizard.probes.code.logs.look import _look
from wizard.probes.code.logs.send import WHY

RUN = "5f0c2ab19d3e4711"
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = f"LaunchReady/1 (+run {RUN})"


@dataclass(frozen=True)
class Hit:
    """One answered request, and a word that careless code writes with it."""

    at: datetime
    method: str
    path: str
    status: int
    rid: str = ""
    agent: str = "Mozilla/5.0"
    note: str = ""


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pino(hit: Hit) -> str:
    line = {
        "level": 30,
        "time": int(hit.at.timestamp() * 1000),
        "req": {"method": hit.method, "url": hit.path},
        "res": {"statusCode": hit.status},
    }
    return json.dumps(
        line
        | ({"reqId": hit.rid} if hit.rid else {})
        | {"agent": hit.agent, "note": hit.note, "msg": "request completed"}
    )


def docker(hit: Hit) -> str:
    return json.dumps({"log": pino(hit) + "\n", "stream": "stdout", "time": stamp(hit.at)})


def cloud(hit: Hit) -> str:
    request = {
        "requestMethod": hit.method,
        "requestUrl": f"https://api.shop.example{hit.path}",
        "status": hit.status,
        "userAgent": hit.agent,
    }
    trace = {"trace": f"projects/x/traces/{hit.rid}"} if hit.rid else {}
    return json.dumps(
        {"timestamp": stamp(hit.at), "severity": "INFO", "httpRequest": request, "jsonPayload": {"note": hit.note}}
        | trace
    )


def logfmt(hit: Hit) -> str:
    rid = f" request_id={hit.rid}" if hit.rid else ""
    note = hit.note.replace('"', '\\"')
    return f'ts={stamp(hit.at)} level=info method={hit.method} path={hit.path} status={hit.status}{rid} agent="{hit.agent}" note="{note}"'


def combined(hit: Hit) -> str:
    rid = f" rid={hit.rid}" if hit.rid else ""
    note = hit.note.replace('"', "\\x22")
    return f'198.51.100.7 - - [{hit.at:%d/%b/%Y:%H:%M:%S +0000}] "{hit.method} {hit.path} HTTP/1.1" {hit.status} 512 "{note}" "{hit.agent}"{rid}'


def uvicorn(hit: Hit) -> str:
    rid = f" request_id={hit.rid}" if hit.rid else ""
    return f'{hit.at:%Y-%m-%d %H:%M:%S} INFO:     127.0.0.1:5512 - "{hit.method} {hit.path} HTTP/1.1" {hit.status} OK {hit.agent}{rid} {hit.note}'


def syslog(hit: Hit) -> str:
    rid = f" request_id={hit.rid}" if hit.rid else ""
    return f"<134>1 {stamp(hit.at)} web1 api 712 - - {hit.method} {hit.path} {hit.status} {hit.agent}{rid} {hit.note}"


def table(hit: Hit) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([stamp(hit.at), hit.method, hit.path, hit.status, hit.rid, hit.agent, hit.note])
    return out.getvalue().rstrip("\r\n")


HEAD = "timestamp,method,path,status,request_id,agent,note"
FORMS: dict[str, Callable[[Hit], str]] = {
    one.__name__: one for one in (pino, docker, cloud, logfmt, combined, uvicorn, syslog, table)
}


def morning(form: str, *, ids: bool = True, count: int = 260) -> Iterator[Hit]:
    """Ordinary traffic of three hours: some refused, ids on every request, and twice the same one as on retries."""
    for number in range(count):
        rid = f"{number // 2:08x}aa11bb22" if ids else ""
        status = 401 if number % 40 == 7 else 200
        yield Hit(START + timedelta(seconds=number * 40), "GET", f"/orders/{number % 9}", status, rid)


def ours(canary: Canary, *, ids: bool = True, **notes: str) -> Iterator[Hit]:
    """The run's marked requests as a server writes them; `notes` say what stands beside each part."""
    at = START + timedelta(hours=3)
    for part, method, path, status in (
        ("bearer", "GET", "/me", 401),
        ("query", "GET", "/plans", 200),
        ("login", "POST", "/login", 401),
        ("chat", "POST", "/chat", 200),
    ):
        rid = canary.request_id(part) if ids else ""
        yield Hit(at, method, path + notes.get(f"{part}_query", ""), status, rid, AGENT, notes.get(part, ""))


def sent() -> tuple[Sent, ...]:
    """The door's list of the same requests."""
    at = (START + timedelta(hours=3)).timestamp()
    base = "https://api.shop.example"
    rows = (
        ("bearer", "GET", "/me", 401),
        ("query", "GET", "/plans", 200),
        ("login", "POST", "/login", 401),
        ("chat", "POST", "/chat", 200),
    )
    return tuple(
        Sent(at, method, base + path, "nobody", Consent.TOUCH, f"{WHY}.{part}", status)
        for part, method, path, status in rows
    )


@dataclass
class Door:
    """The two things of the door that the reader needs."""

    entries: tuple[Sent, ...] = ()

    def fingerprint(self, value: str) -> str:
        return f"{hash(value) & 0xFFFFFFFFFFFF:012x}"

    def log(self) -> tuple[Sent, ...]:
        return self.entries


def seen(path: Path, *, entries: tuple[Sent, ...] = (), live: str = "", **more: object) -> Seen:
    """What the reader keeps of the logs at `path`."""
    target = Target(run_id=RUN, base_url="https://api.shop.example", domains=("shop.example",), logs=(path,), **more)  # type: ignore[arg-type]
    return _look(target, Door(entries), live)  # type: ignore[arg-type]
