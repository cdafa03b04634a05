"""An account's cookies and those that a call names travel in one header; the call's win, for it holds a swapped id."""

from __future__ import annotations

import pytest

from wizard.demo.parts.http import Request, Response, reply, serve
from wizard.net import Access, Call, Secret, open_net


def echo(request: Request) -> Response:
    return reply({"cookie": request.header("cookie")})


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        ((), "session=s; uid=1"),
        ((("Cookie", "uid=2"),), "uid=2; session=s"),
        ((("cookie", "theme=dark"),), "theme=dark; session=s; uid=1"),
        ((("Cookie", "uid=2; uid=3"),), "uid=2; uid=3; session=s"),
    ],
)
async def test_cookies_are_joined(named: tuple[tuple[str, str], ...], sent: str) -> None:
    async with serve(echo) as web:
        access = Access(
            run_id="t1",
            hosts=frozenset({f"127.0.0.1:{web.port}"}),
            by="T",
            touch=True,
            accounts={"a": {"Cookie": Secret("session=s; uid=1")}},
        )
        async with open_net(access) as net:
            found = await net.send(Call("GET", web.url + "/me", "a", headers=named))
        assert sent in found.head.decode()
        assert found.head.count(b"=") == sent.count("=")
