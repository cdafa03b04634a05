"""The small way to build a product for a test."""

from __future__ import annotations

import httpx

from tests.products import routes
from wizard.demo.parts.http import Request, Response, reply


async def _slow(request: Request) -> Response:
    return reply({"path": request.path})


async def test_routes_answer_by_template():
    table = {"GET /me": reply({"id": 1}), "POST /x/{id}": _slow, "* /any": lambda r: reply(r.method)}
    async with routes(table) as web, httpx.AsyncClient(base_url=web.url, trust_env=False) as client:
        assert (await client.get("/me")).json() == {"id": 1}
        assert (await client.post("/x/7")).json() == {"path": "/x/7"}
        assert (await client.delete("/any")).json() == "DELETE"
        assert (await client.get("/x/7")).status_code == 405
        assert (await client.get("/x/7/8")).status_code == 404
