"""Planted files: b's file asked for with a's session, then with none; and how long a signed link lives."""

from __future__ import annotations

import base64
import binascii
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probes.api.ask import Asker
from wizard.probes.api.evidence import Exchange, shown
from wizard.probes.api.faces import Around, Kind
from wizard.probes.api.routes import template_of

MOST_FILES = 3
FILE_CAP = 4_194_304
SIGNED = frozenset(
    {"signature", "sig", "x-amz-signature", "x-goog-signature", "token", "hmac", "hash", "sign", "key-pair-id"}
)


@dataclass(frozen=True, slots=True)
class Planted:
    """b's planted file: as b (the control), as a, as nobody. `lifetime`: seconds that a signed link lives in all or from now; None when it has no end."""

    route: str
    own: Exchange
    cross: Exchange | None = None
    stranger: Exchange | None = None
    signed: bool = False
    lifetime: float | None = None


async def look_at_file(entry: str, owner: str, asker: Asker) -> Planted | None:
    """Ask for one planted file three times. None for an entry that is no GET, or whose name says that it acts."""
    route = intake.parse(entry)
    if route is None or route.method != "GET" or route.kind == "dangerous":
        return None
    caller = "a" if owner == "b" else "b"
    url = intake.join(asker.target.base_url, route.template)
    name = shown(asker.net.reveals(template_of(asker.target, "GET", route.template)))
    shell = await asker.shell(url)

    def call(actor: str) -> Call:
        return Call("GET", url, actor, consent=Consent.TOUCH, cap=FILE_CAP, fresh=True)

    control, face = await asker.settled(call(owner), "files", name, whose=owner, around=Around(shell=shell))
    own = asker.exchanges[-1]
    signed, lifetime = link_life(url, time.time())
    readable = face.kind is Kind.GIVES or (face.kind is Kind.UNCLEAR and face.why == "file")
    if not readable:
        return Planted(name, own, signed=signed, lifetime=lifetime)
    around = Around(shell=shell, owner=control)
    await asker.settled(call(caller), "files", name, whose=owner, around=around)
    cross = asker.exchanges[-1]
    await asker.settled(call("nobody"), "files", name, whose=owner, around=around)
    return Planted(name, own, cross, asker.exchanges[-1], signed, lifetime)


def link_life(url: str, now: float) -> tuple[bool, float | None]:
    """(whether the link is signed, seconds it lives): from ``X-Amz-Expires`` and its kin, an end time in the query, or a JWT's ``exp``."""
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query, max_num_fields=100)}
    signed = bool(SIGNED & set(query))
    for name in ("x-amz-expires", "x-goog-expires"):
        if query.get(name, "").isdigit():
            return True, float(query[name])
    for name in ("expires", "exp", "se", "expiry", "expires_at", "e"):
        if name in query and (end := _moment(query[name])) is not None:
            return signed, end - now
    end = _jwt_end(query.get("token", ""))
    return signed, None if end is None else end - now


def _moment(text: str) -> float | None:
    """Epoch seconds (or milliseconds) or ISO 8601 as epoch seconds."""
    if text.isdigit() and len(text) <= 13:
        return float(text) / (1000 if len(text) == 13 else 1)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _jwt_end(token: str) -> float | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    end = claims.get("exp") if isinstance(claims, dict) else None
    return float(end) if isinstance(end, int | float) else None
