"""Authentication-Results as mailboxes really write it (RFC 8601, plus Microsoft's form without an id and a trailing semicolon). Never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_HEADER = 16_384
_RESULT = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?=[\s;(]|\Z)", re.IGNORECASE | re.ASCII)
_PROPERTY = re.compile(r"([a-z]+\.[a-z0-9_.-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE | re.ASCII)
_METHODS = (
    "auth",
    "arc",
    "bimi",
    "compauth",
    "dkim",
    "dkim-adsp",
    "dkim-atps",
    "dmarc",
    "dnswl",
    "domainkeys",
    "iprev",
    "sender-id",
    "spf",
)


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result and its properties (``header.d``, ``smtp.mailfrom`` …), all lower case."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Who says it (`server`, "" in Microsoft's form) and what."""

    server: str
    results: tuple[Result, ...]


def read(value: str) -> Results:
    """The server id and results of one header value. Comments are dropped, unknown parts skipped, at most 16 KiB are read."""
    parts = _without_comments(value[:MAX_HEADER]).split(";")
    server = ""
    first = parts[0].split()
    if first and not _known(parts[0]):
        server = first[0].strip('"').lower().rstrip(".")
        parts = parts[1:]
    found = [r for r in (_result(part) for part in parts) if r is not None]
    return Results(server if re.fullmatch(r"[a-z0-9._-]+", server) else "", tuple(found[:50]))


def _known(part: str) -> bool:
    found = _RESULT.match(part)
    return found is not None and found[1].lower() in _METHODS


def _result(part: str) -> Result | None:
    found = _RESULT.match(part)
    if found is None:
        return None
    properties = tuple((m[1].lower(), m[2].strip('"').lower()) for m in _PROPERTY.finditer(part, found.end()))
    return Result(found[1].lower(), found[2].lower(), properties[:20])


def _without_comments(text: str) -> str:
    """`text` without its (nested) comments; an unclosed one swallows the rest. A quoted string keeps its brackets, not its semicolons."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = char != '"'
            kept.append("," if char == ";" else char)
        elif char == '"' and not depth:
            quoted = True
            kept.append(char)
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(char)
    return "".join(kept)
