"""More products on the demo's parts, for any test: one route, a handful of routes, one switch per flaw.

``async with routes({"GET /me": reply({"id": "u_1"}), "POST /chat": handler}) as web: ...``
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping

from wizard.demo.parts.http import Answer, Handler, Request, Web, reply, serve


def _fits(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        w == g or (w[:1] == "{" and g != "") for w, g in zip(wanted, given, strict=True)
    )


@contextlib.asynccontextmanager
async def routes(table: Mapping[str, Answer | Handler], *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """Serve ``{"METHOD /template/{id}": a fixed answer or a handler}``. "*" as the method fits any; an unknown path is 404, a wrong method 405."""

    async def handler(request: Request) -> Answer:
        methods = [
            (key.partition(" ")[0], value) for key, value in table.items() if _fits(key.partition(" ")[2], request.path)
        ]
        for method, value in methods:
            if method in {request.method, "*"}:
                answer = value(request) if callable(value) else value
                return answer if not hasattr(answer, "__await__") else await answer
        return reply({"error": "method not allowed"}, 405) if methods else reply({"error": "not found"}, 404)

    async with serve(handler, tls=tls) as web:
        yield web
