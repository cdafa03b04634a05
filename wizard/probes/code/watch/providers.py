"""The list of monitors as the provider gives it to a read-only token: Better Stack (JSON:API) and UptimeRobot (v3, with v2's names read, too)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probe import progress
from wizard.probes.code.watch.addresses import parse
from wizard.probes.code.watch.facts import Listing, Monitor

MOST_PAGES = 20
MOST_WAIT = 15.0
MOST_MONITORS = 2_000
_STATES = {
    "0": "paused",
    "1": "pending",
    "2": "up",
    "8": "down",
    "9": "down",
    "started": "up",
    "not_checked_yet": "pending",
}
Json = dict[str, Any]


async def listing(net: Net, provider: str) -> Listing:
    """Every monitor of the account, page by page, GET only."""
    source = _SOURCES.get(provider)
    if source is None:
        return Listing(provider, "unknown-provider")
    first, read, after = source
    found: list[Monitor] = []
    url = first
    for page in range(1, MOST_PAGES + 1):
        reply = await _get(net, provider, url)
        trouble = _trouble(reply)
        body = _json(reply) if not trouble else None
        if body is None:
            return Listing(provider, trouble or "unreadable", False, tuple(found))
        rows = body.get("data", body.get("monitors"))
        if not isinstance(rows, list):
            return Listing(provider, "unreadable", False, tuple(found))
        found += [monitor for row in rows if isinstance(row, dict) and (monitor := read(row)).host]
        progress.get()(f"{len(found)}")
        onward = after(body, page)
        if not onward:
            return Listing(provider, "", True, tuple(found[:MOST_MONITORS]))
        url = onward
    return Listing(provider, "", False, tuple(found[:MOST_MONITORS]))


async def _get(net: Net, provider: str, url: str) -> Reply:
    """One page; where the provider says to wait, wait once, not longer than fifteen seconds."""
    call = Call(
        "GET",
        url,
        f"provider:{provider}",
        consent=Consent.LOOK,
        why="monitoring.uptime-homepage",
        cap=4 << 20,
        fresh=True,
    )
    reply = await net.send(call)
    if reply.status == 429:
        told = reply.header("retry-after").strip()
        await asyncio.sleep(min(float(told), MOST_WAIT) if told.isdigit() else 2.0)
        reply = await net.send(call)
    return reply


def _trouble(reply: Reply) -> str:
    if reply.fault is not Fault.NONE:
        return reply.detail if reply.fault in (Fault.CONSENT, Fault.HOST, Fault.BUDGET, Fault.STOPPED) else "silent"
    if reply.status in (401, 403):
        return "refused"
    if reply.status == 429:
        return "throttled"
    return "" if reply.status == 200 else "unreadable"


def _json(reply: Reply) -> Json | None:
    try:
        body = json.loads(reply.head)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and not reply.cut else None


def _betterstack(row: Json) -> Monitor:
    about = row.get("attributes")
    about = about if isinstance(about, dict) else {}
    at = parse(str(about.get("url") or ""))
    ways = [about.get(way) for way in ("email", "call", "sms", "push", "critical_alert")]
    told = "yes" if about.get("policy_id") or any(ways) else "no" if any(way is False for way in ways) else ""
    state = "paused" if about.get("paused_at") else str(about.get("status") or "").lower()[:20]
    kind = str(about.get("monitor_type") or "")
    return Monitor(
        at.host,
        at.path,
        at.port,
        state,
        _whole(about.get("check_frequency")),
        _moment(about.get("last_checked_at")),
        told,
        bool(about.get("required_keyword"))
        or "keyword" in kind
        or kind == "expected_status_code"
        or "health" in at.path,
        _reminder(about, "ssl_expiration"),
        _reminder(about, "domain_expiration"),
        "betterstack",
    )


def _uptimerobot(row: Json) -> Monitor:
    at = parse(str(row.get("url") or ""))
    status = str(row.get("status", "")).lower().replace(" ", "_")
    contacts = next(
        (
            row[key]
            for key in ("assignedAlertContacts", "alertContacts", "alert_contacts")
            if isinstance(row.get(key), list)
        ),
        None,
    )
    kind = str(row.get("type") or "").lower()
    return Monitor(
        at.host,
        at.path,
        at.port,
        _STATES.get(status, status)[:20],
        _whole(row.get("interval")),
        _moment(row.get("lastCheckedAt") or row.get("last_checked_at")),
        "" if contacts is None else "yes" if contacts else "no",
        kind in ("keyword", "2", "api")
        or bool(row.get("keywordValue") or row.get("keyword_value"))
        or "health" in at.path,
        _reminder(row, "sslExpirationReminder", "ssl_expiration_reminder"),
        _reminder(row, "domainExpirationReminder", "domain_expiration_reminder"),
        "uptimerobot",
    )


def _reminder(about: Json, *names: str) -> str:
    given = [about[name] for name in names if name in about]
    return "" if not given else "yes" if given[0] else "no"


def _whole(value: object) -> int:
    try:
        return max(0, int(float(str(value))))
    except (ValueError, OverflowError):
        return 0


def _moment(value: object) -> float:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return 0.0


_BETTERSTACK = "https://uptime.betterstack.com/api/v2/monitors"
_UPTIMEROBOT = "https://api.uptimerobot.com/v3/monitors"


def _next_betterstack(body: Json, page: int) -> str:
    pages = body.get("pagination")
    onward = pages.get("next") if isinstance(pages, dict) else None
    return f"{_BETTERSTACK}?{urlencode({'per_page': 250, 'page': page + 1})}" if onward else ""


def _next_uptimerobot(body: Json, _page: int) -> str:
    """Only the query of what the provider names: host and path stay ours."""
    onward = body.get("nextLink") or body.get("next")
    try:
        query = parse_qsl(urlsplit(onward).query)[:10] if isinstance(onward, str) else []
    except ValueError:
        return ""
    return f"{_UPTIMEROBOT}?{urlencode(query)}" if query else ""


_SOURCES: dict[str, tuple[str, Callable[[Json], Monitor], Callable[[Json, int], str]]] = {
    "betterstack": (f"{_BETTERSTACK}?per_page=250&page=1", _betterstack, _next_betterstack),
    "uptimerobot": (f"{_UPTIMEROBOT}?limit=200", _uptimerobot, _next_uptimerobot),
}
