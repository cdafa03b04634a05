"""Writes a profile: plain tables to TOML text, and back to tables for an edit. The standard library reads TOML but writes none."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
Tables = dict[str, Any]


def write(*, business: str, product: str = "", site: str = "", assessor: str = "", role: str = "founder") -> str:
    """The text of a new profile of which only names and the address are known."""
    named = {"name": business, "product": product, "assessor": assessor, "role": role}
    tables: Tables = {"schema": 1, "business": {k: v for k, v in named.items() if v}}
    if site:
        tables["site"] = {"url": site}
    return render(tables)


def tables(text: str) -> Tables:
    """The tables of a profile's text, for an edit; comments are lost."""
    return tomllib.loads(text)


def render(tables: Mapping[str, Any]) -> str:
    """The text of these tables: plain keys first, then each table; what is empty is left out."""
    return "\n".join(_table((), tables)).strip() + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    if path and plain:
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _table((*path, key), value)


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return _text(str(value))


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
