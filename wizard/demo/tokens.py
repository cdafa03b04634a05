"""The sample API's sign-in: HS256 tokens (RFC 7515, RFC 7519) under a secret that lives for one run, and its careless ways to check them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

ISSUER = "https://api.brightside.example"


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@dataclass(slots=True)
class Tokens:
    """Issues and checks. `ended` holds the ids of tokens that were signed out."""

    flaws: frozenset[str]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    ended: set[str] = field(default_factory=set)

    def issue(self, user: str, role: str, *, ago: float = 0.0, life: float = 7200.0) -> str:
        """A token for `user` that was made `ago` seconds before now and lives for `life` seconds."""
        made = int(time.time() - ago)
        claims = {"iss": ISSUER, "aud": ISSUER, "sub": user, "role": role, "iat": made, "exp": int(made + life)}
        claims["jti"] = secrets.token_hex(8)
        head = _pack(json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode())
        body = _pack(json.dumps(claims, separators=(",", ":")).encode())
        return f"{head}.{body}.{self._sign(f'{head}.{body}')}"

    def check(self, header: str) -> dict[str, Any] | None:
        """The claims behind an ``Authorization`` header, or None when it opens nothing."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        claims = self._read(token.strip())
        if claims is None and "any-token" in self.flaws:
            return {"sub": "u_1001", "role": "client", "jti": ""}
        if claims is None or claims.get("jti") in self.ended:
            return None
        late = not isinstance(claims.get("exp"), int | float) or claims["exp"] <= time.time()
        return None if late and "expired-token" not in self.flaws else claims

    def _read(self, token: str) -> dict[str, Any] | None:
        head, dot, rest = token.partition(".")
        body, _, signature = rest.partition(".")
        try:
            header, claims = _unpack(head), _unpack(body)
        except (ValueError, RecursionError):
            return None
        if not dot or not isinstance(header, dict) or not isinstance(claims, dict):
            return None
        if "unsigned-token" in self.flaws and str(header.get("alg", "")).lower() == "none":
            return claims
        if self.flaws & {"unchecked-signature", "any-token"}:
            return claims
        sound = header.get("alg") == "HS256" and hmac.compare_digest(
            signature.encode("utf-8", "replace"), self._sign(f"{head}.{body}").encode()
        )
        return claims if sound and claims.get("iss") == ISSUER else None

    def _sign(self, text: str) -> str:
        return _pack(hmac.new(self.key, text.encode("utf-8", "replace"), hashlib.sha256).digest())
