"""Mail as it was received: a welcome mail of the business, and the test alert of the service that watches it. Both are really signed (RFC 6376)."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"]


@dataclass(frozen=True, slots=True)
class Signer:
    """A domain's signing key: `record` is the TXT text that publishes it."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey

    @property
    def record(self) -> str:
        """The key record (RFC 6376, section 3.6.1)."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"

    def sign(self, message: bytes, headers: list[bytes]) -> bytes:
        """The message with its signature header on top."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        header = dkim.sign(message, self.selector.encode(), self.domain.encode(), pem, include_headers=headers)
        return bytes(header) + message


def signer(domain: str, selector: str) -> Signer:
    """A fresh 2048-bit key for one run."""
    return Signer(domain, selector, rsa.generate_private_key(65537, 2048))


def welcome(who: Signer) -> bytes:
    """The mail that a new client gets, as the client's mailbox received it an hour ago."""
    sent = datetime.now(UTC) - timedelta(hours=1)
    unsubscribe = (
        f"List-Unsubscribe: <https://app.{who.domain}/u/{secrets.token_hex(6)}>, <mailto:leave@{who.domain}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
    body = (
        "Hello Ada,\r\n\r\nwelcome to Brightside Coaching. Your first session is booked, and Ask Bright is ready\r\n"
        "to help you plan your week until then.\r\n\r\nMara\r\n"
    )
    head = _head(
        f"Mara Bright <mara@{who.domain}>", "ada.lindqvist@mailbox.example", "Welcome to Ask Bright", sent, who.domain
    )
    message = who.sign(
        (head + unsubscribe + "\r\n" + body).encode(), [*_SIGNED, b"list-unsubscribe", b"list-unsubscribe-post"]
    )
    return _received(message, who, sent, f"bounce@{who.domain}")


def alert(who: Signer) -> bytes:
    """The test alert that the founder set off two days ago."""
    sent = datetime.now(UTC) - timedelta(days=2)
    body = (
        "This is a test alert.\r\n\r\nMonitor: https://app.brightside.example/\r\nMonitor: https://api.brightside.example/health\r\n"
        "Check interval: 60 seconds\r\nNotified: mara@brightside.example, tom@brightside.example\r\n"
        f"Started: {sent:%Y-%m-%d %H:%M} UTC\r\n"
    )
    subject = "[Test] app.brightside.example is down"
    head = _head(f"Uptime Watch <alerts@{who.domain}>", "mara@brightside.example", subject, sent, who.domain)
    return _received(who.sign((head + "\r\n" + body).encode(), _SIGNED), who, sent, f"bounce@{who.domain}")


def _head(sender: str, to: str, subject: str, sent: datetime, domain: str) -> str:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {format_datetime(sent)}\r\n"
        f"Message-ID: <{secrets.token_hex(10)}@{domain}>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
    )


def _received(message: bytes, who: Signer, sent: datetime, bounce: str) -> bytes:
    """What the receiving server puts on top (RFC 8601), newest line first."""
    at = format_datetime(sent + timedelta(seconds=3))
    trace = (
        f"Return-Path: <{bounce}>\r\n"
        "Authentication-Results: mx.mailbox.example;\r\n"
        f"\tdkim=pass header.d={who.domain} header.s={who.selector};\r\n"
        f"\tspf=pass smtp.mailfrom={bounce};\r\n"
        f"\tdmarc=pass (p=reject) header.from={who.domain}\r\n"
        "Received: from out1.postbox.example (out1.postbox.example [198.51.100.66])\r\n"
        f"\tby mx.mailbox.example with ESMTPS id {secrets.token_hex(6)}\r\n\tfor <client@mailbox.example>; {at}\r\n"
        "Received: from sender (unknown [198.51.100.68])\r\n"
        f"\tby out1.postbox.example with ESMTPSA id {secrets.token_hex(6)}; {format_datetime(sent)}\r\n"
    )
    return trace.encode() + message
