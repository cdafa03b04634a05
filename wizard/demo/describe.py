"""The OpenAPI 3.1 description of the sample API, made from its own table of routes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from wizard.demo.app import Entry

_SUMMARIES = tomllib.loads((Path(__file__).parent / "data" / "openapi.toml").read_text(encoding="utf-8"))
_TEXT = {"type": "string", "minLength": 1}
_BODIES: dict[str, dict[str, Any]] = {
    "/chat": {"conversation_id": _TEXT, "message": _TEXT | {"maxLength": 4000}},
    "/notes": {"text": _TEXT | {"maxLength": 2000}},
    "/login": {"email": _TEXT, "password": _TEXT},
    "/reset": {"email": _TEXT},
}


def describe(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for entry in entries:
        paths.setdefault(entry.template, {})[entry.method.lower()] = _operation(entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ask Bright", "version": "1.8.0"},
        "servers": [{"url": "https://api.brightside.example"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    }


def _operation(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": _SUMMARIES[f"{entry.method} {entry.template}"]}
    found["responses"] = {"200": {"description": "OK"}, "4XX": {"description": "Turned away"}}
    if entry.access == "public":
        found["security"] = []
    if "{id}" in entry.template:
        found["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    if entry.template == "/search":
        found["parameters"] = [{"name": "q", "in": "query", "required": True, "schema": _TEXT | {"maxLength": 100}}]
    if entry.method == "POST" and entry.template in _BODIES:
        fields = _BODIES[entry.template]
        schema = {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if entry.template == "/upload":
        schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        found["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return found
