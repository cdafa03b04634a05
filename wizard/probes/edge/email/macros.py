"""SPF macros: the grammar of domain-specs and their expansion (RFC 7208 section 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_PIECE = re.compile(r"%\{([A-Za-z])(\d*)([rR]?)([.\-+,/_=]*)\}|%([%_\-])|([\x21-\x24\x26-\x7e]+)")
_TOP = re.compile(r"(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\Z")
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
IN_DOMAINS = "slodiphv"
"""Macro letters that may stand in a domain-spec; c, r and t only in an explanation."""


def is_macro_string(text: str, letters: str = IN_DOMAINS) -> bool:
    """Whether `text` is a macro-string that uses only these letters (section 7.1)."""
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            return False
        if piece[1] and (piece[1].lower() not in letters or (piece[2] and int(piece[2][:9]) == 0)):
            return False
        at = piece.end()
    return True


def is_domain_spec(text: str) -> bool:
    """Whether `text` is a domain-spec: a macro-string that ends in a macro or in a dot and a top label (section 7.1)."""
    if not is_macro_string(text) or not text:
        return False
    if re.search(r"%(?:\{[^{}]*\}|[%_\-])\Z", text):
        return True
    head, dot, top = text.removesuffix(".").rpartition(".")
    return bool(dot) and bool(_TOP.match(top)) and (bool(head) or text.startswith("."))


def needs(text: str) -> frozenset[str]:
    """The macro letters that `text` uses, lower case."""
    return frozenset(piece[1].lower() for piece in _PIECE.finditer(text) if piece[1])


def expand(text: str, values: Mapping[str, str]) -> str:
    """`text` with its macros expanded. `values`: letter (lower case) to value; KeyError for a letter that is not known."""
    return "".join(_piece(piece, values) for piece in _PIECE.finditer(text))


def _piece(piece: re.Match[str], values: Mapping[str, str]) -> str:
    if piece[6]:
        return piece[6]
    if piece[5]:
        return _PLAIN[piece[5]]
    parts = re.split("[" + re.escape(piece[4] or ".") + "]", values[piece[1].lower()])
    if piece[3]:
        parts.reverse()
    if piece[2]:
        parts = parts[-int(piece[2][:9]) :]
    joined = ".".join(parts)
    return quote(joined, safe="-._~") if piece[1].isupper() else joined


def fit(name: str) -> str:
    """An expanded name cut to 253 characters by dropping whole labels on the left, without its last dot (section 7.3)."""
    name = name.removesuffix(".")
    while len(name) > 253 and "." in name:
        name = name.partition(".")[2]
    return name
