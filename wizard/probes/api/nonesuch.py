"""Makes up an id of the same shape that belongs to nobody: never a neighbour of a real one, for neighbours are real clients."""

from __future__ import annotations

import re
import secrets
import string

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_COUNTED = re.compile(r"(?:[A-Za-z]{1,12}[_:-])?[0-9]{1,19}\Z")
_CEILINGS = (2**31 - 1, 2**53 - 1, 2**63 - 1)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_FROM = 8
"""Ids shorter than this could be met by chance, so they are lengthened instead of rolled."""


def shape_of(value: str) -> str:
    """integer, uuid, ulid, hex, random (a long mix of letters and digits) or slug."""
    last = re.split(r"[_:-]", value)[-1] if not _UUID.match(value) else value
    if _COUNTED.match(value):
        return "integer"
    if _UUID.match(value):
        return "uuid"
    if _ULID.match(value):
        return "ulid"
    if re.fullmatch(r"[0-9a-f]{8,}|[0-9A-F]{8,}", last):
        return "hex"
    mixed = re.search(r"\d", last) and re.search(r"[A-Za-z]", last)
    return "random" if mixed and len(last) >= RANDOM_FROM else "slug"


def made_up(value: str, other: str = "") -> str:
    """An id shaped like `value` that is neither it nor `other`: integers just under the first of 2^31, 2^53, 2^63 that lies above both."""
    kind = shape_of(value)
    if kind == "uuid":
        return "".join(_like(char) if at not in (14, 19) else char for at, char in enumerate(value))
    head, last = _split(value)
    if kind == "integer":
        _head, theirs = _split(other)
        highest = max(int(last), int(theirs) if theirs.isascii() and theirs.isdigit() else 0)
        ceiling = next((limit for limit in _CEILINGS if limit > highest + 3), _CEILINGS[-1])
        return head + str(ceiling - 1 - secrets.randbelow(2)).rjust(len(last), "0")
    if kind == "ulid":
        return last[:10] + "".join(secrets.choice(_CROCKFORD) for _ in range(16))
    if kind in {"hex", "random"}:
        return head + "".join(_like(char) for char in last)
    return value + "-lr-none"


def _split(value: str) -> tuple[str, str]:
    """A prefix such as ``c_`` and the part that makes the id."""
    cut = max(value.rfind("_"), value.rfind(":"), value.rfind("-")) + 1
    return value[:cut], value[cut:]


def _like(char: str) -> str:
    """A random character of the same class; hex letters stay hex letters."""
    for alphabet in (string.digits, "abcdef", "ABCDEF", string.ascii_lowercase, string.ascii_uppercase):
        if char in alphabet:
            return secrets.choice(alphabet)
    return char
