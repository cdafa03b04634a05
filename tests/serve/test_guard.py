"""The browser mode refuses everyone but the invited browser, and starts no process for the others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from wizard.serve.guard import COOKIE, HEADERS, LINK_SECONDS, Guard
from wizard.serve.server import Loopback, start


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    served, runner = await start()
    yield served
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


def url(server: Loopback, path: str = "/") -> str:
    return f"http://127.0.0.1:{server.guard.port}{path}"


async def invited(server: Loopback, browser: aiohttp.ClientSession) -> dict[str, str]:
    async with browser.get(url(server, server.guard.path), allow_redirects=False) as answer:
        assert answer.status == 303
        cookie = answer.cookies[COOKIE]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        return {"Cookie": f"{COOKIE}={cookie.value}"}


async def test_the_link_works_once(server: Loopback, browser: aiohttp.ClientSession) -> None:
    path = server.guard.path
    cookie = await invited(server, browser)
    async with browser.get(url(server, path), allow_redirects=False) as again:
        assert again.status == 403
    async with browser.get(url(server), headers=cookie) as page:
        assert page.status == 200
        assert "data-session-websocket-url" in await page.text()
        assert HEADERS.items() <= dict(page.headers).items()


def test_the_link_grows_old() -> None:
    now = [0.0]
    guard = Guard(lambda: now[0])
    now[0] = LINK_SECONDS + 1
    assert guard.redeem(guard.path.rpartition("/")[2]) == ""


REFUSED = {
    "no cookie": ("GET", "/", {}, False),
    "no cookie on a static file": ("GET", "/static/js/textual.js", {}, False),
    "a wrong cookie": ("GET", "/", {"Cookie": f"{COOKIE}=x"}, False),
    "a foreign host": ("GET", "/", {"Host": "evil.example"}, True),
    "our address on another port": ("GET", "/", {"Host": "127.0.0.1:1"}, True),
    "a foreign origin": ("GET", "/", {"Origin": "https://evil.example"}, True),
    "a socket without an origin": ("GET", "/ws", {}, True),
    "a socket from a foreign page": ("GET", "/ws", {"Origin": "https://evil.example"}, True),
    "a socket from null": ("GET", "/ws", {"Origin": "null"}, True),
    "a post without an origin": ("POST", "/take", {}, True),
    "the link for a foreign host": ("GET", "/open/x", {"Host": "evil.example"}, False),
}


@pytest.mark.parametrize(("method", "path", "headers", "signed"), REFUSED.values(), ids=REFUSED)
async def test_refused(
    server: Loopback, browser: aiohttp.ClientSession, method: str, path: str, headers: dict[str, str], signed: bool
) -> None:
    cookie = await invited(server, browser) if signed else {}
    async with browser.request(method, url(server, path), headers=cookie | headers, allow_redirects=False) as answer:
        assert answer.status == 403
    assert server.started == 0


async def test_no_folder_is_listed_and_no_other_file_served(server: Loopback, browser: aiohttp.ClientSession) -> None:
    cookie = await invited(server, browser)
    for path in ("/static/", "/static/js/", "/static/../server.py", "/page.toml", "/download/x"):
        async with browser.get(url(server, path), headers=cookie) as answer:
            assert answer.status == 404


async def test_one_session_at_a_time(
    server: Loopback, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAUNCH_READY_HOME", "x")
    cookie = await invited(server, browser)
    own = cookie | {"Origin": f"http://127.0.0.1:{server.guard.port}"}
    async with browser.ws_connect(
        url(server, "/ws"), headers=own, timeout=aiohttp.ClientWSTimeout(ws_close=1)
    ) as first:
        with pytest.raises(aiohttp.WSServerHandshakeError) as second:
            await browser.ws_connect(url(server, "/ws"), headers=own)
        assert second.value.status == 409
        async with browser.get(url(server), headers=cookie) as page:
            assert "/take" in await page.text()
        async with browser.post(url(server, "/take"), headers=own, allow_redirects=False) as taken:
            assert taken.status == 303
        assert (await first.receive()).type in (
            aiohttp.WSMsgType.BINARY,
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
        )
    assert server.started == 1
