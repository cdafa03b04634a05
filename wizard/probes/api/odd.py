"""Loads ``odd.toml``: odd texts, fields and ids to send, and the words of an inner error that no client should read."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

SUM = "1337"
"""What a template engine makes of the marks in `texts`."""


@cache
def _tables() -> dict[str, Any]:
    with Path(__file__).with_name("odd.toml").open("rb") as file:
        return tomllib.load(file)


def texts(check: str) -> tuple[tuple[str, str], ...]:
    """(name, text) of one check."""
    return tuple((name, text) for name, text in _tables()["texts"][check])


def extra_fields() -> dict[str, str | bool | int]:
    """Fields that a client must not set."""
    return dict(_tables()["extra"])


def profile_words() -> frozenset[str]:
    """Last words of a route that shows who is signed in."""
    return frozenset(_tables()["profile"]["words"])


def odd_ids() -> tuple[str, ...]:
    """Ids that no product makes."""
    return tuple(_tables()["ids"]["odd"])


def odd_queries() -> tuple[tuple[str, str], ...]:
    """(name, value) of query fields that make no sense."""
    return tuple((name, value) for name, value in _tables()["ids"]["queries"])


@cache
def leak_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(kind, pattern) of the words of an inner error."""
    return tuple(
        (kind, re.compile(pattern, re.IGNORECASE))
        for kind, patterns in _tables()["leaks"].items()
        for pattern in patterns
    )
