"""Redaction at birth: what may be shown of a value, and the line round it with every match replaced."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from wizard.probes.code.secrets import values
from wizard.probes.code.secrets.rules import Raw

Fingerprint = Callable[[str], str]
"""Same text in, same 12 hex digits out, under a key that nobody else has (``net.fingerprint``)."""

MOST_HEAD = 8
_WIDE = 18
_RUN = re.compile(r"[A-Za-z0-9_+/=.~-]{16,}")
_LAYERED = frozenset(("generic", "password", "signing-secret"))


def fingerprint(value: bytes, keyed: bool, private: Fingerprint) -> str:
    """SHA-256 for a value that nobody can guess (128 bits or more), else an HMAC: a password's plain hash could be found by trying."""
    if keyed and len(value) >= 20:
        return hashlib.sha256(value).hexdigest()[:12]
    return private(value.decode("latin-1"))


def label(raw: Raw, value: bytes, mark: str) -> str:
    """``sk_live_…4242 · 1a2b3c4d5e6f``."""
    return f"{_head(raw, value)}…{_tail(raw, value)} · {mark}"


def _head(raw: Raw, value: bytes) -> str:
    kind = raw.kind
    if b"://" in value[:24] and not kind.keyed:
        scheme, _, rest = value.partition(b"://")
        user, _, host = rest.partition(b":")[0], 0, rest.rpartition(b"@")[2]
        return _safe(scheme + b"://" + user[:1] + b"*:*@" + host)[:80]
    if not kind.keyed or kind.words or raw.decoded or kind.id in _LAYERED:
        return ""
    if value.startswith(b"-----"):
        return _safe(value.split(b"-----")[1])[:32]
    prefix = next((a for a in kind.anchors if value.startswith(a)), b"")
    return _safe(prefix[: kind.shown or MOST_HEAD])


def _tail(raw: Raw, value: bytes) -> str:
    kind = raw.kind
    if not kind.keyed or raw.decoded or value.startswith(b"-----") or len(value) < 20 + len(_head(raw, value)):
        return ""
    return _safe(value[-4:])


def excerpt(data: bytes, raw: Raw, found: list[tuple[int, int, str]]) -> str:
    """The line round a match, at most 200 characters; every match of `found` (start, end, label) in it replaced, other random runs masked."""
    left = data.rfind(b"\n", max(0, raw.start - 90), raw.start) + 1 or max(0, raw.start - 90)
    right = data.find(b"\n", raw.end, raw.end + 60)
    right = min(len(data), raw.end + 60) if right < 0 else right
    pieces: list[str] = []
    at = left
    for start, end, text in sorted(found):
        if end <= left or start >= right:
            continue
        if start > at:
            pieces.append(_masked(data[at:start]))
        if end > at:
            pieces.append(f"[{text}]")
        at = max(at, end)
    pieces.append(_masked(data[at:right]) if at < right else "")
    return escape("".join(pieces)).strip()[:200]


def _masked(text: bytes) -> str:
    return _RUN.sub(lambda run: "…" if values.random(run[0].encode()) else run[0], text.decode("utf-8", "replace"))


def _safe(value: bytes) -> str:
    return escape(value.decode("ascii", "replace"))


def escape(text: str) -> str:
    """Control and invisible characters as escapes: nothing from a scanned file reaches a terminal as a command."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii", "replace")
