"""Other ways to ask, as nobody, for a route that is shut: another spelling of the path, another method, an older version."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Reply
from wizard.probes.api.auth_routes import Own, stranger
from wizard.probes.api.auth_seen import Trick, Try
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import shown

_VERSION = re.compile(r"/v(\d{1,2})(?=/)")


async def tricks(owns: list[Own], desk: Desk) -> tuple[Trick, ...]:
    """Paths and methods on the first route, a trailing slash on the second, versions on both."""
    found: list[Trick] = []
    for at, own in enumerate(owns[:2]):
        for path in spellings(own.call.url)[: None if at == 0 else 1]:
            found.append(await _spelt(own, path, desk))
        for path in siblings(own.call.url, desk):
            call = replace(stranger(own, desk.asker.target), url=_at(own, path))
            one = await desk.attempt(call, "sibling-version", own.route, how="version", looked=True)
            found.append(Trick("sibling-version", own.route, _shown(desk, path), one))
        if at == 0:
            found += await _methods(own, desk)
    return tuple(found)


async def _spelt(own: Own, path: str, desk: Desk) -> Trick:
    """The raw target goes out as it is: a client library would put such a path right."""
    parts = urlsplit(stranger(own, desk.asker.target).url)
    target = path + (f"?{parts.query}" if parts.query else "")
    call = replace(stranger(own, desk.asker.target), target=target.encode("ascii", "ignore"))
    one = await desk.attempt(call, "path-tricks", own.route, how="path", looked=True)
    return Trick("path-tricks", own.route, _shown(desk, path), one)


def spellings(url: str) -> tuple[str, ...]:
    """The path of `url` written in other ways that some servers take for the same: slash, double slash, dots, capitals, ``;x``, ``.json``."""
    path = urlsplit(url).path
    head, _, last = path.rpartition("/")
    if not last:
        return (path.rstrip("/"),) if path.rstrip("/") else ()
    capital = _capital(path)
    made = [
        path + "/",
        "/" + path,
        f"{head}/./{last}",
        f"{head}/%2e/{last}",
        capital,
        f"{path};x",
        f"{path}.json",
        f"{head}%2f{last}",
    ]
    return tuple(dict.fromkeys(one for one in made if one.startswith("/") and one != path))


def _capital(path: str) -> str:
    """The last plain word of the path with another first letter; an id is left as it is."""
    steps = path.split("/")
    for at in range(len(steps) - 1, 0, -1):
        if steps[at].isalpha():
            steps[at] = steps[at][0].swapcase() + steps[at][1:]
            break
    return "/".join(steps)


def siblings(url: str, desk: Desk) -> tuple[str, ...]:
    """The same path in the version before and after, and among the internal routes; not where that is itself a listed route."""
    path, target = urlsplit(url).path, desk.asker.target
    made: list[str] = []
    if found := _VERSION.search(path):
        number = int(found[1])
        made += [path[: found.start()] + f"/v{n}" + path[found.end() :] for n in (number - 1, number + 1) if n > 0]
    if path.startswith("/api/") and "/internal/" not in path:
        made.append("/api/internal/" + path.removeprefix("/api/"))
    listed = [route.template for route in target.routes if route.method == "GET"]
    return tuple(
        one for one in made if not any(intake.match(t, intake.within(one, target.base_url)) is not None for t in listed)
    )


async def _methods(own: Own, desk: Desk) -> list[Trick]:
    call = stranger(own, desk.asker.target)
    reply, _ = await desk.send(replace(call, method="HEAD"), "method-tricks", own.route, looked=True)
    head = _head(own, reply, desk)
    posts = any(r.method == "POST" and r.template == own.route.partition(" ")[2] for r in desk.asker.target.routes)
    if posts or desk.asker.net.refuses(Consent.TOUCH, call.url) or call.actor != "nobody":
        return [head]
    headers = (*call.headers, ("X-HTTP-Method-Override", "GET"))
    override = replace(call, method="POST", headers=headers, body=b"", consent=Consent.TOUCH)
    one = await desk.attempt(override, "method-tricks", own.route, how="override")
    return [head, Trick("method-tricks", own.route, "POST, X-HTTP-Method-Override: GET", one)]


def _head(own: Own, reply: Reply, desk: Desk) -> Trick:
    """HEAD has no body: only its length or tag can betray that the answer would be a's own."""
    from_control = desk.controls.get(own.route, Reply())
    length, tag = reply.header("content-length"), reply.header("etag")
    same = bool(length) and length == (from_control.header("content-length") or str(from_control.size))
    same = same or (bool(tag) and tag == from_control.header("etag"))
    one = Try(desk.looks.exchanges[-1], how="head", refuses=reply.status // 100 != 2)
    return Trick("method-tricks", own.route, "HEAD", one, same_length=reply.status == 200 and same)


def _at(own: Own, path: str) -> str:
    return urlsplit(own.call.url)._replace(path=path).geturl()


def _shown(desk: Desk, path: str) -> str:
    return shown(desk.looks.net.reveals(path))
