"""A harmless write with a's cookie alone, as a form on somebody else's page would send it (cross-site request forgery)."""

from __future__ import annotations

import json
import secrets
import uuid
from urllib.parse import urlencode

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probes.api.auth_seen import Form
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Kind
from wizard.probes.api.pages import text_of


async def foreign_form(desk: Desk) -> Form | None:
    """The chat's planting place is the write; None where a does not sign in by cookie: then no page can send its session along."""
    asker, target = desk.asker, desk.asker.target
    if asker.net.token("a").header.lower() != "cookie":
        return None
    route = intake.parse(target.chat.plant, target.base_url) if target.chat.plant else None
    if route is None or route.method != "POST" or route.params or not target.chat.plant_body:
        return Form("", skipped="no-write")
    url = intake.join(target.base_url, route.template)
    name = shown(asker.net.reveals(str(route)))
    if refused := asker.net.refuses(Consent.PUSH, url):
        return Form(name, skipped=f"reasons.{refused}")
    word = f"LR-form-{secrets.token_hex(4)}"
    for media, body in bodies(target.chat.plant_body, word):
        origin = f"https://lr-{target.run_id or 'run'}.invalid"
        headers = (("Content-Type", media), ("Origin", origin), ("Referer", origin + "/"))
        call = Call("POST", url, "forged:cookie-only:a", headers, body, Consent.PUSH)
        _, face = await desk.send(call, "forged-form", name)
        sent = asker.exchanges[-1]
        if face.kind in {Kind.GIVES, Kind.LEAKS, Kind.EMPTIES} and not face.soft:
            reply, back = await desk.send(
                Call("GET", url, "a", consent=Consent.TOUCH), "forged-form", f"GET {route.template}"
            )
            readable = back.kind in {Kind.GIVES, Kind.LEAKS, Kind.EMPTIES}
            return Form(name, sent=sent, changed=word in text_of(reply) if readable else None)
    return Form(name, sent=sent, changed=False)


def bodies(template: str, word: str) -> list[tuple[str, bytes]]:
    """What a foreign page may send without asking first: the JSON as plain text, and its fields as a form (Fetch standard, simple requests)."""
    text = template.replace("{{message}}", json.dumps(word)[1:-1]).replace("{{uuid}}", str(uuid.uuid4()))
    found = [("text/plain", text.encode())]
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return found
    if isinstance(fields, dict):
        plain = {key: value for key, value in fields.items() if isinstance(value, str | int | float)}
        found.append(("application/x-www-form-urlencoded", urlencode(plain).encode()))
    return found
