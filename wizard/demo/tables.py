"""What the sample business's profile says, table by table, in the order of the contract."""

from __future__ import annotations

from typing import Any

from wizard.demo import profile, zone
from wizard.demo.app import State
from wizard.demo.clients import ADA, BEN, GUEST
from wizard.demo.parts.dns import Names
from wizard.demo.parts.http import Web

PACE = 7.0
"""Requests a second that the founder allows where chat is limited: slower than the limit, so that only the burst meets it."""


def tables(state: State, names: Names, doors: dict[str, Web]) -> dict[str, Any]:
    """The profile's tables, in the order of a founder's day."""
    on, app = state.flaws, f"https://app.{zone.DOMAIN}"
    watched = "no-alert" not in on and "none-watching" not in on
    found: dict[str, Any] = {
        "business": {
            "name": "Brightside Coaching",
            "product": "Ask Bright",
            "assessor": "Mara Bright",
            "role": "founder",
        },
        "site": {"url": app, "domains": list(zone.WEB), "edge": "cloudflare"},
        "consent": {"by": "Mara Bright", "touch": True, "push": True},
        "api": _api(app),
        "accounts": _accounts(state),
        "chat": _chat(state),
        "webhook": {"route": "POST /webhooks/stripe", "scheme": "stripe", "secret": state.webhook_secret}
        | {"event": "event.json", "effect": "GET /orders/{id}"},
        "email": {"domains": [zone.DOMAIN], "selectors": [zone.SELECTOR], "messages": ["welcome.eml"]},
        "repository": {"path": "repository", "build": ["repository/dist"], "texts": ["ci.log", "notes.txt"]},
        "logs": {"paths": ["logs"]},
        "monitoring": {"provider": "other", "status_page": f"https://status.{zone.DOMAIN}"}
        | {"evidence": ["evidence/test-alert.eml"] if watched else []},
        "deployment": {"version_url": f"https://api.{zone.DOMAIN}/version"}
        | ({} if "no-rollback" in on else {"rollback": "repository/ROLLBACK.md"}),
        "network": {"resolver": names.resolver, "connect": _connect(doors, on), "ca_file": "ca.pem"},
        "limits": {"max_requests": 600} | ({} if "no-rate-limit" in on else {"requests_per_second": PACE}),
        "answers": profile.answers(on),
    }
    return found


def _connect(doors: dict[str, Web], on: frozenset[str]) -> dict[str, str]:
    edge, plain, origin, other = (f"127.0.0.1:{doors[name].port}" for name in ("edge", "plain", "origin", "mailhost"))
    found: dict[str, str] = {}
    for name in zone.WEB:
        found |= {f"{name}:443": edge, f"{name}:80": plain}
    found |= {
        f"{zone.EDGE}:443": edge,
        f"{zone.EDGE}:80": plain,
        f"{zone.ORIGIN}:443": origin,
        f"{zone.ORIGIN}:80": plain,
    }
    if "origin-exposed" in on:
        found |= {f"origin.{zone.DOMAIN}:443": origin, f"origin.{zone.DOMAIN}:80": plain}
    return found | {f"{zone.MAILHOST}:443": other, f"{zone.MAILHOST}:80": plain}


def _api(app: str) -> dict[str, Any]:
    return {
        "base_url": f"https://api.{zone.DOMAIN}",
        "describe": "openapi.json",
        "public": ["GET /health", "GET /plans", "GET /version"],
        "admin": ["GET /admin/users"],
        "login": "POST /login",
        "upload": "POST /upload",
        "reset": "POST /reset",
        "logout": "POST /logout",
        "origins": [app],
    }


def _accounts(state: State) -> dict[str, Any]:
    def headers(user: str, role: str, **when: float) -> dict[str, Any]:
        return {"headers": {"Authorization": f"Bearer {state.tokens.issue(user, role, **when)}"}}

    found: dict[str, Any] = {}
    for name, person, number in (("a", ADA, 1), ("b", BEN, 2)):
        found[name] = headers(person.id, person.role) | {
            "marker": person.marker,
            "own": [f"GET /conversations/c_{1000 + number}", f"GET /orders/o_{500 + number}"],
            "files": [f"GET /files/f_{76 + number}"],
            "person": [person.email, person.id],
        }
    found["limited"] = headers(GUEST.id, GUEST.role)
    found["expired"] = headers(ADA.id, ADA.role, ago=10800.0, life=7200.0)
    return found


def _chat(state: State) -> dict[str, Any]:
    tools = ["notes.read", "calendar.write"]
    return {
        "request": "POST /chat",
        "body": '{"conversation_id": "c_1001", "message": "{{message}}"}',
        "reply": "reply",
        "canary": state.bot.canary,
        "prompt": "system-prompt.txt",
        "tools": tools,
        "confirmed": [] if "unconfirmed-tool" in state.flaws else ["calendar.write"],
        "plant": "POST /notes",
        "plant_body": '{"text": "{{message}}"}',
        "cost_per_message": 0.02,
    }
