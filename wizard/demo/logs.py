"""The sample API's log: JSON lines, written as requests come in, after a morning's worth of older lines. Careful, it holds no word of a client."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from wizard.demo.parts.http import Request

_PATHS = (
    "/me",
    "/conversations",
    "/conversations/c_2207",
    "/notes",
    "/chat",
    "/orders",
    "/plans",
    "/health",
    "/search",
)
_STACK = "Error: order service timed out\n    at loadOrder (/app/src/orders.js:88:11)\n    at async handle (/app/src/server.js:41:5)"


@dataclass(slots=True)
class Log:
    """A log file. `release` is the commit that runs."""

    path: Path
    flaws: frozenset[str]
    release: str

    def request(self, request: Request, status: int, took: float, request_id: str, user: str) -> None:
        """One answered request; the query is left out, because people put words and tokens there."""
        path = request.target.partition("?")[0][:200]
        line = self._request(datetime.now(UTC), request.method, path, status, took, request_id, user)
        line["agent"] = request.header("user-agent")[:120]
        if "secret-in-logs" in self.flaws and request.header("authorization"):
            line["headers"] = {"authorization": request.header("authorization")}
        if status in {401, 403}:
            line["reason"] = "invalid token" if request.header("authorization") else "no token"
        self._write(line)

    def chat(self, request_id: str, user: str, message: str) -> None:
        """A message was answered: that it was, not what it said."""
        line: dict[str, Any] = {"level": "info", "event": "chat.answered", "user": user, "length": len(message)}
        if "chats-in-logs" in self.flaws:
            line["message"] = message[:2000]
        self._note(request_id, line)

    def sign_in(self, request_id: str, address: str) -> None:
        """Somebody tried to sign in."""
        who = {"email": address[:100]} if "pii-in-logs" in self.flaws else {}
        self._note(request_id, {"level": "info", "event": "sign-in.tried", **who})

    def throttled(self, request_id: str, limit: str, user: str) -> None:
        """A rate limit said stop."""
        self._note(request_id, {"level": "warn", "event": "rate limit", "limit": limit, "user": user})

    def crash(self, request_id: str, error: BaseException) -> None:
        """An unforeseen error, with the place where it happened."""
        stack = f"{type(error).__name__}\n    at read (/app/src/bodies.js:31:9)\n    at async handle (/app/src/server.js:41:5)"
        self._note(request_id, {"level": "error", "event": "error", "stack": stack})

    def fill(self, count: int = 260, hours: float = 3.0) -> None:
        """Older lines: a start, ordinary traffic, refusals, a burst that was stopped, one error."""
        chance = random.Random(7)  # noqa: S311  sample data, the same each time
        start = datetime.now(UTC) - timedelta(hours=hours)
        self._write({"ts": _stamp(start), "level": "info", "event": "start", "release": self.release, "port": 8080})
        for number in range(count):
            at = start + timedelta(hours=hours * 0.95 * (number + 1) / (count + 1))
            status = 401 if number % 29 == 7 else 429 if 120 <= number < 126 else 500 if number == 77 else 200
            path = "/chat" if status == 429 else "/orders/o_318" if status == 500 else chance.choice(_PATHS)
            method = "POST" if path == "/chat" else "GET"
            request_id = f"{chance.getrandbits(96):024x}"
            user = "" if status == 401 or path in {"/plans", "/health"} else f"u_{chance.randint(2000, 2060)}"
            line = self._request(at, method, path, status, chance.uniform(3, 900), request_id, user)
            self._write(line | self._older(number, status))
            if status == 500:
                self._write(
                    {"ts": _stamp(at), "level": "error", "event": "error", "request_id": request_id, "stack": _STACK}
                )
            if path == "/chat" and status == 200:
                self._write(self._older_chat(at, number, request_id, user, chance.randint(8, 300)))

    def _older(self, number: int, status: int) -> dict[str, Any]:
        extra: dict[str, Any] = {"reason": "invalid token"} if status == 401 else {}
        if "pii-in-logs" in self.flaws and number % 20 == 3:
            extra["email"] = f"client{number}.jansen@postfach-online.de"
        if "secret-in-logs" in self.flaws and number % 20 == 5:
            extra["headers"] = {"authorization": f"Bearer {secrets.token_urlsafe(40)}"}
        return extra

    def _older_chat(self, at: datetime, number: int, request_id: str, user: str, length: int) -> dict[str, Any]:
        line = {
            "ts": _stamp(at),
            "level": "info",
            "event": "chat.answered",
            "request_id": request_id,
            "user": user,
            "length": length,
        }
        if "chats-in-logs" in self.flaws:
            line["message"] = (
                f"I slept badly again and I am worried about the talk with my manager on day {number}, what should I do?"
            )
        if "no-request-ids" in self.flaws:
            del line["request_id"]
        return line

    def _request(
        self, at: datetime, method: str, path: str, status: int, took: float, request_id: str, user: str
    ) -> dict[str, Any]:
        level = "error" if status >= 500 else "warn" if status >= 400 else "info"
        line: dict[str, Any] = {
            "ts": _stamp(at),
            "level": level,
            "event": "request",
            "request_id": request_id,
            "method": method,
            "path": path,
        }
        line |= {"status": status, "ms": round(took, 1), "user": user, "release": self.release}
        if "no-request-ids" in self.flaws:
            del line["request_id"]
        return line

    def _note(self, request_id: str, line: dict[str, Any]) -> None:
        ids = {} if "no-request-ids" in self.flaws else {"request_id": request_id}
        self._write({"ts": _stamp(datetime.now(UTC)), **ids, **line})

    def _write(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
