"""JSON Web Tokens taken apart and put together by hand, never verified (RFC 7515, RFC 7519). Libraries rightly refuse what a forger does."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

SHAPE = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,4096}\.[A-Za-z0-9_-]{2,16384}\.[A-Za-z0-9_-]{0,4096}(?![A-Za-z0-9_.-])"
)
KEY_MOST = 65_536


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token's three parts as sent, and the two readable ones decoded."""

    head: str
    payload: str
    signature: str
    header: dict[str, Any]
    claims: dict[str, Any]

    def __repr__(self) -> str:
        return "Jwt(***)"

    @property
    def text(self) -> str:
        """The token as it is sent."""
        return f"{self.head}.{self.payload}.{self.signature}"

    def bent(
        self,
        *,
        header: dict[str, Any] | None = None,
        claims: dict[str, Any] | None = None,
        signature: str | None = None,
    ) -> str:
        """The token with a changed header, claims or signature; an untouched part stays byte for byte."""
        head = self.head if header is None else pack(header)
        payload = self.payload if claims is None else pack(claims)
        return f"{head}.{payload}.{self.signature if signature is None else signature}"

    def signed(self, header: dict[str, Any], key: bytes) -> str:
        """The same claims under a new header, signed HS256 with `key`."""
        signing = f"{pack(header)}.{self.payload}"
        return f"{signing}.{encode(hmac.new(key, signing.encode(), hashlib.sha256).digest())}"


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def pack(part: dict[str, Any]) -> str:
    """One readable part, encoded."""
    return encode(json.dumps(part, separators=(",", ":")).encode())


def unpack(part: str) -> dict[str, Any] | None:
    """One readable part, decoded; None when it is not an object. Numbers that Python cannot hold and deep nesting count as no object."""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def parse(text: str) -> Jwt | None:
    """The token, or None when the text is not one."""
    if not SHAPE.fullmatch(text):
        return None
    head, payload, signature = text.split(".")
    header, claims = unpack(head), unpack(payload)
    if header is None or claims is None or "alg" not in header:
        return None
    return Jwt(head, payload, signature, header, claims)


def find(text: str) -> Jwt | None:
    """The first token inside a header value."""
    return next((token for hit in SHAPE.finditer(text) if (token := parse(hit.group()))), None)


def public_key(raw: bytes, kid: object = None) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None:
    """A published key: PEM, DER, one JWK or a set of them (the one named by `kid`, else the first that is usable)."""
    if not raw or len(raw) > KEY_MOST:
        return None
    for load in (serialization.load_pem_public_key, serialization.load_der_public_key):
        try:
            loaded = load(raw)
        except (ValueError, UnsupportedAlgorithm):
            continue
        return loaded if isinstance(loaded, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    keys = given.get("keys", [given]) if isinstance(given, dict) else given
    keys = [key for key in keys[:50] if isinstance(key, dict)] if isinstance(keys, list) else []
    keys.sort(key=lambda key: key.get("kid") != kid)
    return next((found for key in keys if (found := _jwk(key))), None)


def _jwk(key: dict[str, Any]) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None:
    """RFC 7517: RSA by n and e, EC by curve, x and y."""
    curves: dict[object, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    try:
        if key.get("kty") == "RSA":
            return rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        if key.get("kty") == "EC":
            return ec.EllipticCurvePublicNumbers(
                _number(key["x"]), _number(key["y"]), curves[key.get("crv")]
            ).public_key()
    except (KeyError, TypeError, ValueError, UnsupportedAlgorithm):
        return None
    return None


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def key_bytes(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, form: str) -> bytes:
    """The public key as a careless server would hold it: ``pem``, ``pem-nonewline`` or ``der`` (SubjectPublicKeyInfo)."""
    kind = serialization.Encoding.DER if form == "der" else serialization.Encoding.PEM
    raw = key.public_bytes(kind, serialization.PublicFormat.SubjectPublicKeyInfo)
    return raw.rstrip(b"\n") if form == "pem-nonewline" else raw
