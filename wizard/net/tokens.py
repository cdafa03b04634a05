"""Forged credentials: an account's headers, bent in one named way. Checks A2 to A8 of the item `auth` (OWASP API2:2023)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.net.jwt import Jwt, find, key_bytes, public_key

Headers = dict[str, str]
WHO = frozenset({"sub", "user_id", "userid", "uid", "id", "email", "oid", "user", "username", "preferred_username"})
_KEY_LIKE = ("key", "token", "auth", "session", "secret", "jwt")
_BEARER_WORDS = {"empty-bearer": "Bearer", "null-bearer": "Bearer null", "undefined-bearer": "Bearer undefined"}
_LETTERS = string.ascii_letters + string.digits


class Unfit(Exception):
    """The request cannot be made as asked; `str` is the reply's detail."""


@dataclass(frozen=True, slots=True)
class Forge:
    """What a forger has: the account's own headers, the other accounts', public values that stay, a published key, the run's id."""

    headers: Headers
    others: Mapping[str, Headers]
    public: frozenset[str]
    key: bytes
    run_id: str

    def __repr__(self) -> str:
        return "Forge(***)"


def credential_headers(headers: Mapping[str, str], public: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of the headers that carry who one is: authorization first, then cookies, then keys; public keys left out."""
    ranks: list[tuple[int, str]] = []
    for name, value in headers.items():
        low = name.lower()
        if value in public:
            continue
        if low in {"authorization", "proxy-authorization"}:
            ranks.append((0, name))
        elif low == "cookie":
            ranks.append((1, name))
        elif any(word in low for word in _KEY_LIKE) and "csrf" not in low and "xsrf" not in low:
            ranks.append((2, name))
    return tuple(name for _, name in sorted(ranks, key=lambda pair: pair[0]))


def token_of(headers: Mapping[str, str], public: frozenset[str] = frozenset()) -> Jwt | None:
    """The JWT that says who the account is, wherever it sits."""
    names = credential_headers(headers, public)
    rest = tuple(name for name in headers if name not in names and headers[name] not in public)
    return next((token for name in (*names, *rest) if (token := find(headers[name]))), None)


def forge(kind: str, given: Forge) -> Headers:
    """The headers of a forged account. Raises `Unfit` (not-a-jwt, not-a-bearer, no-key, no-claims, unknown-kind)."""
    if kind == "random":
        return _random(given)
    if kind in _BEARER_WORDS:
        return _without(given) | {"Authorization": _BEARER_WORDS[kind]}
    if kind in {"wrong-scheme-basic", "wrong-scheme-token", "bare"}:
        return _scheme(kind, given)
    make = _MAKERS.get("claims-of" if kind.startswith("claims-of:") else kind)
    if make is None:
        raise Unfit("unknown-kind")
    token = token_of(given.headers, given.public)
    if token is None:
        raise Unfit("not-a-jwt")
    made = make(kind, token, given)
    return {name: value.replace(token.text, made) for name, value in given.headers.items()}


def _without(given: Forge) -> Headers:
    gone = credential_headers(given.headers, given.public)
    return {name: value for name, value in given.headers.items() if name not in gone}


def _random(given: Forge) -> Headers:
    out = dict(given.headers)
    for name in credential_headers(given.headers, given.public):
        value = given.headers[name]
        if name.lower() == "cookie":
            pairs = (pair.strip().partition("=") for pair in value.split(";") if pair.strip())
            out[name] = "; ".join(f"{key}={noise(word)}" for key, _, word in pairs)
        else:
            scheme, blank, word = value.partition(" ")
            out[name] = f"{scheme} {noise(word)}" if blank else noise(value)
    return out


def noise(text: str) -> str:
    """Random text of the same length; dots stay, so that a token keeps its shape."""
    return "".join(letter if letter == "." else secrets.choice(_LETTERS) for letter in text)


def _scheme(kind: str, given: Forge) -> Headers:
    for name, value in given.headers.items():
        scheme, _, word = value.partition(" ")
        if name.lower() == "authorization" and scheme.lower() == "bearer" and word:
            return given.headers | {
                name: {"wrong-scheme-basic": f"Basic {word}", "wrong-scheme-token": f"Token {word}"}.get(kind, word)
            }
    raise Unfit("not-a-bearer")


def _none(kind: str, token: Jwt, _given: Forge) -> str:
    return token.bent(header=token.header | {"alg": kind.removeprefix("alg-")}, signature="")


def _altered(_kind: str, token: Jwt, _given: Forge) -> str:
    later: Any = token.claims.get("exp")
    moved = (
        {"exp": int(later) + 86_400}
        if isinstance(later, int | float) and not isinstance(later, bool) and abs(later) < 1e11
        else {}
    )
    return token.bent(claims=token.claims | {"role": "admin"} | moved)


def _claims_of(kind: str, token: Jwt, given: Forge) -> str:
    other = token_of(given.others.get(kind.partition(":")[2], {}), given.public)
    swap = {name: value for name, value in other.claims.items() if name.lower() in WHO} if other else {}
    if not swap or all(token.claims.get(name) == value for name, value in swap.items()):
        raise Unfit("no-claims")
    return token.bent(claims=token.claims | swap)


def _key_id(kind: str, token: Jwt, given: Forge) -> str:
    away = f"https://lr-{given.run_id or 'run'}.invalid/keys.json"
    if kind == "kid-path":
        return token.signed(_plain(token) | {"kid": "../../../../dev/null"}, b"")
    change = {"kid-unknown": {"kid": "lr-unknown"}, "jku-invalid": {"jku": away}, "x5u-invalid": {"x5u": away}}[kind]
    return token.bent(header=token.header | change)


def _confusion(kind: str, token: Jwt, given: Forge) -> str:
    key = public_key(given.key, token.header.get("kid"))
    if key is None:
        raise Unfit("no-key")
    return token.signed(_plain(token), key_bytes(key, kind.removeprefix("hs-confusion-")))


def _plain(token: Jwt) -> dict[str, Any]:
    return token.header | {"alg": "HS256"}


_MAKERS: dict[str, Callable[[str, Jwt, Forge], str]] = {
    **dict.fromkeys(("alg-none", "alg-None", "alg-nOnE"), _none),
    "unsigned-altered": _altered,
    "claims-of": _claims_of,
    **dict.fromkeys(("kid-unknown", "kid-path", "jku-invalid", "x5u-invalid"), _key_id),
    **dict.fromkeys(("hs-confusion-pem", "hs-confusion-pem-nonewline", "hs-confusion-der"), _confusion),
}
