"""How an id is wrapped inside a value: base64, JSON inside a string, one part of several. Chains are written in one text, outermost first.

``base64 part(:,1)`` is the second part, split on a colon, of the decoded text. Codecs: plain, base64, base64url, json-string(pointer), part(sep,index).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

STRONG, WEAK = ":/|,", "._-"
DEPTH = 4
SMALLEST = 8
BIGGEST = 200_000
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_PART = re.compile(r"part\((.),(\d+)\)\Z")
_JSON = re.compile(r"json-string\((.*)\)\Z")

Inner = tuple[str, str, str]
"""(codec chain, a's value, b's value)."""


def within(a: str, b: str, depth: int = 0) -> Iterator[Inner]:
    """Where two differing values differ, as deep inside as can be told. At least one result; ("plain", a, b) when nothing is wrapped."""
    if depth < DEPTH and max(len(a), len(b)) <= BIGGEST:
        for look in (_in_json, _in_base64, _in_parts):
            found = list(look(a, b, depth))
            if found:
                yield from found
                return
    yield "plain", a, b


def _chain(codec: str, inner: Iterator[Inner]) -> Iterator[Inner]:
    for deeper, a, b in inner:
        yield codec if deeper == "plain" else f"{codec} {deeper}", a, b


def _in_json(a: str, b: str, depth: int) -> Iterator[Inner]:
    ours, theirs = parse_json(a), parse_json(b)
    if not isinstance(ours, dict | list) or not isinstance(theirs, dict | list):
        return
    others = dict(json_leaves(theirs))
    for pointer, value in json_leaves(ours):
        other = others.get(pointer)
        if other is not None and text_of(value) != text_of(other):
            codec = f"json-string({quote(pointer, safe='/~')})"
            yield from _chain(codec, within(text_of(value), text_of(other), depth + 1))


def _in_base64(a: str, b: str, depth: int) -> Iterator[Inner]:
    for codec in ("base64", "base64url"):
        ours, theirs = decoded(codec, a), decoded(codec, b)
        if ours and theirs:
            yield from _chain(codec, within(ours, theirs, depth + 1))
            return


def _in_parts(a: str, b: str, depth: int) -> Iterator[Inner]:
    if _UUID.match(a) and _UUID.match(b):
        return
    for separator in STRONG + WEAK:
        ours, theirs = a.split(separator), b.split(separator)
        if len(ours) != len(theirs) or not 1 < len(ours) <= 20:
            continue
        differ = [at for at, (one, two) in enumerate(zip(ours, theirs, strict=True)) if one != two]
        sound = all(ours[at] and theirs[at] for at in differ)
        if sound and (len(differ) == 1 or (separator in STRONG and len(differ) <= 4)):
            for at in differ:
                yield from _chain(f"part({separator},{at})", within(ours[at], theirs[at], depth + 1))
            return


def decoded(codec: str, text: str) -> str:
    """Printable text inside canonical base64 or base64url of some length, or ""."""
    bare = text.rstrip("=")
    if len(text) < SMALLEST or len(text) - len(bare) > 2:
        return ""
    altchars = b"-_" if codec == "base64url" else b"+/"
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=altchars, validate=True)
        out = raw.decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    canonical = base64.b64encode(raw, altchars).decode().rstrip("=") == bare
    return out if canonical and out.isprintable() else ""


def wrap(codec: str, raw: str, value: str) -> str:
    """`raw` with the id inside it, at the place that `codec` tells, replaced by `value`. LookupError when that place is not there."""
    first, _, rest = codec.partition(" ")
    if first in ("plain", ""):
        return value
    if first in ("base64", "base64url"):
        inner = decoded(first, raw)
        if not inner:
            raise LookupError(first)
        new = wrap(rest, inner, value).encode()
        out = base64.b64encode(new, b"-_" if first == "base64url" else b"+/").decode()
        return out if raw.endswith("=") or len(raw) % 4 == 0 else out.rstrip("=")
    if part := _PART.match(first):
        pieces, at = raw.split(part[1]), int(part[2])
        if at >= len(pieces):
            raise LookupError(first)
        pieces[at] = wrap(rest, pieces[at], value)
        return part[1].join(pieces)
    if pointed := _JSON.match(first):
        return put_json(raw, unquote(pointed[1]), rest, value)
    raise LookupError(first)


def put_json(raw: str, pointer: str, codec: str, value: str) -> str:
    """A JSON text with the leaf at `pointer` (RFC 6901) changed; a whole number stays one where the new value is one."""
    document = parse_json(raw)
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if document is None or not steps:
        raise LookupError(pointer)
    holder: Any = document
    try:
        for step in steps[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        last: Any = int(steps[-1]) if isinstance(holder, list) else steps[-1]
        old = holder[last]
    except (KeyError, IndexError, ValueError, TypeError):
        raise LookupError(pointer) from None
    new = wrap(codec, text_of(old), value)
    number = isinstance(old, int) and not isinstance(old, bool) and re.fullmatch(r"-?(?:0|[1-9]\d{0,18})", new)
    holder[last] = int(new) if number else new
    tight = (",", ":") if '": ' not in raw else (", ", ": ")
    return json.dumps(document, ensure_ascii=False, separators=tight)


def parse_json(text: str) -> Any:
    """The JSON value in `text`, or None when it is none or is nested too deeply."""
    if not text.lstrip()[:1] or text.lstrip()[0] not in "{[":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def json_leaves(value: Any, pointer: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every text and number with its JSON pointer (RFC 6901); at most 60 levels."""
    if depth > 60:
        return
    if isinstance(value, dict):
        for name, entry in value.items():
            step = name.replace("~", "~0").replace("/", "~1")
            yield from json_leaves(entry, f"{pointer}/{step}", depth + 1)
    elif isinstance(value, list):
        for at, entry in enumerate(value):
            yield from json_leaves(entry, f"{pointer}/{at}", depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield pointer, value


def text_of(value: object) -> str:
    """A leaf as text: a number as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)
