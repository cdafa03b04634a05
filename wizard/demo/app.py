"""The sample API: a table of routes, who may use each, and what each answers. Private answers are never stored by anybody."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from wizard.demo import origins
from wizard.demo.bodies import Refused
from wizard.demo.bot import Bot
from wizard.demo.clients import PEOPLE, Person, Records, records
from wizard.demo.limits import Limit, limits
from wizard.demo.logs import Log
from wizard.demo.parts.http import Request, Response, reply
from wizard.demo.tokens import Tokens


@dataclass(slots=True)
class State:
    """Everything the API knows while it runs."""

    flaws: frozenset[str]
    tokens: Tokens
    bot: Bot
    log: Log
    commit: str
    webhook_secret: str
    records: Records = field(default_factory=records)
    limits: dict[str, Limit] = field(default_factory=limits)
    busy: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request on a known route: `ids` are the path's own values, `person` is None for a stranger, `request_id` goes to answer and log."""

    state: State
    request: Request
    ids: tuple[str, ...]
    person: Person | None
    claims: dict[str, Any]
    request_id: str

    @property
    def user(self) -> str:
        """The user's id, "" for a stranger."""
        return self.person.id if self.person else ""


Action = Callable[[Ask], Awaitable[Response] | Response]


@dataclass(frozen=True, slots=True)
class Entry:
    """A route. `access`: public, signed-in or coach. `limit` names the rate limit that guards it."""

    method: str
    template: str
    access: str
    action: Action
    limit: str = ""


def refuse(status: int, code: str) -> Response:
    """An error, short and the same for everybody."""
    return reply({"error": {"code": code}}, status)


class Api:
    """The handler of the API's host."""

    def __init__(self, state: State, entries: tuple[Entry, ...]) -> None:
        self.state = state
        self.entries = [(entry, _pattern(entry.template)) for entry in entries]

    async def __call__(self, request: Request) -> Response:
        """Answer, with the headers that every answer carries, and write the log."""
        began = time.monotonic()
        request_id = _request_id(request)
        claims = self.state.tokens.check(request.header("authorization"))
        person = PEOPLE.get(str(claims.get("sub"))) if claims else None
        if request.method == "OPTIONS":
            answer = Response(204)
        else:
            answer = await self._guarded(request, request_id, person, claims or {})
        took = (time.monotonic() - began) * 1000
        self.state.log.request(request, answer.status, took, request_id, person.id if person else "")
        common = (*origins.headers(request, self.state.flaws), ("x-request-id", request_id))
        named = {name for name, _ in answer.headers}
        if "cache-control" not in named:
            common += (("cache-control", self._caching(person)),)
        return Response(answer.status, answer.headers + common, answer.body)

    def _caching(self, person: Person | None) -> str:
        careless = person is not None and "cached-private" in self.state.flaws
        return "public, s-maxage=600" if careless else "no-store"

    async def _guarded(
        self, request: Request, request_id: str, person: Person | None, claims: dict[str, Any]
    ) -> Response:
        try:
            return await self._route(request, request_id, person, claims)
        except Refused as error:
            if "trace-in-errors" in self.state.flaws:
                return reply({"error": {"code": error.code, "detail": traceback.format_exc()}}, error.status)
            return refuse(error.status, error.code)
        except Exception as error:  # what a careless server answers when it trips
            self.state.log.crash(request_id, error)
            return refuse(500, "internal_error")

    async def _route(
        self, request: Request, request_id: str, person: Person | None, claims: dict[str, Any]
    ) -> Response:
        path = request.target.partition("?")[0]
        found = [(entry, match) for entry, pattern in self.entries if (match := pattern.fullmatch(path))]
        if not found:
            return refuse(404, "not_found")
        method = "GET" if request.method == "HEAD" else request.method
        for entry, match in found:
            if entry.method == method:
                ask = Ask(self.state, request, match.groups(), person, claims, request_id)
                return await self._enter(entry, ask)
        allow = ", ".join(sorted({entry.method for entry, _ in found}))
        return Response(
            405, (("allow", allow), ("content-type", "application/json")), b'{"error":{"code":"method_not_allowed"}}'
        )

    async def _enter(self, entry: Entry, ask: Ask) -> Response:
        """Address limit, sign-in, role, user limit, action: in this order."""
        if entry.access == "public" and (refused := self._throttled(entry, ask)):
            return refused
        open_route = "no-auth-on-route" in self.state.flaws and entry.action.__name__ == "notes"
        if entry.access != "public" and ask.person is None and not open_route:
            return Response(
                401,
                (("www-authenticate", "Bearer"), ("content-type", "application/json")),
                b'{"error":{"code":"sign_in"}}',
            )
        if entry.access == "coach" and ask.claims.get("role") != "coach" and "lower-role" not in self.state.flaws:
            return refuse(403, "not_allowed")
        if entry.access != "public" and (refused := self._throttled(entry, ask)):
            return refused
        answer = entry.action(ask)
        return answer if isinstance(answer, Response) else await answer

    def _throttled(self, entry: Entry, ask: Ask) -> Response | None:
        flaws, limit = self.state.flaws, self.state.limits.get(entry.limit)
        off = "no-rate-limit" in flaws or ("login-unlimited" in flaws and entry.limit == "login")
        if limit is None or off or ("slows-down" in flaws and entry.limit == "chat"):
            return None
        key = ask.user or ask.request.peer
        if "trusts-forwarded-for" in flaws:
            key = ask.request.header("x-forwarded-for") or key
        wait = limit.wait(key)
        if not wait:
            return None
        self.state.log.throttled(ask.request_id, entry.limit, ask.user)
        headers = (("retry-after", str(wait)), ("content-type", "application/json"))
        return Response(429, headers, b'{"error":{"code":"too_many_requests"}}')


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "([A-Za-z0-9_-]{1,40})", re.escape(template)))


def _request_id(request: Request) -> str:
    """The caller's own id when it is a plain word, so that both sides can find the request; else a fresh one."""
    given = request.header("x-request-id")
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,80}", given) else secrets.token_hex(12)


async def think(state: State) -> None:
    """The time that a model would take; under load a careless server gets slower and slower instead of saying stop."""
    state.busy += 1
    try:
        await asyncio.sleep(0.15 * state.busy**1.5 if "slows-down" in state.flaws else 0.005)
    finally:
        state.busy -= 1
