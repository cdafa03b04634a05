"""Whether an account's own token was signed with a key that everybody knows (OWASP API2:2023, CWE-798; RFC 7518 section 3.2). Nothing is sent."""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from functools import cache
from pathlib import Path

from wizard.net.jwt import Jwt, encode

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@cache
def _known() -> tuple[tuple[str, str], ...]:
    """(list's name, key) for each key, in order."""
    with Path(__file__).with_name("weak_keys.toml").open("rb") as file:
        lists = tomllib.load(file)
    return tuple((name, key) for name, keys in lists.items() for key in keys)


def known_key(token: Jwt) -> tuple[str, int, int]:
    """(which list, length of the key, how many were tried); ("", 0, 0) where the algorithm has no shared key, for then none was."""
    made = _HASHES.get(str(token.header.get("alg")))
    if made is None or not token.signature:
        return "", 0, 0
    signing = f"{token.head}.{token.payload}".encode()
    for name, key in _known():
        if hmac.compare_digest(encode(hmac.new(key.encode(), signing, made).digest()), token.signature):
            return name, len(key), len(_known())
    return "", 0, len(_known())
