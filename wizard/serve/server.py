"""The server behind the browser mode, on the toolkit's own one: guarded, loopback only, silent, over when the wizard is."""

from __future__ import annotations

import asyncio
import shlex
import sys
import webbrowser
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from wizard.serve.guard import COOKIE, Guard
from wizard.words import data, say

IDLE_SECONDS = 1800.0
STOP_SECONDS = 5.0
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "USER",
    "SYSTEMROOT",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "VIRTUAL_ENV",
)
KEPT_PREFIXES = ("XDG_", "LAUNCH_READY_HOME", "PYTHON", "LD_LIBRARY_", "DYLD_")
STATIC = {
    "/static/js/textual.js": ("js/textual.js", "text/javascript"),
    "/static/css/xterm.css": ("css/xterm.css", "text/css"),
}
OURS = {
    "/page.js": ("templates/serve/page.js", "text/javascript"),
    "/page.css": ("templates/serve/page.css", "text/css"),
    "/mono.woff2": ("templates/report/fonts/SourceCodePro-Regular.ttf.woff2", "font/woff2"),
}


class _Child(AppService):
    """The wizard's process: started without a shell's guesses, with no more of the environment than it needs."""

    ended = False

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        whole = super()._build_environment(width, height)
        ours = {
            "TEXTUAL_DRIVER",
            "TEXTUAL_FPS",
            "TEXTUAL_COLOR_SYSTEM",
            "TERM_PROGRAM",
            "TERM_PROGRAM_VERSION",
            "COLUMNS",
            "ROWS",
        }
        kept = {k: v for k, v in whole.items() if k in KEPT or k in ours or k.startswith(KEPT_PREFIXES)}
        return kept | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}

    async def stop(self) -> None:
        """Ask the wizard to end, wait for it, and end it if it does not."""
        await super().stop()
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def on_meta(self, data: bytes) -> None:
        """The wizard says that it ended, or offers a file."""
        self.ended = self.ended or b'"exit"' in data
        await super().on_meta(data)


class Loopback(Server):
    """One wizard for one browser on this computer."""

    def __init__(self, command: str) -> None:
        super().__init__(command, host="127.0.0.1", title=say("tui.home.heading"))
        self.guard = Guard()
        self.over = asyncio.Event()
        self.started = 0
        self._live: web.WebSocketResponse | None = None
        self._heard = 0.0

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self.guard.middleware])
        app.add_routes(
            [
                web.get("/open/{token}", self._open),
                web.get("/", self._page),
                web.post("/take", self._take),
                web.get("/ws", self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                *(web.get(path, self._file) for path in (*STATIC, *OURS)),
            ]
        )
        return app

    async def _open(self, request: web.Request) -> web.StreamResponse:
        """Swap the one-time token for the cookie."""
        cookie = self.guard.redeem(request.match_info["token"])
        if not cookie:
            return web.Response(status=403, text=say("serve.used"))
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", path="/")
        return response

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """The terminal, or the question whether to take the session over from another tab."""
        name = "busy" if self._live is not None else "page"
        text = data(f"templates/serve/{name}.html").read_text(encoding="utf-8")
        socket = f"ws://{request.headers['Host']}/ws"
        return web.Response(text=text.replace("{socket}", socket), content_type="text/html")

    async def _take(self, _: web.Request) -> web.StreamResponse:
        """End the session of the other tab; everything is on disk."""
        if self._live is not None:
            await self._live.close()
            self._live = None
        raise web.HTTPSeeOther("/")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """One of the few files that the page needs."""
        if request.path in STATIC:
            name, kind = STATIC[request.path]
            return web.Response(body=(self.statics_path / name).read_bytes(), content_type=kind)
        name, kind = OURS[request.path]
        return web.Response(body=data(name).read_bytes(), content_type=kind)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Drive one wizard; a second session at the same time is refused."""
        if self._live is not None:
            raise web.HTTPConflict
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=2 * 1024 * 1024)
        self._live = socket

        async def close() -> None:
            await socket.close()

        child = _Child(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        try:
            await socket.prepare(request)
            self.started += 1
            await child.start(_number(request, "width", 80), _number(request, "height", 24))
            await self._process_messages(socket, child)
        finally:
            await child.stop()
            self._live = None if self._live is socket else self._live
            if child.ended:
                self.over.set()
        return socket

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        async for message in websocket:
            if message.type is WSMsgType.TEXT:
                self._heard = loop.time()
                await _pass_on(message.json(), app_service, websocket)

    async def idle(self) -> None:
        """Return when nothing came for half an hour."""
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        while (left := self._heard + IDLE_SECONDS - loop.time()) > 0:  # noqa: ASYNC110  each message puts it off
            await asyncio.sleep(left)


async def _pass_on(envelope: Any, child: AppService, socket: web.WebSocketResponse) -> None:
    """One message of the page to the wizard; what is not of a known form is dropped."""
    match envelope:
        case ["stdin", str() as text]:
            await child.send_bytes(text.encode("utf-8"))
        case ["resize", {"width": int() as width, "height": int() as height}]:
            await child.set_terminal_size(min(width, 500), min(height, 300))
        case ["ping", text]:
            await socket.send_json(["pong", text])
        case ["blur", *_]:
            await child.blur()
        case ["focus", *_]:
            await child.focus()


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return min(int(text), 500) if text.isascii() and text.isdigit() else default


async def start() -> tuple[Loopback, web.AppRunner]:
    """The server on a free port of 127.0.0.1, ready; the caller cleans the runner up."""
    server = Loopback(shlex.join([sys.executable, "-m", "wizard"]))
    runner = web.AppRunner(await server._make_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.guard.port = runner.addresses[0][1]
    return server, runner


def serve(*, open_browser: bool = False) -> int:
    """Serve until the wizard ends, half an hour passes, or Ctrl-C."""
    return asyncio.run(_serve(open_browser=open_browser))


async def _serve(*, open_browser: bool) -> int:
    server, runner = await start()
    link = f"http://127.0.0.1:{server.guard.port}{server.guard.path}"
    print(say("serve.link", link=link), flush=True)
    if open_browser:
        webbrowser.open(link)
    try:
        ends = [asyncio.create_task(server.over.wait()), asyncio.create_task(server.idle())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
    finally:
        await runner.cleanup()
    print(say("serve.over"), file=sys.stderr)
    return 0
