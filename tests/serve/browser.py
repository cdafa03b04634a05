"""A headless Chromium, driven over its own debugging protocol: enough to open the page, type, paste, and see what it asked for."""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1200,800",
    "--remote-debugging-port=0",
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*\$?[A-Za-z]|\x1b\][^\x07]*\x07")


class Tab:
    """One page: `asked` are the addresses it requested, `text` what the terminal was sent, escapes removed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.text = ""

    async def listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if told.get("id") in self._waiting:
                self._waiting.pop(told["id"]).set_result(told.get("result", told))
            self._event(told.get("method", ""), told.get("params", {}))

    def _event(self, name: str, of: dict[str, Any]) -> None:
        if name == "Network.requestWillBeSent":
            self.asked.append(of["request"]["url"])
        elif name == "Network.webSocketFrameReceived":
            raw = of["response"]["payloadData"]
            data = base64.b64decode(raw).decode("utf-8", "replace") if of["response"]["opcode"] == 2 else raw
            self.text += _ESCAPES.sub("", data)
        elif name == "Runtime.exceptionThrown" or of.get("entry", {}).get("level") == "error":
            self.errors.append(str(of))

    async def do(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._waiting[self._number] = asyncio.get_running_loop().create_future()
        waiting = self._waiting[self._number]
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        return await asyncio.wait_for(waiting, 30)

    async def until(self, text: str, seconds: float = 30) -> None:
        """Wait until the terminal was sent this text."""
        async with asyncio.timeout(seconds):
            while text not in re.sub(r"\s+", " ", self.text):
                await asyncio.sleep(0.05)

    async def key(self, char: str) -> None:
        await self.do("Input.dispatchKeyEvent", type="keyDown", text=char, key=char)
        await self.do("Input.dispatchKeyEvent", type="keyUp", key=char)

    async def picture(self, path: Path) -> None:
        shot = await self.do("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@asynccontextmanager
async def tab(profile: Path, downloads: Path) -> AsyncIterator[Tab]:
    """A fresh browser with one empty page."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM or "chromium",
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as pages:
                page = next(p for p in await pages.json() if p["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                opened = Tab(socket)
                listening = asyncio.create_task(opened.listen())
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await opened.do(f"{domain}.enable")
                await opened.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
                yield opened
                listening.cancel()
    finally:
        process.terminate()
        await process.wait()


async def _port(path: Path) -> str:
    async with asyncio.timeout(30):
        while not path.is_file() or "\n" not in path.read_text():
            await asyncio.sleep(0.05)
    return path.read_text().splitlines()[0]
