"""Which published lists an item touches: ids by edition, from ``checklists/standards.toml``. A quiet pointer, never a claim of compliance."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from wizard.words import data

LISTS = ("api", "llm", "llm26", "asvs", "cwe", "mvsp", "cis")


@cache
def table() -> dict[str, Any]:
    """The file as it stands: ``editions`` (name, title, year) and ``items`` (list -> ids)."""
    with data("checklists/standards.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def of_item(item: str) -> tuple[str, ...]:
    """All ids of an item in the order of the lists, each with its edition in it; () for an item that no list knows."""
    found = table()["items"].get(item, {})
    return tuple(str(name) for kind in LISTS for name in found.get(kind, ()))
