"""Masks every secret of the run in any text: credentials and their parts, markers, canary, persons, in the forms they come back in."""

from __future__ import annotations

import base64
import codecs
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from urllib.parse import quote, unquote

from wizard.net.jwt import SHAPE, parse
from wizard.net.tokens import HARMLESS, WHO
from wizard.net.types import Access

PART_LEAST = 6
"""A part of a credential shorter than this is not worth masking: it would eat ordinary text."""
WHOLE_LEAST = 3
_SCHEMES = frozenset({"bearer", "basic", "token", "jwt", "apikey", "digest"})


class Redactor:
    """`reveals(text)` gives the text with every known secret replaced by its first letters, its last four where long, and a fingerprint."""

    def __init__(self, access: Access, key: bytes) -> None:
        self._key = key
        self._words: set[str] = set()
        self._loose: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._late: list[str] = []
        """Words learnt after the pattern was made, longest first: forged tokens, hundreds a run, for which it is not made anew each time."""
        for headers in access.accounts.values():
            for name, secret in headers.items():
                if name.lower() not in HARMLESS:
                    self.add_header(name, secret.reveal())
        for secret in access.tokens.values():
            self._add(secret.reveal(), WHOLE_LEAST)
        for secret in access.secrets:
            self._add(secret.reveal(), WHOLE_LEAST)
            self._loose |= _loose(secret.reveal())

    def __repr__(self) -> str:
        return "Redactor(***)"

    def add_header(self, name: str, value: str) -> None:
        """Mask a header's value and what it is made of: the token behind a scheme, each cookie, a password, the parts of a JWT."""
        self._add(value, PART_LEAST)
        if name.lower() == "cookie":
            parts = [pair.partition("=")[2].strip() for pair in value.split(";")]
        else:
            scheme, blank, rest = value.partition(" ")
            parts = [rest.strip()] if blank and scheme.lower() in _SCHEMES else [value]
            parts += _basic(rest) if scheme.lower() == "basic" else []
        for part in parts:
            self._add(part, WHOLE_LEAST if part == value else PART_LEAST)
            for hit in SHAPE.finditer(unquote(part)):
                self.add_token(hit.group())

    def add_token(self, text: str) -> None:
        """Mask a JWT, its parts, and who its claims say that the account is."""
        for piece in (text, *text.split(".")):
            self._add(piece, PART_LEAST * 2)
        token = parse(text)
        for name, value in token.claims.items() if token else ():
            if name.lower() in WHO and isinstance(value, str):
                self._add(value, PART_LEAST)

    def reveals(self, text: str) -> str:
        """The masked text."""
        if self._pattern is None:
            words = sorted((word for word in self._words), key=len, reverse=True)
            every = [*map(re.escape, words), *sorted(self._loose, key=len, reverse=True)]
            self._pattern = re.compile("|".join(every) or r"(?!)", re.IGNORECASE)
        for word in self._late:
            if word in text:
                text = text.replace(word, self._mask(word))
        return self._pattern.sub(lambda hit: self._mask(hit.group()), text)

    def fingerprint(self, value: str) -> str:
        """First 12 hex digits of HMAC-SHA-256 under the run's key."""
        return hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]

    def forget(self) -> None:
        """Take another key: from then on no fingerprint can be compared with this run's. What is known stays masked."""
        self._key = secrets.token_bytes(32)

    def _mask(self, value: str) -> str:
        first, last = (value[:4], value[-4:]) if len(value) >= 24 else (value[:2] if len(value) >= 8 else "", "")
        return f"{first}…{last}#{self.fingerprint(value)}"

    def _add(self, value: str, least: int) -> None:
        if len(value) >= least:
            forms = {form for form in _forms(value) if len(form) >= least} - self._words
            self._words |= forms
            if self._pattern is not None and forms:
                self._late = sorted({*self._late, *forms}, key=len, reverse=True)


def _basic(text: str) -> list[str]:
    try:
        pair = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return []
    return [pair, *pair.split(":", 1)]


def _forms(value: str) -> Iterable[str]:
    """The value as it may come back: plain, escaped for URLs and JSON, and in base64 at each of its three offsets."""
    yield value
    yield unquote(value)
    yield quote(value, safe="")
    yield quote(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    raw = value.encode()
    for shift in range(3):
        body = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        core = body[(0, 2, 3)[shift] : len(body) - (1 if (len(raw) + shift) % 3 else 0)]
        if len(core) >= PART_LEAST * 2:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _loose(value: str) -> set[str]:
    """Patterns for a marker or canary spelt out, reversed, turned by 13 or in hex: what a bot does to it when asked to."""
    letters = [letter for letter in value if letter.isalnum()]
    if len(letters) < PART_LEAST:
        return set()
    gap = r"[^0-9A-Za-z]{0,3}"
    turned = codecs.encode("".join(letters), "rot13")
    spelt = (letters, letters[::-1], list(turned))
    return {gap.join(map(re.escape, form)) for form in spelt} | {re.escape(value.encode().hex())}
