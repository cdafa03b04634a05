"""DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463): what a key says, and whether a receiver could use it. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=([^;]*)", re.DOTALL)
MIN_BITS = 1024
GOOD_BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """A key record. `problem`: "" or the reason no receiver can use it (revoked, not-a-key, short, no-sha256, not-email, version).

    `bits`: RSA modulus, 256 for ed25519. `notes`: short-1024, testing, ed25519.
    """

    kind: str = "rsa"
    bits: int = 0
    problem: str = ""
    notes: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


def tag_list(text: str) -> dict[str, str] | None:
    """``name=value`` pairs of a tag list, blanks around values dropped; None when it is not one or a tag stands twice (section 3.2)."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        found = _TAG.fullmatch(part)
        if found is None or found[1] in tags:
            return None
        tags[found[1]] = found[2].strip()
    return tags


def is_key(text: str) -> bool:
    """Whether a TXT record means to be a DKIM key: it starts ``v=DKIM1`` or it has a ``p=`` tag. SPF or other text is not one."""
    head = text.lstrip()[:64].replace(" ", "").lower()
    if head.startswith("v=") and not head.startswith("v=dkim"):
        return False
    return head.startswith("v=dkim") or bool(re.search(r"(?:^|;)\s*p\s*=", text))


def read_key(text: str) -> Key:
    """What a key record comes to. Never raises; a record that is not a sound tag list is `not-a-key`."""
    tags = tag_list(text)
    if tags is None or "p" not in tags:
        return Key(problem="not-a-key")
    kept = tuple(tags.items())
    kind = tags.get("k", "rsa").lower()
    packed = re.sub(r"\s+", "", tags["p"])
    if "v" in tags and tags["v"] != "DKIM1":
        return Key(kind, problem="version", tags=kept)
    if not packed:
        return Key(kind, problem="revoked", tags=kept)
    bits = _bits(kind, packed)
    if bits == 0:
        return Key(kind, problem="not-a-key", tags=kept)
    return Key(kind, bits, _unusable(tags, kind, bits), _notes(tags, kind, bits), kept)


def _unusable(tags: dict[str, str], kind: str, bits: int) -> str:
    if kind == "rsa" and bits < MIN_BITS:
        return "short"
    if "h" in tags and "sha256" not in _items(tags["h"]):
        return "no-sha256"
    if "s" in tags and not {"*", "email"} & set(_items(tags["s"])):
        return "not-email"
    return ""


def _notes(tags: dict[str, str], kind: str, bits: int) -> tuple[str, ...]:
    notes: list[str] = []
    if kind == "rsa" and MIN_BITS <= bits < GOOD_BITS:
        notes.append("short-1024")
    if "y" in _items(tags.get("t", "")):
        notes.append("testing")
    if kind == "ed25519":
        notes.append("ed25519")
    return tuple(notes)


def _items(value: str) -> list[str]:
    return [item.strip().lower() for item in value.split(":")]


def _bits(kind: str, packed: str) -> int:
    """The key's size, or 0 when the bytes are no key of that kind."""
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return 0
    if kind == "ed25519":
        return 256 if len(raw) == 32 else 0
    if kind != "rsa" or len(raw) > 4096:
        return 0
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm, TypeError):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


def is_usable(records: tuple[str, ...]) -> bool:
    """Whether a mailbox could check a signature with what stands at a selector: one key, with nothing wrong."""
    return len(records) == 1 and not read_key(records[0]).problem


def mended(text: str) -> str:
    """The same record without the tags that keep receivers away (``h=``, ``s=``, ``t=``), as text to paste."""
    tags = tag_list(text) or {}
    kept = {"v": "DKIM1", "k": tags.get("k", "rsa"), "p": re.sub(r"\s+", "", tags.get("p", ""))}
    return "; ".join(f"{name}={value}" for name, value in kept.items())
