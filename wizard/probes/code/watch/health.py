"""Health addresses: asked against an address that cannot exist, then once more, and read for what they say, cache and leak."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probe import Target
from wizard.probes.code.secrets import Place, escape, scan_bytes
from wizard.probes.code.watch.facts import Health

PATHS = ("/health", "/healthz", "/api/health", "/readyz", "/livez", "/up", "/ping")
MOST_BODY = 65_536
DOWN = frozenset(
    [
        "down",
        "fail",
        "failed",
        "failing",
        "error",
        "unhealthy",
        "unavailable",
        "disconnected",
        "critical",
        "offline",
        "ko",
        "dead",
    ]
)
UP = frozenset(
    [
        "ok",
        "up",
        "healthy",
        "pass",
        "passing",
        "operational",
        "connected",
        "alive",
        "ready",
        "true",
        "online",
        "green",
        "good",
    ]
)
_STATUS = ("status", "state", "health", "healthy", "ok", "result")
_WHOLE = frozenset(
    ["checks", "components", "dependencies", "services", "details", "deps", "info", "data", "entries", "results"]
)
_PART = re.compile(
    r"db|database|postgres|mysql|mongo|redis|cache|queue|model|llm|openai|anthropic|storage|s3|stripe|mail|smtp|search|api|worker|supabase",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+|\b1[6-9]\d{8}(?:\d{3})?\b|\"(?:time|at|ts|timestamp|uptime|latency|ms|checked_at|duration)[a-z_]*\"\s*:\s*\"?[\d.]+",
    re.IGNORECASE,
)
_ENV = re.compile(
    r'"(?:DATABASE_URL|AWS_[A-Z_]+|[A-Z][A-Z0-9]*_(?:KEY|SECRET|TOKEN|PASSWORD|URL|DSN))"\s*:\s*"[^"*]{6,}"'
)
_VERSION = re.compile(
    r'"(node|python|express|fastapi|django|flask|next|php|ruby|rails|postgres(?:ql)?|redis|nginx|java|spring|go)(?:_?version)?"\s*:\s*"v?(\d+\.\d+[\w.]*)',
    re.IGNORECASE,
)


async def look(target: Target, net: Net) -> tuple[tuple[Health, ...], int]:
    """The health addresses that answer, and how many were asked."""
    bases = list(
        dict.fromkeys(
            base.rstrip("/") for base in (target.base_url, _root(target.base_url), _root(target.site)) if base
        )
    )
    bases = [base for base in bases if not net.refuses(Consent.LOOK, base + "/")]
    named = [route.template for route in target.routes if route.method == "GET" and _is_health(route.template)]
    paths = tuple(dict.fromkeys([*named, *PATHS]))[:10]
    found = await asyncio.gather(*(_base(net, base, paths) for base in bases))
    unique: dict[str, Health] = {}
    for health in (one for many in found for one in many):
        unique.setdefault(health.url, health)
    return tuple(unique.values())[:10], len(bases) * len(paths)


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _is_health(path: str) -> bool:
    return path.rstrip("/").rpartition("/")[2].lower() in {one.rpartition("/")[2] for one in PATHS}


async def _base(net: Net, base: str, paths: tuple[str, ...]) -> list[Health]:
    nothing = await _get(net, f"{base}/lr-{secrets.token_hex(6)}")
    if nothing.fault is not Fault.NONE:
        return []
    replies = await asyncio.gather(*(_get(net, base + path) for path in paths))
    good = [reply for reply in replies if _answers(reply, nothing)]
    again = await asyncio.gather(*(_get(net, reply.url) for reply in good))
    return [read(one, two, net) for one, two in zip(good, again, strict=True)]


async def _get(net: Net, url: str) -> Reply:
    return await net.send(Call("GET", url, consent=Consent.LOOK, why="monitoring.health", cap=MOST_BODY, fresh=True))


def _answers(reply: Reply, nothing: Reply) -> bool:
    """A short answer of its own: 200, or 503 with a body; no page, and not what a made-up address gets."""
    if reply.fault is not Fault.NONE or reply.status not in (200, 204, 503) or reply.cut:
        return False
    if "html" in reply.media or reply.head.lstrip()[:1] == b"<":
        return False
    if reply.status == 503 and (not isinstance(_json(reply.head), dict) or nothing.status == 503):
        return False
    return reply.status != nothing.status or _digest(reply) != _digest(nothing)


def _digest(reply: Reply) -> str:
    return hashlib.sha256(_TIME.sub(" ", reply.head.decode("utf-8", "replace")).encode()).hexdigest()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def read(one: Reply, two: Reply, net: Net) -> Health:
    """What two answers of one address come to."""
    text = one.head.decode("utf-8", "replace")
    value = _json(one.head)
    says = _says(value) if isinstance(value, dict) else _word(text.strip()[:40])
    keys = scan_bytes(one.head, "health.json", Place.SERVED, net.fingerprint).matches
    leaks = [
        *(["secret"] if any(match.counts for match in keys) else []),
        *(["environment"] if _ENV.search(text) else []),
    ]
    age = one.header("age").strip()
    return Health(
        url=net.reveals(one.url)[:300],
        status=one.status,
        says=says,
        parts=tuple(_parts(value))[:20],
        moving=one.head != two.head and bool(_TIME.search(text)) and two.status == one.status,
        age=int(age) if age.isdigit() and len(age) < 10 else 0,
        cache=escape(one.header("cf-cache-status") or one.header("x-cache") or one.header("x-vercel-cache"))[:40],
        no_store="no-store" in one.header("cache-control").lower(),
        leaks=tuple(leaks),
        versions=tuple(escape(f"{found[1]} {found[2]}")[:60] for found in _VERSION.finditer(text))[:6],
    )


def _word(text: str) -> str:
    word = str(text).strip().lower()
    return "down" if word in DOWN or word == "false" else "up" if word in UP else ""


def _says(value: dict[str, Any]) -> str:
    """up, down or "" by the object's own status."""
    for key, inner in value.items():
        if str(key).lower() in _STATUS and isinstance(inner, str | bool) and _word(str(inner)):
            return _word(str(inner))
    return ""


def _parts(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(name, up or down) of what the product depends on."""
    if depth > 4:
        return
    rows = (
        value.items()
        if isinstance(value, dict)
        else [(str(one.get("name", "")), one) for one in value if isinstance(one, dict)]
        if isinstance(value, list)
        else ()
    )
    for key, inner in rows:
        name = escape(str(key))[:40]
        if isinstance(inner, dict) and _says(inner):
            yield name, _says(inner)
        elif (
            isinstance(inner, str | bool)
            and _PART.search(name)
            and str(key).lower() not in _STATUS
            and _word(str(inner))
        ):
            yield name, _word(str(inner))
        elif isinstance(inner, dict | list) and (str(key).lower() in _WHOLE or depth == 0):
            yield from _parts(inner, depth + 1)
