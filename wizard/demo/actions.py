"""What each route of the sample API does, once the caller is known and let in."""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from wizard.demo.app import Ask, Entry, refuse, think
from wizard.demo.bodies import Refused, Text, read, read_file
from wizard.demo.clients import MOST_NOTES, PEOPLE, Order
from wizard.demo.parts.http import Response, reply

MOST_MESSAGE = 4000
PLANS = [{"name": "Start", "euros": 90}, {"name": "Six sessions", "euros": 540}]


def me(ask: Ask) -> Response:
    """Who is signed in."""
    person = PEOPLE[ask.user]
    return reply({"id": person.id, "name": person.name, "email": person.email, "role": person.role})


def _mine(ask: Ask, record: dict[str, str] | None, flaw: str) -> dict[str, str]:
    """The record if it is the caller's; another's is as missing as one that never was."""
    if record is None or (record["owner"] != ask.user and flaw not in ask.state.flaws):
        raise Refused(404, "not_found")
    return record


def conversation(ask: Ask) -> Response:
    """One conversation with its messages."""
    found = _mine(ask, ask.state.records.conversations.get(ask.ids[0]), "swap")
    return reply({"id": ask.ids[0], "title": found["title"], "messages": [{"from": "client", "text": found["text"]}]})


def conversations(ask: Ask) -> Response:
    """The caller's conversations."""
    everybody = "list-leak" in ask.state.flaws
    kept = ask.state.records.conversations.items()
    mine = [(number, one) for number, one in kept if everybody or one["owner"] == ask.user]
    return reply(
        {"conversations": [{"id": number, "title": one["title"], "preview": one["text"]} for number, one in mine]}
    )


def file(ask: Ask) -> Response:
    """A file, always as a download."""
    found = _mine(ask, ask.state.records.files.get(ask.ids[0]), "file-leak")
    headers = (
        ("content-type", "text/plain; charset=utf-8"),
        ("content-disposition", f'attachment; filename="{found["name"]}"'),
        ("x-content-type-options", "nosniff"),
    )
    return Response(200, headers, found["text"].encode())


def files(ask: Ask) -> Response:
    """The caller's files."""
    mine = [(key, one) for key, one in ask.state.records.files.items() if one["owner"] == ask.user]
    return reply({"files": [{"id": key, "name": one["name"], "preview": one["text"]} for key, one in mine]})


def order(ask: Ask) -> Response:
    """One order, with the payment events that counted."""
    found = ask.state.records.orders.get(ask.ids[0])
    if found is None or found.owner != ask.user:
        raise Refused(404, "not_found")
    return reply(_order(found))


def _order(found: Order) -> dict[str, Any]:
    status = "paid" if found.payments else "pending"
    shown = {"id": found.id, "item": found.item, "cents": found.cents, "memo": found.memo, "status": status}
    return shown | {"payments": found.payments[-20:], "payment_count": len(found.payments)}


def orders(ask: Ask) -> Response:
    """The caller's orders."""
    return reply({"orders": [_order(one) for one in ask.state.records.orders.values() if one.owner == ask.user]})


def search(ask: Ask) -> Response:
    """The caller's own lines that hold a word."""
    asked = parse_qs(ask.request.query, keep_blank_values=True, max_num_fields=20)
    words = asked.get("q", [])
    if len(words) != 1 or not 1 <= len(words[0]) <= 100 or not words[0].isprintable() or asked.keys() - {"q"}:
        raise Refused(422, "q_needed")
    everybody = "search-leak" in ask.state.flaws
    lines = [one["text"] for one in ask.state.records.conversations.values() if everybody or one["owner"] == ask.user]
    for owner, notes in ask.state.records.notes.items():
        lines += notes if everybody or owner == ask.user else []
    return reply({"results": [line for line in lines if words[0].lower() in line.lower()][:20]})


async def chat(ask: Ask) -> Response:
    """One message to the bot, one answer."""
    fields = {"conversation_id": Text(40), "message": Text(MOST_MESSAGE)}
    given = read(ask.request, fields, ask.state.flaws)
    if "takes-anything" not in ask.state.flaws:
        found = ask.state.records.conversations.get(given["conversation_id"])
        if found is None or found["owner"] != ask.user:
            raise Refused(404, "not_found")
    await think(ask.state)
    said = ask.state.bot.answer(given["message"], ask.user, ask.state.records)
    ask.state.log.chat(ask.request_id, ask.user, given["message"])
    return reply({"reply": said, "conversation_id": given["conversation_id"]})


def notes(ask: Ask) -> Response:
    """The caller's notes; careless, everybody's for a stranger."""
    kept = ask.state.records.notes
    texts = kept.get(ask.user, []) if ask.person else [text for each in kept.values() for text in each]
    return reply({"notes": [{"text": text} for text in texts]})


