"""Loads ``words.toml``: the words by which replies are sorted. They are data that people may extend without reading code."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


def squeeze(text: str) -> str:
    """`text` in lower case with everything but ASCII letters and digits taken out, so that spacing or markup cannot hide a word."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def listed(table: str, name: str) -> frozenset[str]:
    """One list of ``words.toml``, lower case, for membership tests."""
    return frozenset(str(word).lower() for word in _tables()[table].get(name, []))


@cache
def codes(table: str) -> frozenset[str]:
    """The error codes of one table, squeezed (``NOT_FOUND`` and ``NotFound`` are one)."""
    return frozenset(squeeze(word) for word in _tables()[table]["codes"])


@cache
def statuses(table: str) -> frozenset[int]:
    """The numeric statuses that mean the same as this table's words."""
    return frozenset(int(number) for number in _tables()[table].get("statuses", []))


@cache
def _pattern(table: str) -> re.Pattern[str]:
    words = sorted(_tables()[table]["texts"], key=len, reverse=True)
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(re.escape(word) for word in words) + r")(?![a-z0-9])")


def speaks_of(table: str, text: str) -> bool:
    """Whether `text` holds one of the table's phrases as whole words, in any case."""
    return _pattern(table).search(text.lower()) is not None


@cache
def ordered(table: str, name: str) -> tuple[str, ...]:
    """One list of ``words.toml`` as it stands, in order."""
    return tuple(_tables()[table].get(name, []))
