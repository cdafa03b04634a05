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
HARMLESS = frozenset(
    {
        "accept",
        "accept-language",
        "cache-control",
        "content-type",
        "origin",
        "pragma",
        "referer",
        "user-agent",
        "x-requested-with",
    }
)
"""Headers of a pasted request that say nothing of who asks."""
_KEY_LIKE = ("key", "token", "auth", "session", "secret", "jwt")
_BEARER_WORDS = {"empty-bearer": "Bearer", "null-bearer": "Bearer null", "undefined-bearer": "Bearer undefined"}
_LETTERS = string.ascii_letters + string.digits
TOKEN_LEAST = 12
"""A value shorter than this is no token."""


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
    """The names of the headers that carry who one is: authorization, cookies, keys, long unreadable values; public keys left out.

    Where none looks like one, all but the harmless count: a header wrongly left whole would make a refusal test look open.
    """
    given = {name: value for name, value in headers.items() if value not in public and name.lower() not in HARMLESS}
    ranked = sorted((rank, name) for name, value in given.items() if (rank := _rank(name.lower(), value)) is not None)
    return tuple(name for _, name in ranked) or tuple(given)


def _rank(name: str, value: str) -> int | None:
    if name in {"authorization", "proxy-authorization"}:
        return 0
    if name == "cookie":
        return 1
    if "csrf" in name or "xsrf" in name:
        return None
    return 2 if any(word in name for word in _KEY_LIKE) or (len(value) >= 16 and " " not in value) else None


def token_of(headers: Mapping[str, str], public: frozenset[str] = frozenset()) -> Jwt | None:
    """The JWT that says who the account is, wherever it sits."""
    names = credential_headers(headers, public)
    rest = tuple(name for name in headers if name not in names and headers[name] not in public)
    return next((token for name in (*names, *rest) if (token := find(headers[name]))), None)


def forge(kind: str, given: Forge) -> Headers:
    """The headers of a forged account, with no other true credential left beside the bent one: it would open what the bent one should not.

    Raises `Unfit` (not-a-jwt, not-a-bearer, not-a-cookie, no-such-token, no-key, no-claims, unknown-kind, no-credential).
    """
    names = credential_headers(given.headers, given.public)
    if not names:
        raise Unfit("no-credential")
    noised = given.headers | {name: _noised(name, given.headers[name]) for name in names}
    if kind == "random":
        return noised
    if kind == "cookie-only":
        return _cookie_only(given)
    if kind in {"refresh-as-access", "id-as-access"}:
        other = _other_token(kind.partition("-")[0], given)
        replaced = {name.lower() for name in other}  # a pasted command writes header names in lower case
        return {name: value for name, value in noised.items() if name.lower() not in replaced} | other
    if kind in _BEARER_WORDS:
        rest = {name: value for name, value in given.headers.items() if name not in names}
        return rest | {"Authorization": _BEARER_WORDS[kind]}
    if kind in {"wrong-scheme-basic", "wrong-scheme-token", "bare"}:
        return noised | _scheme(kind, given)
    make = _MAKERS.get("claims-of" if kind.startswith("claims-of:") else kind)
    if make is None:
        raise Unfit("unknown-kind")
    token = token_of(given.headers, given.public)
    if token is None:
        raise Unfit("not-a-jwt")
    made = make(kind, token, given)
    bent = {
        name: _noised(name, value, token.text, made) for name, value in given.headers.items() if token.text in value
    }
    return noised | bent


def _noised(name: str, value: str, token: str = "", made: str = "") -> str:
    """A header's value with random text for every credential in it, or with `made` for `token`."""
    if name.lower() == "cookie":
        pairs = (pair.strip().partition("=") for pair in value.split(";") if pair.strip())
        return "; ".join(f"{key}={_bent(word, token, made)}" for key, _, word in pairs)
    scheme, blank, word = value.partition(" ")
    return f"{scheme} {_bent(word, token, made)}" if blank else _bent(value, token, made)


def _bent(word: str, token: str, made: str) -> str:
    return word.replace(token, made) if token and token in word else noise(word)


def noise(text: str) -> str:
    """Random text of the same length; dots stay, so that a token keeps its shape."""
    return "".join(letter if letter == "." else secrets.choice(_LETTERS) for letter in text)


def _cookies(given: Forge) -> list[tuple[str, str]]:
    lines = (value for name, value in given.headers.items() if name.lower() == "cookie")
    pairs = (pair.strip().partition("=") for line in lines for pair in line.split(";") if pair.strip())
    return [(name, value) for name, _, value in pairs]


def _cookie_only(given: Forge) -> Headers:
    pairs = _cookies(given)
    if not pairs:
        raise Unfit("not-a-cookie")
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in pairs)}


def _other_token(word: str, given: Forge) -> Headers:
    """The refresh or identity token that a holds, where the access token belongs: as bearer, and in every other cookie that holds a token."""
    named = {f"{word}token", f"{word}jwt"} | ({"refresh", "rt"} if word == "refresh" else set())
    cookies = _cookies(given)

    def is_it(name: str) -> bool:
        return "".join(letter for letter in name.lower().removeprefix("x-") if letter.isalnum()) in named

    token = next((v for name, v in (*cookies, *given.headers.items()) if is_it(name) and len(v) >= TOKEN_LEAST), "")
    if not token:
        raise Unfit("no-such-token")
    out = {"Authorization": f"Bearer {token}"}
    if cookies:
        out["Cookie"] = "; ".join(f"{name}={noise(value) if is_it(name) else token}" for name, value in cookies)
    return out


def _scheme(kind: str, given: Forge) -> Headers:
    for name, value in given.headers.items():
        scheme, _, word = value.partition(" ")
        if name.lower() == "authorization" and scheme.lower() == "bearer" and word:
            return {
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
