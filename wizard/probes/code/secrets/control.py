"""The engine's own canary: a made-up key that it must find, or a clean result would prove nothing."""

from __future__ import annotations

import secrets

from wizard.probes.code.secrets.redact import Fingerprint
from wizard.probes.code.secrets.scanner import Scanner
from wizard.probes.code.secrets.types import Place

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


def canary() -> bytes:
    """A fresh key of a strong kind; it opens nothing and is never written anywhere."""
    return b"sb_" + b"secret_" + "".join(secrets.choice(_LETTERS) for _ in range(31)).encode()


def control(body: bytes, name: str, private: Fingerprint) -> bool:
    """Put a canary into the middle of a copy of `body` and look: True when the engine finds it there."""
    middle = len(body) // 2
    scanner = Scanner(name, Place.SERVED, private)
    scanner.feed(body[:middle] + b'\n"' + canary() + b'"\n' + body[middle:])
    return any(match.kind == "supabase-secret" and not match.made_up for match in scanner.end().matches)
