"""Every way a word may stand in a reply: plain, as an entity, percent-encoded, base64, split over a stream. Bounded, no nested repeats."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from wizard.net import Reply
from wizard.probes.api.bodies import Json, leaves, parse_json
from wizard.probes.api.lexicon import squeeze
from wizard.probes.api.streams import joined

LIMIT = 262_144
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_ENTITY = re.compile(r"&[#a-zA-Z0-9]")


def spoken(text: str) -> Iterator[str]:
    """The squeezed views of one piece of text: as it stands, entities undone, percent signs undone, base64 runs undone."""
    text = text[:LIMIT]
    yield squeeze(text)
    if _ENTITY.search(text):
        yield squeeze(html.unescape(text))
    if "%" in text:
        yield squeeze(unquote(text, errors="replace"))
    hidden = "\n".join(_decoded(run) for run in _BASE64.findall(text))
    if hidden:
        yield squeeze(hidden)


def _decoded(run: str) -> str:
    """A run at each of the four alignments: a path or a prefix may be glued to its front."""
    plain = run.replace("-", "+").replace("_", "/")
    pieces = []
    for start in range(4):
        part = plain[start:]
        part = part[: len(part) // 4 * 4] if len(part) % 4 == 1 else part + "=" * (-len(part) % 4)
        try:
            pieces.append(base64.b64decode(part).decode("utf-8", "replace"))
        except (binascii.Error, ValueError):
            continue
    return "\n".join(pieces)


def places(reply: Reply) -> Iterator[tuple[str, str, str]]:
    """(place, pointer, text) for all text in a reply, most exact place first. Place: json, header, redirect, stream or body."""
    document = parse_json(reply)
    if document is not None:
        yield from _json_places(document.value)
    for name, value in reply.headers:
        yield ("redirect" if name.lower() == "location" else "header"), name.lower(), value
    text = reply.head[:LIMIT].decode("utf-8", "replace")
    for pointer, piece in joined(reply.media, text).items():
        yield "stream", pointer, piece
    yield "body", "", text


def _json_places(value: Json) -> Iterator[tuple[str, str, str]]:
    for pointer, leaf in leaves(value):
        if isinstance(leaf, str):
            yield "json", pointer, leaf
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            yield "json", pointer, str(leaf)


def disguises(word: str) -> tuple[str, ...]:
    """A canary's further forms, squeezed: reversed, rot13 and hex, beside the plain one."""
    plain = squeeze(word)
    rot13 = plain.translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm"))
    return plain, plain[::-1], rot13, word.encode().hex(), word.lower().encode().hex()