def add_note(ask: Ask) -> Response:
    """Keep a note; the oldest but the first goes when there are too many."""
    text = read(ask.request, {"text": Text(2000)}, ask.state.flaws - {"huge-message"})["text"]
    kept = ask.state.records.notes.setdefault(ask.user, [])
    kept.append(text)
    del kept[1 : max(1, len(kept) - MOST_NOTES)]
    return reply({"id": f"n_{secrets.token_hex(4)}"}, 201)


def login(ask: Ask) -> Response:
    """A token for the right password; one and the same refusal for everything else."""
    given = read(ask.request, {"email": Text(200), "password": Text(200)})
    person = next((one for one in PEOPLE.values() if one.email == given["email"].lower()), None)
    ask.state.log.sign_in(ask.request_id, given["email"])
    if person is None or not hmac.compare_digest(person.password.encode(), given["password"].encode()):
        return refuse(401, "wrong_email_or_password")
    return reply({"token": ask.state.tokens.issue(person.id, person.role)})


def reset(ask: Ask) -> Response:
    """The same answer whether the address is known or not."""
    read(ask.request, {"email": Text(200)})
    return reply({"status": "if we know this address, a mail is on its way"}, 202)


def logout(ask: Ask) -> Response:
    """End this token on the server."""
    ask.state.tokens.ended.add(str(ask.claims.get("jti")))
    return Response(204)


def upload(ask: Ask) -> Response:
    """Take one document."""
    kind, data = read_file(ask.request)
    return reply({"id": f"f_{secrets.token_hex(4)}", "type": kind, "bytes": len(data)}, 201)


def stripe(ask: Ask) -> Response:
    """A payment event: signature and age checked, each event counted once (Stripe's webhook scheme)."""
    flaws, kept = ask.state.flaws, ask.state.records
    if "webhook-unsigned" not in flaws and not _signed(ask):
        raise Refused(400, "bad_signature")
    try:
        event = json.loads(ask.request.body.decode())
        number, target = str(event["id"])[:80], str(event["data"]["object"]["metadata"]["order_id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(400, "bad_event") from None
    if number not in kept.events or "webhook-replay" in flaws:
        kept.events.add(number)
        if target in kept.orders and event.get("type") == "checkout.session.completed":
            kept.orders[target].payments.append(number)
    return reply({"received": True})


def _signed(ask: Ask) -> bool:
    header = ask.request.header("stripe-signature")
    parts = dict(piece.partition("=")[::2] for piece in header.split(","))
    moment = parts.get("t", "")
    if not re.fullmatch(r"\d{1,12}", moment) or abs(time.time() - int(moment)) > 300:
        return False
    wanted = hmac.new(ask.state.webhook_secret.encode(), moment.encode() + b"." + ask.request.body, sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())


def users(ask: Ask) -> Response:
    """Everybody, for the coach."""
    return reply({"users": [{"id": one.id, "name": one.name, "email": one.email} for one in PEOPLE.values()]})


def health(ask: Ask) -> Response:
    """Whether the parts work, looked at now."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    broken = "lying-health" in ask.state.flaws
    part = {"status": "down" if broken else "ok", "checked_at": at}
    return reply(
        {
            "status": "down" if broken else "ok",
            "checks": {"database": part, "model": {"status": "ok", "checked_at": at}},
        }
    )


def version(ask: Ask) -> Response:
    """The commit that runs."""
    return reply({"commit": ask.state.commit})


def plans(ask: Ask) -> Response:
    """What it costs: meant for everybody."""
    return reply({"plans": PLANS})


ENTRIES = (
    Entry("GET", "/health", "public", health),
    Entry("GET", "/plans", "public", plans),
    Entry("GET", "/version", "public", version),
    Entry("POST", "/login", "public", login, "login"),
    Entry("POST", "/reset", "public", reset, "reset"),
    Entry("POST", "/webhooks/stripe", "public", stripe, "webhook"),
    Entry("POST", "/logout", "signed-in", logout),
    Entry("GET", "/me", "signed-in", me),
    Entry("GET", "/conversations", "signed-in", conversations),
    Entry("GET", "/conversations/{id}", "signed-in", conversation),
    Entry("GET", "/files", "signed-in", files),
    Entry("GET", "/files/{id}", "signed-in", file),
    Entry("GET", "/orders", "signed-in", orders),
    Entry("GET", "/orders/{id}", "signed-in", order),
    Entry("GET", "/notes", "signed-in", notes),
    Entry("POST", "/notes", "signed-in", add_note),
    Entry("GET", "/search", "signed-in", search),
    Entry("POST", "/chat", "signed-in", chat, "chat"),
    Entry("POST", "/upload", "signed-in", upload, "upload"),
    Entry("GET", "/admin/users", "coach", users),
)
