"""Turns the name of an actor into headers and a body: the one place where a credential becomes a header."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import httpx

from wizard.net.consent import split_actor
from wizard.net.exchange import Request
from wizard.net.jwt import Jwt, find
from wizard.net.redact import Redactor
from wizard.net.tokens import WHO, Forge, Headers, Unfit, credential_headers, forge, token_of
from wizard.net.types import Access, Call, TokenFacts
from wizard.net.weak_keys import known_key
from wizard.net.webhooks import Event, sign

CLAIMS_MOST = 60
RISKY = (
    "password",
    "passwd",
    "pwd",
    "hash",
    "secret",
    "api_key",
    "apikey",
    "private_key",
    "ssn",
    "email",
    "name",
    "phone",
    "address",
    "birth",
)
"""Parts of claim names that should not stand in a token: the first eight are keys to something, the rest are personal data."""


class Actors:
    """The accounts of a run."""

    def __init__(self, access: Access, redactor: Redactor) -> None:
        self._access = access
        self._redactor = redactor
        self._public = frozenset(secret.reveal() for secret in access.accounts.get("hosted", {}).values())

    def __repr__(self) -> str:
        return "Actors(***)"

    def request(self, call: Call, url: httpx.URL) -> Request:
        """The request as it goes on the wire. Raises `Unfit` when the actor cannot be made."""
        family, kind, account = split_actor(call.actor)
        body = call.body
        if family == "webhook":
            event = Event(body or b"", str(url), int(time.time()), self._token("webhook"))
            added, body = sign(self._access.webhook_scheme, kind, event)
        elif family == "provider":
            added = {"Authorization": f"Bearer {self._token(kind)}"}
        elif family == "forged":
            added = self._forged(kind, account, call.key)
        else:
            added = self._headers(account) | self._project_key(account, url)
        headers = _merged(call.headers, added, forged=family == "forged")
        return Request(call.method.upper(), url, headers, body, call.target, call.cap, call.timeout)

    def _token(self, name: str) -> str:
        secret = self._access.tokens.get(name)
        return secret.reveal() if secret else ""

    def _headers(self, account: str) -> Headers:
        if account == "nobody":
            return {}
        if account not in self._access.accounts:
            raise Unfit("no-account")
        return {name: secret.reveal() for name, secret in self._access.accounts[account].items()}

    def _project_key(self, account: str, url: httpx.URL) -> Headers:
        """On the hosted backend an account sends the project's public key beside its own credential, as the provider's own library does."""
        if (
            account in {"nobody", "hosted"}
            or not self._access.hosted
            or url.host != httpx.URL(self._access.hosted).host
        ):
            return {}
        own = {name.lower() for name in self._access.accounts[account]}
        public = self._access.accounts.get("hosted", {})
        return {name: value.reveal() for name, value in public.items() if name.lower() not in {*own, "authorization"}}

    def _forged(self, kind: str, account: str, key: bytes) -> Headers:
        if account == "nobody":
            raise Unfit("no-account")
        others = {name: self._headers(name) for name in self._access.accounts}
        headers = forge(kind, Forge(self._headers(account), others, self._public, key, self._access.run_id))
        for value in headers.values():
            token = find(value)
            if token is not None:
                self._redactor.add_token(token.text)
        return headers

    def facts(self, account: str) -> TokenFacts:
        """What can be said of an account's credential without showing it."""
        if account == "nobody" or account not in self._access.accounts:
            return TokenFacts()
        headers = self._headers(account)
        names = credential_headers(headers, frozenset() if account == "hosted" else self._public)
        token = token_of(headers, frozenset() if account == "hosted" else self._public)
        if not names and token is None:
            return TokenFacts()
        where = next((name for name in headers if token and token.text in headers[name]), names[0] if names else "")
        digest = self._redactor.fingerprint("\n".join(headers[name] for name in names) or headers[where])
        if token is None:
            return TokenFacts(present=True, kind=_kind(where, headers[where]), header=where, digest=digest)
        return self._jwt_facts(token, where, digest)

    def _jwt_facts(self, token: Jwt, header: str, digest: str) -> TokenFacts:
        claims = _names(token.claims)
        who = _who(token)
        known, length, tried = known_key(token)
        return TokenFacts(
            present=True,
            kind="jwt",
            header=header,
            alg=str(token.header.get("alg"))[:20],
            claims=claims,
            exp=_time(token.claims.get("exp")),
            iat=_time(token.claims.get("iat")),
            subject_digest=self._redactor.fingerprint(json.dumps(who, sort_keys=True)) if who else "",
            issuer=self._redactor.reveals(str(token.claims.get("iss") or ""))[:200],
            risky_claims=tuple(
                name for name in claims if any(word in name.rpartition(".")[2].lower() for word in RISKY)
            ),
            digest=digest,
            stable=self._redactor.fingerprint(_stable(token)),
            keys_tried=tried,
            known_key=known,
            key_length=length,
        )


def _who(token: Jwt) -> dict[str, str | int]:
    """The claims that say whose token it is. All count together: one alone may be the same for everybody (``sub: access``). ``id`` may be the token's own."""
    found = {
        name: value
        for name, value in token.claims.items()
        if name.lower() in WHO and isinstance(value, str | int) and value and not isinstance(value, bool)
    }
    return {name: value for name, value in found.items() if name.lower() != "id"} or found


def _stable(token: Jwt) -> str:
    """A JWT's algorithm and claims without the times and the number that change with every token."""
    kept = {name: value for name, value in token.claims.items() if name not in {"iat", "nbf", "exp", "jti"}}
    return json.dumps([str(token.header.get("alg")), kept], sort_keys=True)


def _merged(
    given: tuple[tuple[str, str], ...], added: Mapping[str, str], *, forged: bool
) -> tuple[tuple[str, str], ...]:
    """The caller's headers, with the account's in their place; cookies of both travel in one header.

    A cookie that the caller names wins, for it holds a swapped id; beside a forged one it gives way, or the test would send the true session.
    """
    added = dict(added)
    cookie = next((name for name in added if name.lower() == "cookie"), None)
    if cookie is not None:
        lines = [value for name, value in given if name.lower() == "cookie"]
        named = [pair.strip() for line in lines for pair in line.split(";") if pair.strip()]
        rest = [pair.strip() for pair in added[cookie].split(";") if pair.strip()]
        if forged:
            named, rest = rest, named
        taken = {pair.partition("=")[0] for pair in named}
        added[cookie] = "; ".join([*named, *(pair for pair in rest if pair.partition("=")[0] not in taken)])
    replaced = {name.lower() for name in added}
    return (*(pair for pair in given if pair[0].lower() not in replaced), *added.items())


def _kind(header: str, value: str) -> str:
    if header.lower() == "cookie":
        return "cookie"
    return "bearer" if value.lower().startswith("bearer ") else "key"


def _time(value: object) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
    return float(value) if sound else None  # type: ignore[arg-type]


def _names(claims: Mapping[str, object], prefix: str = "", depth: int = 0) -> tuple[str, ...]:
    out: list[str] = []
    for name, value in claims.items():
        out.append(f"{prefix}{name}"[:80])
        if isinstance(value, dict) and depth < 3:
            out += _names(value, f"{prefix}{name}.", depth + 1)
    return tuple(out[:CLAIMS_MOST])
