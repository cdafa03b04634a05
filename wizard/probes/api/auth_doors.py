"""Debug doors: addresses for developers that answer anybody (OWASP API8:2023). A door is known by its own content, never by its status."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wizard.net import Call, Reply
from wizard.probes.api.alike import alike
from wizard.probes.api.auth_seen import Door
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.bodies import parse_json
from wizard.probes.api.faces import Kind
from wizard.probes.api.origins import is_provider
from wizard.probes.api.pages import is_login_page, text_of


@dataclass(frozen=True, slots=True)
class Sign:
    """What a door's own answer holds: texts in lower case, or the names of a JSON object's members."""

    path: str
    bad: bool
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    json: tuple[str, ...]

    def fits(self, reply: Reply) -> bool:
        """Whether this is the door itself."""
        text = text_of(reply).lower()
        if is_login_page(text) or any(word in text for word in self.none):
            return False
        if self.json:
            document = parse_json(reply)
            if document is None or not isinstance(document.value, dict) or not set(self.json) <= document.value.keys():
                return False
        return all(word in text for word in self.all) and (not self.any or any(word in text for word in self.any))


@cache
def signs() -> tuple[Sign, ...]:
    """The doors of ``debug_doors.toml``."""
    with Path(__file__).with_name("debug_doors.toml").open("rb") as file:
        rows: list[dict[str, Any]] = tomllib.load(file)["doors"]
    parts = ("all", "any", "none", "json")
    return tuple(
        Sign(row["path"], row.get("bad", False), *(tuple(row.get(part, ())) for part in parts)) for row in rows
    )


async def knock_on_doors(desk: Desk, url: str) -> dict[str, Any]:
    """The fields of `Seen` on debug doors of the API's own host, asked as nobody. A provider's host is not the founder's to be searched."""
    if is_provider(url):
        return {}
    origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    meant = {text.partition(" ")[2] for text in desk.looks.target.public}
    nowhere, _ = await desk.send(
        Call("GET", f"{origin}/lr-{desk.looks.net.fingerprint('door')}"), "debug-doors", "GET /lr-…", looked=True
    )
    found, asked = [], 0
    for sign in signs():
        path = sign.path.partition("?")[0]
        if path in meant or desk.looks.target.describe == origin + path:
            continue
        reply, face = await desk.send(Call("GET", origin + sign.path), "debug-doors", f"GET {path}", looked=True)
        asked += face.kind not in {Kind.SILENT, Kind.BLOCKED, Kind.THROTTLES}
        good = reply.status == 200 and face.kind is not Kind.SHELL and not alike(reply, nowhere)
        if good and sign.fits(reply) and not sign.fits(nowhere):
            found.append(Door(path, str(face.kind), sign.bad, desk.looks.exchanges[-1]))
    return {"doors": tuple(found), "doors_asked": asked}
