"""The public status page, in the forms that the usual hosts give to programs, else as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probe import Target
from wizard.probes.code.secrets import escape
from wizard.probes.code.watch.addresses import ascii_host
from wizard.probes.code.watch.facts import StatusPage

FORMS = (("statuspage", "/api/v2/summary.json"), ("betterstack", "/index.json"), ("instatus", "/summary.json"))
_CLOSED = frozenset(["resolved", "postmortem", "completed", "closed", "scheduled"])
_TEXT_INCIDENT = re.compile(
    r"\b(?:ongoing|active|open) (?:incident|outage)|\b(?:incident|outage) since (\d{4}-\d\d-\d\d)", re.IGNORECASE
)
_DAY = re.compile(r"\bsince (\d{4}-\d\d-\d\d)", re.IGNORECASE)


async def look(target: Target, net: Net) -> StatusPage | None:
    """The page named in the profile, else ``status.`` of an own domain that is consented to; None where there is none."""
    named = bool(target.status_page)
    url = target.status_page or _usual(target)
    if not url:
        return None
    refused = net.refuses(Consent.LOOK, url)
    if refused:
        return StatusPage(url, trouble=refused) if named else None
    for kind, path in FORMS:
        reply = await _get(net, urljoin(url, path))
        value = _json(reply)
        if value is not None:
            found = _read(kind, value)
            if found is not None:
                return _made(url, kind, found, _names(target, reply.head))
    reply = await _get(net, url)
    if reply.status != 200 or reply.fault is not Fault.NONE:
        return StatusPage(url, trouble="missing") if named else None
    return _page(url, reply, target)


def _usual(target: Target) -> str:
    host = next((name for name in target.domains if name.startswith("status.")), "")
    return f"https://{host}/" if host else ""


async def _get(net: Net, url: str) -> Reply:
    return await net.send(Call("GET", url, consent=Consent.LOOK, why="monitoring.status-page", cap=1 << 20))


def _json(reply: Reply) -> dict[str, Any] | None:
    if reply.status != 200 or reply.cut:
        return None
    try:
        value = json.loads(reply.head)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


Incident = tuple[str, float]
Read = tuple[float, list[Incident]]


def _read(kind: str, value: dict[str, Any]) -> Read | None:
    """(when it was brought up to date, open incidents with their start); None when it is another form."""
    if kind == "statuspage" and isinstance(value.get("page"), dict) and isinstance(value.get("status"), dict):
        return _moment(value["page"].get("updated_at")), list(
            _open(value.get("incidents"), ("started_at", "created_at"))
        )
    if kind == "betterstack" and isinstance(value.get("data"), dict):
        about = value["data"].get("attributes")
        rows = [one.get("attributes") for one in _rows(value.get("included")) if one.get("type") == "status_report"]
        still = [row for row in rows if isinstance(row, dict) and not row.get("ends_at")]
        at = _moment(about.get("updated_at")) if isinstance(about, dict) else 0.0
        return at, list(_open(still, ("starts_at",)))
    if kind == "instatus" and isinstance(value.get("page"), dict) and "status" in value["page"]:
        return 0.0, list(_open(value.get("activeIncidents"), ("started", "createdAt")))
    return None


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)][:500] if isinstance(value, list) else []


def _open(value: object, times: tuple[str, ...]) -> Iterator[Incident]:
    for row in _rows(value):
        if str(row.get("status", "")).lower() in _CLOSED or row.get("resolved_at"):
            continue
        at = next((moment for name in times if (moment := _moment(row.get(name)))), 0.0)
        yield escape(str(row.get("name") or row.get("title") or ""))[:100], at


def _moment(value: object) -> float:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _made(url: str, kind: str, found: Read, named: bool) -> StatusPage:
    updated, incidents = found
    dated = sorted((one for one in incidents if one[1]), key=lambda one: one[1])
    first = dated[0] if dated else (incidents[0] if incidents else ("", 0.0))
    return StatusPage(url, kind, "", named, updated, len(incidents), first[1], first[0])


def _page(url: str, reply: Reply, target: Target) -> StatusPage:
    """A page for people: only an incident that says since when is counted."""
    text = re.sub(r"<[^>]{0,2000}>", " ", reply.head.decode("utf-8", "replace"))
    incident, day = _TEXT_INCIDENT.search(text), _DAY.search(text)
    since = _moment(day[1] + "T00:00:00+00:00") if incident and day else 0.0
    name = escape(text[incident.start() : incident.start() + 80].strip()) if incident else ""
    return StatusPage(url, "page", "", _names(target, reply.head), 0.0, 1 if incident else 0, since, name)


def _names(target: Target, body: bytes) -> bool:
    """Whether the page speaks of this product: the business's name or its own domain."""
    text = body.decode("utf-8", "replace").lower()
    hosts = {ascii_host(urlsplit(target.site).hostname or ""), *target.domains} - {
        ascii_host(urlsplit(target.status_page).hostname or "")
    }
    words = re.findall(r"\w{4,}", target.business.lower())
    return any(host and host.lower() in text for host in hosts) or bool(words and words[0] in text)
