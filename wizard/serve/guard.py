"""Who may talk to the browser mode: this computer's own browser, once invited. Foreign pages and names get 403 (OWASP: CSRF, DNS rebinding)."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COOKIE = "launch_ready"
LINK_SECONDS = 300.0
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self';"
    " img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Styles may be inline because the terminal widget writes its own; scripts may not."""


class Guard:
    """One link, one cookie, exact hosts and origins; compared in constant time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made = clock()
        self._link = secrets.token_urlsafe(32)
        self._cookie = ""
        self.port = 0

    @property
    def path(self) -> str:
        """The path of the link that works once, within five minutes."""
        return f"/open/{self._link}"

    def redeem(self, token: str) -> str:
        """The cookie for a good token, which is then dead; "" for a bad, old or used one."""
        good = bool(self._link) and hmac.compare_digest(token.encode(), self._link.encode())
        if not good or self._clock() - self._made > LINK_SECONDS:
            return ""
        self._link, self._cookie = "", secrets.token_urlsafe(32)
        return self._cookie

    def allows(self, request: web.Request) -> bool:
        """Whether a request is from our own page: exact host, exact origin where one must be, and the cookie on all but the link."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        if request.headers.get("Host", "") not in hosts:
            return False
        origin = request.headers.get("Origin")
        must_have_origin = request.path == "/ws" or request.method != "GET"
        if (must_have_origin and origin is None) or (
            origin is not None and origin != f"http://{request.headers['Host']}"
        ):
            return False
        if request.path.startswith("/open/"):
            return True
        given = request.cookies.get(COOKIE, "")
        return bool(self._cookie) and hmac.compare_digest(given.encode(), self._cookie.encode())

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse with 403, or answer with the headers that keep the page to itself."""
        if not self.allows(request):
            return web.Response(status=403, headers=HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            refused.headers.update(HEADERS)
            raise
        if not response.prepared:
            response.headers.update(HEADERS)
        return response
