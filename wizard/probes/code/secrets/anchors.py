"""What the prefilter looks for: literals with a tail of fixed length, and bounded spans (a name word, a separator, the first bytes of a value)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from wizard.probes.code.secrets.kinds import Kind, kinds, width

NAME_WORDS = (
    "secret", "token", "passw", "pwd", "passphrase", "passcode", "api_key", "api-key", "apikey", "api key",
    "access_key", "access-key", "accesskey", "auth_", "auth-", "_auth", "authkey", "authorization", "auth\"", "auth'", "auth:", "auth=", "auth =", "credential", "private_key", "private-key",
    "privatekey", "conn_str", "connstr", "connectionstring", "connection_string", "encryption_key", "encryptionkey",
    "encryption-key", "signing_key", "signingkey", "signing-key", "_key", "-key", "master_key", "masterkey", "bearer", "session_", "session-", "sessionid",
    "cookie", "accountkey", "sharedaccesskey", "_pass", "dbpass", "webhook", "salt", "pat_", "_pat",
)  # fmt: skip
"""A value may be secret when its name holds one of these (any case)."""

# Only classes, literals and bounded counts: hyperscan, RE2 and `re` must read these alike. So no \s, \w, \d.
_NAME = r"[A-Za-z0-9_.\-]{0,24}"
_VALUE = r"[A-Za-z0-9_+/=~!@#%^*$&?\-]"
_TYPED = r"(?:[ ]?(?:string|str|&str|text)[ ]?)?"
_QUOTED = r"[^A-Za-z0-9\r\n]{0,8}[:=,>(]" + _TYPED + r"[^A-Za-z0-9\r\n]{0,8}[\"'`][^ \t\r\n\"'`\\<>]{8}"
_BARE = r"[^A-Za-z0-9\r\n]{0,4}[:=>][ \t]{0,4}(?:[A-Za-z0-9]{1,6}\.)?" + _VALUE + r"{10}"
_BLANK = r"[ \t]{1,4}[\"']?[A-Za-z0-9_+/=\-]{16}"
_PAIRED = r"[\"']?[ ]?,?[ \t\r\n]{0,24}[\"']?[Vv]alue[\"']?[ ]?[:=][ ]?[\"']?" + _VALUE + r"{8}"
LONGEST_SPAN = 224
LONGEST_LITERAL = 32


@dataclass(frozen=True, slots=True)
class Anchor:
    """`source` is the expression that all engines share; `width` its length when fixed, else 0. `kinds` is empty for a named value."""

    literals: tuple[bytes, ...]
    source: bytes
    width: int
    caseless: bool
    binary: bool
    kinds: tuple[Kind, ...]
    exact: re.Pattern[bytes] = field(repr=False)


@cache
def anchors() -> tuple[Anchor, ...]:
    """Every anchor. Kinds that share literal and tail share the anchor, in the order of the file."""
    grouped: dict[tuple[bytes, str], list[Kind]] = {}
    spans: list[Anchor] = []
    for kind in kinds().values():
        if kind.span:
            spans.append(_anchor(kind.anchors, kind.span, 0, kind.caseless, (kind,)))
            continue
        for literal in kind.anchors:
            grouped.setdefault((literal, kind.tail), []).append(kind)
    fixed = [
        _anchor((literal,), _quote(literal) + tail, len(literal) + width(tail), False, tuple(found))
        for (literal, tail), found in grouped.items()
    ]
    vendor = sorted({word.decode() for kind in kinds().values() for word in kind.words if len(word) >= 4})
    spans += [_named(words, True) for words in (NAME_WORDS, tuple(vendor))]
    spans.append(_named(("Key", "KEY"), False))
    return (*fixed, *spans)


def _named(words: tuple[str, ...], caseless: bool) -> Anchor:
    alternatives = "|".join(_quote(word.encode()) for word in words)
    source = f"(?:{alternatives}){_NAME}(?:{_QUOTED}|{_BARE}|{_BLANK}|{_PAIRED})"
    return _anchor(tuple(word.encode() for word in words), source, 0, caseless, ())


def _anchor(literals: tuple[bytes, ...], source: str, size: int, caseless: bool, found: tuple[Kind, ...]) -> Anchor:
    raw = source.encode()
    exact = re.compile(raw, re.IGNORECASE if caseless else 0)
    return Anchor(literals, raw, size, caseless, any(kind.binary for kind in found), found, exact)


def _quote(literal: bytes) -> str:
    return re.sub(r"([^A-Za-z0-9_/ :@<>=\-])", r"\\\1", literal.decode())
