"""Reads a reply's body as JSON where it is JSON: shaved of guards, bounded in depth and size, never raising on hostile bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wizard.net import Reply

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

DEPTH = 64
LEAVES = 20_000
_GUARDS = (")]}',", ")]}'", "while(1);", "for(;;);", "while (1);", "for (;;);")
_CALLBACK = re.compile(r"(?:/\*\*/)?\s{0,8}[A-Za-z_$][\w.$]{0,100}\s{0,8}\(")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed JSON body; wrapped, so that a body of ``null`` is told from no JSON at all."""

    value: Json


def shave(text: str) -> str:
    """`text` without byte-order mark, script guards (``)]}',``) and a JSONP wrapper."""
    text = text.lstrip("\ufeff \t\r\n")
    for guard in _GUARDS:
        if text.startswith(guard):
            return text[len(guard) :].strip()
    text = text.strip()
    body = text.removesuffix(";").rstrip()
    if body.endswith(")") and (wrapper := _CALLBACK.match(body)):
        return body[wrapper.end() : -1].strip()
    return text


def parse(text: str) -> Document | None:
    """The JSON in `text`, or None. Too deep or too long a number counts as no JSON."""
    shaved = shave(text)
    if not shaved:
        return None
    try:
        return Document(json.loads(shaved))
    except (ValueError, RecursionError):
        return None


def parse_json(reply: Reply) -> Document | None:
    """The reply's body as JSON. Under ``text/html`` or ``text/plain`` only an object or a list counts: plain words are not JSON."""
    if reply.cut or not reply.head:
        return None
    if is_stream(reply.media):
        return None
    document = parse(reply.head.decode("utf-8", "replace"))
    if document is None or is_json(reply.media):
        return document
    return document if isinstance(document.value, dict | list) else None


def is_json(media: str) -> bool:
    """``application/json``, ``application/problem+json`` and their like."""
    media = media.lower()
    return media.endswith(("/json", "+json")) or "graphql-response" in media


def is_stream(media: str) -> bool:
    """Media types whose body is a row of events or lines."""
    return media.lower() in {
        "text/event-stream",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/stream+json",
        "application/json-seq",
    }


def leaves(value: Json) -> Iterator[tuple[str, bool | int | float | str | None]]:
    """(JSON pointer, leaf) for every leaf and every key (a key's pointer is its own), at most `LEAVES`, at most `DEPTH` deep (RFC 6901)."""
    stack: list[tuple[str, Json, int]] = [("", value, 0)]
    count = 0
    while stack and count < LEAVES:
        pointer, node, depth = stack.pop()
        if isinstance(node, dict) and depth < DEPTH:
            for key, child in reversed(node.items()):
                stack.append((f"{pointer}/{_escaped(key)}", child, depth + 1))
            if any(len(key) > 24 for key in node):  # an id or a text used as a key
                yield from ((f"{pointer}/{_escaped(key)}", key) for key in node if len(key) > 24)
        elif isinstance(node, list) and depth < DEPTH:
            for index in range(len(node) - 1, -1, -1):
                stack.append((f"{pointer}/{index}", node[index], depth + 1))
        elif not isinstance(node, dict | list):
            count += 1
            yield pointer, node


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def keys(value: Json) -> tuple[str, ...]:
    """The shape of a JSON value: its own key names in order of the alphabet (a list: those of its first element)."""
    if isinstance(value, list):
        return keys(value[0]) if value else ()
    return tuple(sorted(value)) if isinstance(value, dict) else ()


def node_at(value: Json, steps: Sequence[str]) -> Json:
    """What stands at the steps (names of fields, numbers of entries) from the top, or None."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
