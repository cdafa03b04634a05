"""What stands in front: one door for all host names, with the marks of the edge network, and the plain-text door that only points to it."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Mapping

from wizard.demo.parts.http import Answer, Handler, Headers, Request, Response, page

_SAFE = ("strict-transport-security", "max-age=31536000; includeSubDomains")


class Front:
    """Hands a request to the host's own handler. `marked`: add what the edge network adds; `bare` hosts are reached without it."""

    def __init__(
        self, hosts: Mapping[str, Handler], *, marked: bool = True, bare: frozenset[str] = frozenset()
    ) -> None:
        self.hosts, self.marked, self.bare = hosts, marked, bare

    async def __call__(self, request: Request) -> Answer:
        """The answer of the named host; a name that is not served here is a 404 without any content of ours."""
        host = _host(request)
        edge = self.marked and host not in self.bare
        if edge and request.path == "/cdn-cgi/trace":
            return _with(Response(200, (("content-type", "text/plain"),), _trace(host, request)), _marks("DYNAMIC"))
        handler = self.hosts.get(host)
        if handler is None:
            return _with(
                page("<title>Nothing here</title>", 404), _marks("DYNAMIC") if edge else (("server", "nginx"),)
            )
        answer = handler(request)
        answer = await answer if inspect.isawaitable(answer) else answer
        if not isinstance(answer, Response):
            return answer
        public = any(name == "cache-control" and "immutable" in value for name, value in answer.headers)
        marks = _marks("HIT" if public else "DYNAMIC") if edge else (("server", "nginx"),)
        return _with(answer, (*marks, _SAFE) if request.secure else marks)


class Plain:
    """Port 80: every name and path moves to https, but for a host that careless hands serve in the clear."""

    def __init__(self, open_hosts: Mapping[str, Handler], *, bare: frozenset[str] = frozenset()) -> None:
        self.open_hosts, self.bare = open_hosts, bare

    async def __call__(self, request: Request) -> Answer:
        """A permanent redirect, or the page itself."""
        host = _host(request)
        marks = (("server", "nginx"),) if host in self.bare else _marks("DYNAMIC")
        if host in self.open_hosts:
            answer = self.open_hosts[host](request)
            answer = await answer if inspect.isawaitable(answer) else answer
            return _with(answer, marks) if isinstance(answer, Response) else answer
        target = request.target if request.target.startswith("/") else "/"
        return _with(Response(301, (("location", f"https://{host}{target}"),)), marks)


def moved(to: str) -> Handler:
    """A host that only points to another one."""

    def handler(request: Request) -> Response:
        target = request.target if request.target.startswith("/") else "/"
        return Response(301, (("location", f"https://{to}{target}"), ("cache-control", "no-store")))

    return handler


def _host(request: Request) -> str:
    return request.header("host").partition(":")[0].lower().rstrip(".")


def _with(answer: Response, more: Headers) -> Response:
    return Response(answer.status, answer.headers + more, answer.body, answer.close)


def _marks(caching: str) -> Headers:
    return (("server", "cloudflare"), ("cf-ray", f"{secrets.token_hex(8)}-AMS"), ("cf-cache-status", caching))


def _trace(host: str, request: Request) -> bytes:
    lines = (
        f"h={host}",
        f"ip={request.peer}",
        f"ts={time.time():.3f}",
        "visit_scheme=https",
        "colo=AMS",
        "http=http/1.1",
        "tls=TLSv1.3",
    )
    return ("fl=1f1\n" + "\n".join(lines) + "\nwarp=off\n").encode()
