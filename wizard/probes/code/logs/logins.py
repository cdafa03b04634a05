"""A login in a log: a credential header or cookie in full, or a token in an address. Masked, shortened and hashed ones are what a log should hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from wizard.probes.code.secrets import Fingerprint

_HEADER = re.compile(
    r"\b(?P<name>(?:proxy-)?authorization|x-api-key|x-auth-token|x-access-token|api-key)\b\\?[\"']?\s{0,3}(?:[:=,]|=>)\s{0,3}(?:b?\\?[\"'\[]{1,3})?"
    r"(?:(?:Bearer|Basic|Token|JWT|ApiKey|Digest)\s{1,3})?(?P<value>[A-Za-z0-9._~+/=%|:-]{12,})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(?P<name>bearer)\s{1,3}(?P<value>[A-Za-z0-9._~+/=-]{20,})", re.IGNORECASE)
_COOKIE = re.compile(
    r"\b(?P<name>(?:set-)?cookie)\b\\?[\"']?\s{0,3}(?:[:=,]|=>)\s{0,3}(?:b?\\?[\"'\[]{1,3})?(?P<value>[^\r\n\"'\]}]{8,4000})",
    re.IGNORECASE,
)
_CRUMB = re.compile(
    r"(?P<name>[\w.-]*(?:sess|sid|token|auth|jwt|login|remember|identity|csrf)[\w.-]*)=(?P<value>[A-Za-z0-9._~+/%:-]{16,})",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"[?&](?P<name>(?:access_|refresh_|id_|auth_|reset_|invite_|magic_|session_|login_)?token|code|key|api_?key|secret|password|passwd|jwt|otp|sig|signature|ticket)="
    r"(?P<value>[^\s&\"'#<>\\]{6,2000})",
    re.IGNORECASE,
)
_MASK = re.compile(
    r"\*{3}|x{5}|X{5}|\.{3}|…|redact|filter|mask|hidden|removed|\[|%5b|<|sha256|hmac|undefined|null", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Login:
    """A credential in full. `kind`: header, cookie, query. `name` of the header, cookie or parameter; `label` is all that may be shown."""

    kind: str
    name: str
    label: str


def find(text: str, private: Fingerprint) -> tuple[Login, ...]:
    """The credentials in a record's text."""
    small = text.lower()
    found: dict[str, Login] = {}
    if "auth" in small or "api-key" in small or "token" in small or "bearer" in small:
        for pattern in (_HEADER, _BEARER):
            for one in pattern.finditer(text):
                if _is_key(one["value"]) and not any(one["value"] in known for known in found):
                    found[one["value"]] = Login("header", one["name"].lower(), _label(one["value"], private))
    if "cookie" in small:
        for cookie in _COOKIE.finditer(text):
            for one in _CRUMB.finditer(cookie["value"]):
                if _is_key(one["value"]):
                    found[one["value"]] = Login("cookie", one["name"][:40], _label(one["value"], private))
    if "=" in text and ("?" in text or "&" in text):
        for one in _QUERY.finditer(text):
            value = unquote(one["value"])
            least = 10 if "token" in one["name"].lower() else 16
            if len(value) >= least and _is_key(value, least):
                found[one["value"]] = Login("query", one["name"].lower(), _label(value, private))
    return tuple(found.values())


def _is_key(value: str, least: int = 12) -> bool:
    """Long enough, not masked, with a digit or mixed case: no word, no template, no path."""
    value = value.strip()
    if len(value) < least or _MASK.search(value) or value.startswith(("/", "http", "$", "{", "%7B")):
        return False
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z]+)*|[A-Z_]+|\d{1,15}|[\d.:]+", value):
        return False
    return bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))


def _label(value: str, private: Fingerprint) -> str:
    return f"{value[:4] if len(value) >= 24 else ''}… · {private(value)}"
