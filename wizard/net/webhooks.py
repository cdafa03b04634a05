"""Signing test events by scheme. Stripe, Calendly, GitHub, Cal.com and Standard Webhooks follow their public documentation; the others, common accounts of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from wizard.net.tokens import Headers, Unfit

AGE = {"good": 0, "none": 0, "wrong": 0, "altered": 0, "old-10m": 600, "old-24h": 86_400}
TIMED = frozenset({"stripe", "calendly", "standard", "slack", "paddle"})


@dataclass(frozen=True, slots=True)
class Event:
    """What is signed: the bytes, the full address (Twilio signs it), the time in epoch seconds, the secret."""

    body: bytes
    url: str
    time: int
    secret: str

    def __repr__(self) -> str:
        return "Event(***)"

    def sha256(self, text: bytes) -> bytes:
        """HMAC-SHA-256 under the secret."""
        return hmac.new(self.secret.encode(), text, hashlib.sha256).digest()


def sign(scheme: str, how: str, event: Event) -> tuple[Headers, bytes]:
    """The signature headers and the body to send. Raises `Unfit` (no-scheme, no-timestamp, unknown-kind)."""
    maker = _SCHEMES.get(scheme)
    if maker is None or (not event.secret and how != "none"):
        raise Unfit("no-scheme")
    if how not in AGE:
        raise Unfit("unknown-kind")
    if AGE[how] and scheme not in TIMED:
        raise Unfit("no-timestamp")
    if how == "none":
        return {}, event.body
    secret = "lr-not-the-secret" if how == "wrong" else event.secret
    headers = maker(Event(event.body, event.url, event.time - AGE[how], secret))
    return headers, altered(event.body) if how == "altered" else event.body


def altered(body: bytes) -> bytes:
    """The event with one field more, still well-formed JSON or form."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return body + (b"&lr_altered=1" if b"=" in body else b" ")
    if isinstance(found, dict):
        return body.rstrip()[:-1].rstrip() + (b"," if found else b"") + b'"lr_altered":true}'
    return body + b" "


def _stamped(name: str) -> Callable[[Event], Headers]:
    return lambda e: {name: f"t={e.time},v1={e.sha256(b'%d.' % e.time + e.body).hex()}"}


def _twilio(event: Event) -> Headers:
    """Base64 HMAC-SHA1 of the address followed by the sorted form fields."""
    pairs = sorted(parse_qsl(event.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000))
    text = event.url + "".join(name + value for name, value in pairs)
    return {"X-Twilio-Signature": _b64(hmac.new(event.secret.encode(), text.encode(), hashlib.sha1).digest())}


def _standard(event: Event) -> Headers:
    """standardwebhooks.com: ``id.timestamp.body`` under the base64 secret behind ``whsec_``; the older header names are sent as well."""
    given = event.secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(given + "=" * (-len(given) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = given.encode()
    name = "msg_" + hashlib.sha256(event.body).hexdigest()[:24]
    signed = hmac.new(key, f"{name}.{event.time}.".encode() + event.body, hashlib.sha256).digest()
    values = {"id": name, "timestamp": str(event.time), "signature": f"v1,{_b64(signed)}"}
    return {f"{family}-{part}": value for family in ("webhook", "svix") for part, value in values.items()}


def _slack(event: Event) -> Headers:
    return {
        "X-Slack-Request-Timestamp": str(event.time),
        "X-Slack-Signature": f"v0={event.sha256(b'v0:%d:' % event.time + event.body).hex()}",
    }


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


_SCHEMES: dict[str, Callable[[Event], Headers]] = {
    "stripe": _stamped("Stripe-Signature"),
    "calendly": _stamped("Calendly-Webhook-Signature"),
    "github": lambda e: {"X-Hub-Signature-256": f"sha256={e.sha256(e.body).hex()}"},
    "meta": lambda e: {"X-Hub-Signature-256": f"sha256={e.sha256(e.body).hex()}"},
    "twilio": _twilio,
    "standard": _standard,
    "slack": _slack,
    "shopify": lambda e: {"X-Shopify-Hmac-Sha256": _b64(e.sha256(e.body))},
    "paddle": lambda e: {"Paddle-Signature": f"ts={e.time};h1={e.sha256(b'%d:' % e.time + e.body).hex()}"},
    "calcom": lambda e: {"X-Cal-Signature-256": e.sha256(e.body).hex()},
}
