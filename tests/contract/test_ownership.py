"""Nothing but looks goes to a host that nobody has shown to be theirs; the code to publish is the next step (contract: ownership)."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.command import Done, profile, run
from wizard.demo.parts.dns import serve_dns
from wizard.demo.parts.http import Request, Response, Web, page, reply, serve


def _own_address() -> str:
    """An address of this computer that is not loopback, or "". Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        found: str = probe.getsockname()[0]
    return "" if found.startswith("127.") else found


ADDRESS = _own_address()
pytestmark = pytest.mark.skipif(not ADDRESS, reason="this computer has no address but loopback")


@dataclass
class Rig:
    """A product on an address that is not loopback. `file` and `meta`: what it publishes; `zone`: its DNS."""

    web: Web
    zone: dict[tuple[str, str], object]
    resolver: str
    published: dict[str, str] = field(default_factory=dict)

    @property
    def touched(self) -> list[Request]:
        """Requests that no look may make."""
        return [r for r in self.web.log if r.header("authorization") or r.method not in ("GET", "HEAD", "OPTIONS")]


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    published: dict[str, str] = {}

    async def answer(request: Request) -> Response:
        if request.path == "/.well-known/launch-ready.txt" and "file" in published:
            return Response(200, (("content-type", "text/plain"),), f"{published['file']}\n".encode())
        if request.path == "/":
            return page(f'<html><head><meta name="launch-ready" content="{published.get("meta", "")}"></head></html>')
        return reply({"error": "sign in"}, 401)

    zone: dict[tuple[str, str], object] = {
        (name, "A"): [ADDRESS] for name in ("app.owned.example", "api.owned.example", "api.other.example")
    }
    async with serve(answer, host=ADDRESS) as web, serve_dns(zone) as dns:
        yield Rig(web, zone, f"127.0.0.1:{dns.port}", published)


async def _check(rig: Rig, folder: Path, api: str = "api.owned.example", *flags: str) -> Done:
    rig.web.log.clear()
    names = ("app.owned.example", api)
    doors = ", ".join(f'"{name}:80" = "{ADDRESS}:{rig.web.port}"' for name in names)
    text = f"""
[site]
url = "http://app.owned.example"
[consent]
by = "Ada Osei"
touch = true
push = true
[api]
base_url = "http://{api}"
routes = ["GET /me"]
[accounts.a]
headers = {{ Authorization = "Bearer aaa" }}
own = ["GET /me"]
[network]
resolver = "{rig.resolver}"
connect = {{ {doors} }}
"""
    done = await run("check", profile(folder, text), *flags, "--json", "-", home=folder)
    assert done.code == 3
    return done


def _codes(done: Done) -> dict[str, str]:
    found: list[tuple[str, str]] = re.findall(r"show that (\S+) is yours.*?([a-z2-7]{16})", done.err)
    return dict(found)


@pytest.mark.parametrize("way", ["dns", "file"])
async def test_touch_waits_for_the_code(tmp_path: Path, rig: Rig, way: str) -> None:
    first = await _check(rig, tmp_path, "api.owned.example", "--item", "auth", "--quiet")
    assert not rig.touched
    code = _codes(first)["owned.example"]
    findings = json.loads(first.out)["items"][0]["findings"]
    assert "unknown" in {finding["outcome"] for finding in findings}
    if way == "dns":
        rig.zone["_launch-ready.owned.example", "TXT"] = [f"launch-ready={code}"]
    else:
        rig.published[way] = code
    second = await _check(rig, tmp_path, "api.owned.example", "--item", "auth")
    assert rig.touched
    assert not _codes(second)


async def test_each_domain_is_shown_by_its_own_code(tmp_path: Path, rig: Rig) -> None:
    codes = _codes(await _check(rig, tmp_path, "api.other.example", "--item", "auth"))
    assert set(codes) == {"owned.example", "other.example"}
    assert len(set(codes.values())) == 2
    rig.zone["_launch-ready.owned.example", "TXT"] = [f"launch-ready={codes['owned.example']}"]
    left = _codes(await _check(rig, tmp_path, "api.other.example", "--item", "auth"))
    assert set(left) == {"other.example"}
    assert not rig.touched
    rig.zone["_launch-ready.other.example", "TXT"] = [f"launch-ready={codes['other.example']}"]
    await _check(rig, tmp_path, "api.other.example", "--item", "auth")
    assert rig.touched


async def test_the_code_is_told_whatever_item_is_asked_for(tmp_path: Path, rig: Rig) -> None:
    assert _codes(await _check(rig, tmp_path, "api.owned.example", "--item", "deployment"))
