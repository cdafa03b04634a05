"""Reads a domain's settings from Cloudflare's API (version 4) with the token that was given for it: GET only, bounded, nothing of it trusted."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from wizard.net import Call, Fault, Net, Reply
from wizard.probes.edge.email.facts import clip
from wizard.probes.edge.front.facts import Zone

API = "https://api.cloudflare.com/client/v4"
SETTINGS = ("ssl", "always_use_https", "min_tls_version", "security_level", "development_mode")
PERMISSIONS = {
    "settings": "Zone Settings Read",
    "records": "DNS Read",
    "rules": "Config Rules Read",
    "managed": "Zone WAF Read",
}
MOST_RULES = 50
MOST_ZONES = 3
MOST_BARE = 40


async def read_zones(net: Net, domains: tuple[str, ...]) -> tuple[Zone, ...]:
    """The settings of each of the founder's domains (at most three)."""
    return tuple(await asyncio.gather(*(_zone(net, domain) for domain in domains[:MOST_ZONES])))


async def _zone(net: Net, domain: str) -> Zone:
    reply = await _get(net, f"/zones?name={quote(domain)}")
    if reply.status in {400, 401, 403}:
        return Zone(domain, "refused")
    found = _result(reply)
    if reply.status != 200 or not isinstance(found, list):
        return Zone(domain, "down")
    ids = [one.get("id") for one in found if isinstance(one, dict) and one.get("name") == domain]
    if not ids or not isinstance(ids[0], str) or not ids[0].isalnum():
        return Zone(domain, "no-zone")
    return await _settings(net, domain, f"/zones/{ids[0]}")


async def _settings(net: Net, domain: str, place: str) -> Zone:
    paths = [f"{place}/settings/{name}" for name in SETTINGS]
    paths += [
        f"{place}/rulesets/phases/{phase}/entrypoint"
        for phase in ("http_config_settings", "http_request_firewall_managed")
    ]
    *settings, rules, managed, records = await asyncio.gather(
        *(_get(net, path) for path in (*paths, f"{place}/dns_records?per_page=100"))
    )
    denied = {PERMISSIONS["settings"] for reply in settings if reply.status in {401, 403}}
    denied |= {
        PERMISSIONS[name]
        for name, reply in (("rules", rules), ("managed", managed), ("records", records))
        if reply.status in {401, 403}
    }
    values = []
    for name, reply in zip(SETTINGS, settings, strict=True):
        found = _result(reply)
        if isinstance(found, dict) and isinstance(found.get("value"), str | int | float):
            values.append((name, clip(str(found["value"]).lower(), 40)))
    return Zone(
        domain,
        values=tuple(values),
        denied=tuple(sorted(denied)),
        rules=tuple(_overrides(_rules(rules))),
        managed=_managed(managed),
        bare=tuple(_bare(records))[:MOST_BARE],
    )


async def _get(net: Net, path: str) -> Reply:
    return await net.send(Call("GET", API + path, actor="provider:cloudflare", why="edge.mode"))


def _result(reply: Reply) -> Any:
    """The ``result`` of an answer, or None for anything that is not one."""
    if reply.fault is not Fault.NONE or reply.status != 200 or reply.cut:
        return None
    try:
        told = json.loads(reply.head)
    except (ValueError, RecursionError):
        return None
    return told.get("result") if isinstance(told, dict) else None


def _rules(reply: Reply) -> list[dict[str, Any]]:
    found = _result(reply)
    rules = found.get("rules") if isinstance(found, dict) else None
    return (
        [one for one in rules[:MOST_RULES] if isinstance(one, dict) and one.get("enabled", True)]
        if isinstance(rules, list)
        else []
    )


def _overrides(rules: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Rules that set the encryption mode for a part of the domain."""
    found = []
    for rule in rules:
        given = rule.get("action_parameters")
        mode = given.get("ssl") if isinstance(given, dict) else None
        if isinstance(mode, str):
            found.append((clip(str(rule.get("expression", "")), 200), clip(mode.lower(), 20)))
    return found


def _managed(reply: Reply) -> str:
    if reply.status == 404:
        return "off"
    if _result(reply) is None:
        return ""
    return "on" if any(rule.get("action") == "execute" for rule in _rules(reply)) else "off"


def _bare(reply: Reply) -> list[str]:
    """Names of address records that the edge does not stand in front of."""
    found = _result(reply)
    records = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [
        clip(str(one.get("name", "")), 120)
        for one in records
        if one.get("type") in ("A", "AAAA", "CNAME") and one.get("proxied") is False
    ]
