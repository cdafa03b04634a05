"""Speaks to the product's bot as the profile describes it: one message in, the request out; one reply in, the bot's own words out."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from urllib.parse import quote_plus

from wizard.intake import routes as intake
from wizard.model import Consent, Route
from wizard.net import Call, Reply
from wizard.probe import Chat, Target
from wizard.probes.api.bodies import Json, leaves, node_at, parse_json
from wizard.probes.api.lexicon import listed
from wizard.probes.api.routes import address, template_of
from wizard.probes.api.streams import answer, looks_streamed

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def chat_route(target: Target) -> Route | None:
    """The chat's route, or None when the profile names none that can be read."""
    return intake.parse(target.chat.request, target.base_url) if target.chat.request else None


def named(target: Target, route: Route) -> str:
    """``METHOD /template`` as findings show it."""
    return str(route) if route.params else template_of(target, route.method, route.template)


def where(target: Target, route: Route, account: str = "a") -> str:
    """The full address of a route for this account; gaps that nobody can fill stay as they are."""
    return address(target, route, account) or intake.join(target.base_url, route.template)


def media_of(template: str) -> str:
    """JSON, or a form where the template is no JSON."""
    return JSON if template.lstrip()[:1] in {"{", "["} else FORM


def written(template: str, message: str) -> bytes:
    """The body with the message (escaped as the body's kind needs it) and a fresh uuid at each ``{{uuid}}``."""
    return stamped(template, message)[0]


def stamped(template: str, message: str) -> tuple[bytes, tuple[bytes, ...]]:
    """The body, and the uuids that were made for it: `renewed` takes others when it is sent once more."""
    made = tuple(str(uuid.uuid4()) for _ in range(template.count("{{uuid}}")))
    text = template
    for one in made:
        text = text.replace("{{uuid}}", one, 1)
    escaped = json.dumps(message)[1:-1] if media_of(template) == JSON else quote_plus(message)
    body = text.replace("{{message}}", escaped).encode("utf-8", "surrogatepass")
    return body, tuple(one.encode() for one in made)


def renewed(call: Call, stamps: tuple[bytes, ...]) -> Call:
    """The same call with new uuids: a product may take the same one twice for the same message, and answer the second for nothing."""
    body = call.body or b""
    for one in stamps:
        body = body.replace(one, str(uuid.uuid4()).encode())
    return replace(call, body=body) if stamps and call.body else call


def say(target: Target, route: Route, message: str, actor: str = "a", consent: Consent = Consent.TOUCH) -> Call:
    """The request that sends one message to the bot."""
    body = written(target.chat.body, message)
    return Call(
        route.method,
        where(target, route, actor if actor in target.accounts else "a"),
        actor,
        (("content-type", media_of(target.chat.body)),),
        body,
        consent,
    )


def words(chat: Chat, reply: Reply) -> str:
    """What the bot said: at the profile's reply path, else all text of a stream, else all text of the JSON but its plumbing. "" for none."""
    text = reply.head.decode("utf-8", "replace")
    if chat.reply == "sse" or looks_streamed(reply.media, text):
        return answer(text)
    document = parse_json(reply)
    if document is None:
        return text.strip() if reply.media.lower().startswith("text/plain") else ""
    found = at_path(document.value, chat.reply) if chat.reply else None
    if isinstance(found, str):
        return found
    whole = document.value if found is None else found
    plumbing = listed("stream", "plumbing")
    said = [
        leaf
        for pointer, leaf in leaves(whole)
        if isinstance(leaf, str) and pointer.rpartition("/")[2].lower() not in plumbing
    ]
    return "\n".join(said)


def at_path(value: Json, path: str) -> Json:
    """What stands at a dotted path (``choices.0.message.content``), or None."""
    return node_at(value, path.split("."))
