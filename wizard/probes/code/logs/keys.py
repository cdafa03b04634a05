"""Names of keys in log records, by what they mean (``keys.toml``)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def names(what: str) -> frozenset[str]:
    """The bare names of one kind of key: status, method, path, id, release, time, stack, content, number and so on."""
    with Path(__file__).with_name("keys.toml").open("rb") as file:
        table: dict[str, list[str]] = tomllib.load(file)
    return frozenset(table[what])


@cache
def bare(key: str) -> str:
    """``http.Status_Code`` -> ``statuscode``; the last part of the name without separators, lower case."""
    return re.sub(r"[_\-\s]", "", key.rpartition(".")[2]).lower()


@cache
def is_a(key: str, what: str) -> bool:
    """Whether `key` (dotted, any case) is of this kind, by its last part or by its last two."""
    known = names(what)
    parts = [re.sub(r"[_\-\s]", "", part).lower() for part in key.split(".")[-2:]]
    return parts[-1] in known or ".".join(parts) in known
