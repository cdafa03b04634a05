"""Joins what a stream sent in pieces: server-sent events, NDJSON and the line protocols of AI SDKs. Format-blind: pieces join by their pointer."""

from __future__ import annotations

import re

from wizard.probes.api.bodies import Json, is_stream, leaves, parse
from wizard.probes.api.lexicon import listed

_AI_LINE = re.compile(r"^[0-9a-z]:(?=[\"\[{0-9tfn])")
EVENTS = 5_000


def looks_streamed(media: str, text: str) -> bool:
    """Whether a body is a row of events: by media type, or plain text whose first line is an AI SDK line (``0:"Hel"``) or ``data:``."""
    if is_stream(media):
        return True
    if media and not media.startswith("text/plain") and media != "application/octet-stream":
        return False
    first = text.lstrip()[:64]
    return bool(_AI_LINE.match(first)) or first.startswith(("data:", "event:"))


def events(text: str) -> list[tuple[str, str]]:
    """(event name, data) of every event or line; a comment line is dropped, several data lines of one event are joined by a line feed."""
    found: list[tuple[str, str]] = []
    name, data = "", []
    for line in text.splitlines()[: EVENTS * 4]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith((":", "id:", "retry:")):
            continue
        elif not line.strip():
            if data:
                found.append((name, "\n".join(data)))
            name, data = "", []
        elif _AI_LINE.match(line):
            found.append(("error" if line[0] == "3" else "", line[2:]))
        else:
            found.append((name, line))
    if data:
        found.append((name, "\n".join(data)))
    return found[:EVENTS]


def joined(media: str, text: str) -> dict[str, str]:
    """Pointer -> the text that all events together put there ("" for plain pieces). Empty for a body that is no stream."""
    if not looks_streamed(media, text):
        return {}
    pieces: dict[str, list[str]] = {}
    for _name, data in events(text):
        for pointer, piece in _pieces(data):
            pieces.setdefault(pointer, []).append(piece)
    return {pointer: "".join(parts) for pointer, parts in pieces.items()}


def answer(text: str) -> str:
    """The words of a stream's answer: all text but the plumbing (types, ids, roles), error events left out."""
    pieces: dict[str, list[str]] = {}
    for name, data in events(text):
        if data.strip().lower() in listed("stream", "ends") or is_error(name, data):
            continue
        for pointer, piece in _pieces(data):
            if pointer.rpartition("/")[2].lower() not in listed("stream", "plumbing"):
                pieces.setdefault(pointer, []).append(piece)
    return "\n".join("".join(parts) for parts in pieces.values()).strip()


def _pieces(data: str) -> list[tuple[str, str]]:
    """The texts of one event by pointer. A bare number is a piece of plain text, for words may be cut anywhere."""
    document = parse(data)
    if document is None or not isinstance(document.value, dict | list | str):
        return [("", data)]
    return [
        (pointer, str(leaf))
        for pointer, leaf in leaves(document.value)
        if isinstance(leaf, str | int | float) and not isinstance(leaf, bool)
    ]


def errors(text: str) -> list[Json]:
    """What the stream's error events hold: parsed JSON, or the bare text."""
    found: list[Json] = []
    for name, data in events(text):
        if is_error(name, data):
            document = parse(data)
            found.append(document.value if document else data)
    return found


def is_error(name: str, data: str) -> bool:
    """An event named *error*, or JSON of type *error* or with an ``error`` that is not null."""
    if name.lower() == "error":
        return True
    document = parse(data)
    if document is None or not isinstance(document.value, dict):
        return False
    return document.value.get("type") == "error" or bool(document.value.get("error"))
