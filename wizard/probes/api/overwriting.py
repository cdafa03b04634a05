"""Cross-write: a renames b's test conversation, b reads it again, and b puts the old name back. Only re-reading as the owner decides."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from wizard.model import Consent, Route
from wizard.net import Call, Reply
from wizard.probes.api.ask import Asker
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.lexicon import listed
from wizard.probes.api.proof import Owned


@dataclass(frozen=True, slots=True)
class Overwrite:
    """`changed`: b saw the new name. `restored`: b sees the old one again (True too where nothing changed). `refused`: why it was not tried."""

    route: str
    refused: str = ""
    before: Exchange | None = None
    write: Exchange | None = None
    after: Exchange | None = None
    changed: bool = False
    restored: bool = True
    field: str = ""


def write_route(owned: Owned, asker: Asker) -> Route | None:
    """The PATCH (or else PUT) route with the same template as the proven GET route."""
    template = owned.route.partition(" ")[2]
    fits = [route for route in asker.target.routes if route.template == template and route.method in {"PATCH", "PUT"}]
    return min(fits, key=lambda route: route.method, default=None) if owned.a.method == "GET" else None


async def overwrite(owned: Owned, route: Route, asker: Asker) -> Overwrite:
    """Try it once. A PUT sends b's whole record with the new name, for a part of it might wipe the rest."""
    refused = asker.net.refuses(Consent.PUSH, owned.b.url)
    if refused:
        return Overwrite(str(route), refused=f"reasons.{refused}")
    reply, face = await asker.settled(replace(owned.b, fresh=True), "cross-write", owned.route, whose="b")
    before = asker.exchanges[-1]
    record = _record(reply)
    field = next(
        (name for name in record if name.lower() in listed("titles", "names") and isinstance(record[name], str)), ""
    )
    if face.kind is not Kind.GIVES or not field:
        return Overwrite(str(route), refused="no-title", before=before)
    word = "lr" + asker.net.fingerprint(owned.b.url)
    old = str(record[field])
    await asker.send(_write(owned, "a", route.method, record, field, word), "cross-write", str(route), whose="b")
    write = asker.exchanges[-1]
    again, _face = await asker.settled(replace(owned.b, fresh=True), "cross-write", owned.route, whose="b")
    after = asker.exchanges[-1]
    changed = _record(again).get(field) == word
    restored = not changed or await _put_back(owned, route.method, record, field, old, asker)
    return Overwrite(str(route), "", before, write, after, changed, restored, field)


async def _put_back(owned: Owned, method: str, record: dict[str, Json], field: str, old: str, asker: Asker) -> bool:
    await asker.send(
        _write(owned, "b", method, record, field, old), "cross-write", f"{method} {owned.route}", whose="b"
    )
    reply, _face = await asker.settled(replace(owned.b, fresh=True), "cross-write", owned.route, whose="b")
    return _record(reply).get(field) == old


def _write(owned: Owned, actor: str, method: str, record: dict[str, Json], field: str, value: str) -> Call:
    body: dict[str, Json] = {field: value} if method == "PATCH" else {**record, field: value}
    headers = tuple(pair for pair in owned.b.headers if pair[0].lower() != "content-type")
    return Call(
        method,
        owned.b.url,
        actor,
        (*headers, ("content-type", "application/json")),
        json.dumps(body, ensure_ascii=False).encode(),
        Consent.PUSH,
    )


def _record(reply: Reply) -> dict[str, Json]:
    document = parse_json(reply)
    return document.value if document is not None and isinstance(document.value, dict) else {}
