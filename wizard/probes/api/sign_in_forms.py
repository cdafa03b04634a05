"""A try to sign in, or to get a new password, in the shapes that servers read. Only one that was read as such shows whether real tries are counted."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from wizard.net import Call, Reply
from wizard.probes.api.alike import alike
from wizard.probes.api.faces import Face, Kind

NOT_READ = frozenset({415, 422})
"""Statuses that say that the body itself was not what the route reads (RFC 9110 sections 15.5.16 and 15.5.21); some servers count no try then."""
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"

Send = Callable[[Call], Awaitable[tuple[Reply, Face]]]


def shapes(mail: str, user: str, password: str = "") -> tuple[tuple[str, bytes], ...]:
    """Media type and body, most usual first: plain JSON, a form as OAuth 2 sends it (RFC 6749 section 4.3.2), fewer fields, fields in a wrapper."""
    secret = {"password": password} if password else {}
    grant = {"grant_type": "password"} if password else {}
    return (
        (_JSON, _dump({"email": mail, "username": user} | secret)),
        (_FORM, urlencode(grant | {"username": user, "email": mail} | secret).encode()),
        (_JSON, _dump({"email": mail} | secret)),
        (_JSON, _dump({"user": {"email": mail} | secret})),
    )


def _dump(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields).encode()


def shaped(call: Call, shape: tuple[str, bytes]) -> Call:
    """The call with this body."""
    headers = tuple(pair for pair in call.headers if pair[0].lower() != "content-type")
    return replace(call, headers=(*headers, ("content-type", shape[0])), body=shape[1])


async def first_read(call: Call, tries: tuple[tuple[str, bytes], ...], send: Send) -> tuple[int, bool]:
    """Which shape the route reads, and whether one was read at all: the first that is answered with more than "not like this"."""
    for at, shape in enumerate(tries):
        reply, face = await send(shaped(call, shape))
        if face.kind is Kind.HIDES and await missing(shaped(call, shape), reply, send):
            return 0, False
        if face.kind is not Kind.REJECTS or reply.status not in NOT_READ:
            return at, True
    return 0, False


async def missing(call: Call, reply: Reply, send: Send) -> bool:
    """Whether a path that cannot exist gets the same answer: then this one does not exist either."""
    parts = urlsplit(call.url)
    path = f"{parts.path.rstrip('/')}/lr-none"
    other, _ = await send(replace(call, url=parts._replace(path=path).geturl()))
    return other.status == reply.status and alike(other, reply, ids=(path, parts.path))
