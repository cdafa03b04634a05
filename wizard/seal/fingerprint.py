"""A certificate's fingerprint in hex and in eight words that two people can compare by phone."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from wizard.words import LANGUAGE, data

COUNT = 8
BITS = 10
"""Each word stands for 10 bits (1,024 words), so eight words carry the fingerprint's first 80 bits."""


def of_certificate(der: bytes) -> str:
    """SHA-256 of a DER certificate, 64 hex digits in lower case."""
    return hashlib.sha256(der).hexdigest()


def grouped(fingerprint: str) -> str:
    """``3F2A-9C01-…``: upper case, groups of four."""
    upper = fingerprint.upper()
    return "-".join(upper[at : at + 4] for at in range(0, len(upper), 4))


@cache
def vocabulary() -> tuple[str, ...]:
    """The 1,024 words in their fixed order; changing it changes what people read out."""
    return tuple(data(f"templates/words/{LANGUAGE}/fingerprint.txt").read_text("utf-8").split())


def spoken(fingerprint: str) -> tuple[str, ...]:
    """The first 80 bits of a fingerprint (64 hex digits) as eight words."""
    bits = int(fingerprint, 16) >> (256 - COUNT * BITS)
    known = vocabulary()
    return tuple(known[bits >> BITS * (COUNT - 1 - place) & (1 << BITS) - 1] for place in range(COUNT))


def understood(text: str) -> str:
    """What a person typed: 64 hex digits with any grouping -> 64 hex in lower case; eight words -> the words, one blank between; else ""."""
    hexed = re.sub(r"[\s:.\-]", "", text).lower()
    if re.fullmatch(r"[0-9a-f]{64}", hexed):
        return hexed
    said = re.findall(r"[a-z]+", text.lower())
    return " ".join(said) if len(said) == COUNT and set(said) <= set(vocabulary()) else ""


def answers_to(fingerprint: str, wanted: str) -> bool:
    """Whether a fingerprint (any grouping) is the one that `understood` gave, be it in hex or in words."""
    plain = fingerprint.replace("-", "").lower()
    return bool(wanted) and (plain == wanted or " ".join(spoken(plain)) == wanted)
