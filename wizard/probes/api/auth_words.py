"""Loads ``auth_words.toml``: words that people may extend without reading code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    with Path(__file__).with_name("auth_words.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def known(table: str, name: str) -> frozenset[str]:
    """One list, for membership tests."""
    return frozenset(_tables()[table][name])
