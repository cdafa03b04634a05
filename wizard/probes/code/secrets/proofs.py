"""Proofs of a structured candidate: checksums, decoding, claims. Each returns a `Ruling`, or None when the bytes are no key at all."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from wizard.probes.code.secrets import values
from wizard.probes.code.secrets.types import Confidence

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Candidate:
    """The bytes in question inside their block."""

    data: bytes
    start: int
    end: int

    @property
    def value(self) -> bytes:
        """The bytes themselves."""
        return self.data[self.start : self.end]

    def around(self, size: int) -> bytes:
        """The value with `size` bytes on each side."""
        return self.data[max(0, self.start - size) : self.end + size]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a proof decided; empty fields keep what the kind says. `skip`: bytes at the value's head that are no part of the secret."""

    kind: str = ""
    confidence: Confidence | None = None
    made_up: str = ""
    skip: int = 0
    size: int = 0


def random(found: Candidate) -> Ruling | None:
    """The body after its prefix must look random."""
    body = re.sub(rb"^[A-Za-z0-9]{1,8}[_.-]", b"", found.value)
    return Ruling() if values.random(body) or values.random(found.value) else None


def jwt(found: Candidate) -> Ruling | None:
    """RFC 7519: header and payload must decode as JSON; then the claims decide what it is."""
    pieces = found.value.split(b".")
    head, claims = _json(pieces[0]), _json(pieces[1])
    if not isinstance(head, dict) or not isinstance(claims, dict) or not ({"alg", "typ"} & set(head)):
        return None
    role, issuer = str(claims.get("role", "")), str(claims.get("iss", ""))
    made_up = "demo" if issuer == "supabase-demo" or _demo(claims) else ""
    if role == "service_role":
        return Ruling("supabase-service-role", Confidence.CERTAIN, made_up)
    if role == "anon":
        return Ruling("supabase-anon", Confidence.CERTAIN, made_up)
    if "calendly" in issuer:
        return Ruling("calendly", Confidence.CERTAIN, made_up)
    if claims.get("a") in ("rw", "ro"):
        return Ruling("turso", Confidence.CERTAIN, made_up)
    if len(pieces) < 3 or not pieces[2]:
        return Ruling(confidence=Confidence.LIKELY, made_up=made_up or "unsigned")
    return _session(claims, role, made_up)


def _session(claims: dict[str, Any], role: str, made_up: str) -> Ruling:
    exp = claims.get("exp")
    left = float(exp) - time.time() if isinstance(exp, int | float) and not isinstance(exp, bool) else None
    if left is not None and left < 0:
        return Ruling(confidence=Confidence.STRONG, made_up=made_up or "expired")
    if left is not None and left < 30 * _DAY:
        return Ruling(confidence=Confidence.STRONG, made_up=made_up or "short-lived")
    roles = json.dumps([role, claims.get("roles"), claims.get("admin"), claims.get("scope")]).lower()
    kind = (
        "admin-login"
        if "admin" in role.lower() or '"admin"' in roles or claims.get("admin") is True
        else "long-lived-login"
    )
    return Ruling(kind, Confidence.STRONG, made_up)


def _demo(claims: dict[str, Any]) -> bool:
    return claims.get("sub") == "1234567890" and str(claims.get("name", "")).split(" ")[0] in ("John", "")


def _json(piece: bytes) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4)))
    except (ValueError, RecursionError):
        return None


def pem(found: Candidate) -> Ruling | None:
    """RFC 7468: at least 64 bytes of body that decode; an escaped line break counts as one."""
    head, _, rest = found.value.partition(b"-----BEGIN ")[2].partition(b"-----")
    body = re.sub(rb"\\+[nrt]|\\/|\\", lambda m: b"/" if m[0] == b"\\/" else b"", rest)
    body = re.sub(rb"(?m)^[A-Za-z-]+:[^\n]*$", b"", body)
    body = re.sub(rb"[\s\"',+]*\n[\s\"'+]*|[\s\"',]+", b"", body) if b"+\n" not in rest else re.sub(rb"\s", b"", body)
    whole = body
    body = re.match(rb"[A-Za-z0-9+/]*={0,2}", whole)[0]  # type: ignore[index]
    if len(body) < 64:
        return None
    if whole[len(body) : len(body) + 1] == b".":
        return Ruling(made_up="placeholder")  # cut short on purpose, as documents do
    try:
        raw = base64.b64decode(body[: len(body) // 4 * 4])
    except binascii.Error:
        return None
    if values.entropy(raw) < 4.0:
        return Ruling(made_up="placeholder")
    real = raw[:1] == b"\x30" or raw.startswith(b"openssh-key-v1") or b"PGP" in head or b"ENCRYPTED" in rest
    return Ruling(confidence=Confidence.CERTAIN if real else Confidence.STRONG, size=len(found.value))


def crc_github(found: Candidate) -> Ruling | None:
    """GitHub's and npm's short form: the last 6 of 36 characters are the CRC-32 of the 30 before, in base 62."""
    body = found.value.partition(b"_")[2]
    if b"_eyJ" in body:
        return Ruling()  # the form of 2026: the number of the app and a signed token
    if len(body) != 36 or not body.isalnum():
        return Ruling() if values.random(body[-200:]) else None
    if not values.random(body):
        return Ruling(made_up="placeholder")
    right = _base62(zlib.crc32(body[:30]))
    return Ruling(confidence=Confidence.CERTAIN) if right == body[30:] else Ruling(confidence=Confidence.STRONG)


def _base62(number: int) -> bytes:
    digits = bytearray()
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return bytes(reversed(digits))


def aws(found: Candidate) -> Ruling | None:
    """An access key id is likely; with a 40-character secret within 200 bytes it is certain."""
    if found.data[found.start - 1 : found.start] in (b"+", b"/") and found.start:
        return None
    near = re.finditer(rb"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", found.around(200))
    paired = any(values.classes(m[0]) >= 3 and values.random(m[0]) and not values.placeholder(m[0]) for m in near)
    made_up = "" if values.entropy(found.value[4:]) >= 2.5 else "placeholder"
    return Ruling(confidence=Confidence.CERTAIN if paired else None, made_up=made_up)


def database_url(found: Candidate) -> Ruling | None:
    """A password in a connection string (RFC 3986 userinfo); local hosts and stand-in passwords are made up."""
    user, password, host = _userinfo(found.value)
    if values.reference(password) or values.reference(user) or not password:
        return None
    plain = unquote_to_bytes(password).lower()
    name = host.split(b":")[0].split(b",")[0].lower()
    if values.placeholder(plain) or values.placeholder(user) or plain in _STAND_INS or plain == user.lower():
        return Ruling(made_up="placeholder")
    if b"." not in name or name.startswith(b"127.") or name.endswith((b".local", b".test", b".localhost")):
        return Ruling(made_up="local")
    if values.placeholder(name) or name in (b"host.com", b"hostname.com", b"server.com"):
        return Ruling(made_up="example")
    return Ruling(confidence=Confidence.STRONG)


_STAND_INS = frozenset(
    b"password pass passwd pwd secret postgres root user username admin mysql redis guest test p4ssw0rd mypassword"
    b" my_password mypass db_password dbpassword pw hunter2 tiger p@ssword p@ssw0rd p@55w0rd passw0rd p@55w0rd! p@ssw0rd! changeme letmein mysecretpa$$word 123456 12345 token key".split()
)


def stand_in(password: bytes) -> bool:
    """A word that documents write where the password goes."""
    return password.lower() in _STAND_INS


def url_password(found: Candidate) -> Ruling | None:
    """A password in any other address."""
    ruling = database_url(found)
    if ruling is None:
        return None
    user, password, _ = _userinfo(found.value)
    if (password.isdigit() and len(password) <= 5) or user.startswith(b"//") or values.wordy(password, 0.8):
        return None
    return Ruling(confidence=Confidence.LIKELY, made_up=ruling.made_up)


def _userinfo(value: bytes) -> tuple[bytes, bytes, bytes]:
    rest = value.partition(b"://")[2]
    info, _, host = rest.rpartition(b"@")
    user, _, password = info.partition(b":")
    return user, password, host


def basic(found: Candidate) -> Ruling | None:
    """RFC 7617: decodes to ``user:password`` in printable characters."""
    skip = re.match(rb"(?i:basic)(?: |%20)", found.value)
    text = found.value[skip.end() :] if skip else found.value
    try:
        plain = base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return None
    _user, colon, password = plain.partition(b":")
    if not colon or len(plain) < 6 or not re.fullmatch(rb"[ -~]+", plain):
        return None
    made_up = values.placeholder(password) or ("example" if values.printed(text) else "")
    made_up = made_up or ("placeholder" if password.lower() in _STAND_INS else "")
    return Ruling(confidence=Confidence.LIKELY, made_up=made_up, skip=len(found.value) - len(text))


def curl(found: Candidate) -> Ruling | None:
    """``curl -u user:password``: the password in a command line."""
    start = re.match(rb"(?:-u|--user)[ =]{1,3}[\"']?", found.value)
    skip = start.end() if start else 0
    user, _, password = found.value[skip:].partition(b":")
    password = password.strip(b"\"'")
    if values.reference(password) or values.reference(user) or password.startswith(b"$"):
        return None
    stand_in = password.lower() in _STAND_INS or password.lower() == user.lower()
    made_up = values.placeholder(password) or ("placeholder" if stand_in or len(password) < 6 else "")
    return Ruling(confidence=Confidence.LIKELY, made_up=made_up, skip=skip)


def bearer(found: Candidate) -> Ruling | None:
    """RFC 6750: a literal token after the word."""
    skip = re.match(rb"(?i:bearer)(?: |%20|\+)", found.value)
    token = found.value[skip.end() :] if skip else found.value
    if values.reference(token) or values.identifier(token) or not values.random(token):
        return None
    return Ruling(confidence=Confidence.LIKELY, skip=len(found.value) - len(token))


def netrc(found: Candidate) -> Ruling | None:
    """``machine HOST login USER password WORD``, the form of ftp and curl."""
    password = found.value.split()[-1]
    if values.reference(password):
        return None
    stand_in = values.placeholder(password) or ("placeholder" if password.lower() in _STAND_INS else "")
    return Ruling(confidence=Confidence.LIKELY, made_up=stand_in, skip=len(found.value) - len(password))


def sas(found: Candidate) -> Ruling | None:
    """An Azure signature; its `se` says until when."""
    end = re.search(rb"[?&]se=(\d{4})-(\d\d)", found.around(400))
    now = time.gmtime()
    if end and (int(end[1]), int(end[2])) < (now.tm_year, now.tm_mon):
        return Ruling(made_up="expired")
    return Ruling()


def algolia(found: Candidate) -> Ruling | None:
    """The name near it says which of the three it is."""
    near = found.data[max(0, found.start - 60) : found.start].lower()
    if re.search(rb"admin|write|usage", near):
        return Ruling(confidence=Confidence.STRONG)
    if re.search(rb"search|public|read", near):
        return Ruling("algolia-search", Confidence.STRONG)
    return Ruling(confidence=Confidence.WEAK)


PROOFS: dict[str, Callable[[Candidate], Ruling | None]] = {
    "random": random,
    "jwt": jwt,
    "pem": pem,
    "crc-github": crc_github,
    "crc-npm": crc_github,
    "aws": aws,
    "database-url": database_url,
    "url-password": url_password,
    "basic": basic,
    "curl": curl,
    "netrc": netrc,
    "bearer": bearer,
    "sas": sas,
    "algolia": algolia,
    "never": lambda _found: None,
}
"""`base64` is not here: it scans what it decodes, so it belongs to the rules."""
