"""Mail services by the names that they use in DNS: selectors to try, and which service a CNAME or an MX points to (``selectors.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

MAX_GUESSES = 80
FIRST = 24
"""So many are tried at once; the rest only when none of these, and none that is named, holds a sound key."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mail service. `ends` and `mx` are domain ends; `spf` is the name to include, "" when the service has none of one's own."""

    name: str
    selectors: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    spf: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: tuple[Provider, ...]


@cache
def _file() -> _File:
    path = Path(__file__).parent.parent / "selectors.toml"
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)


@cache
def guesses() -> tuple[str, ...]:
    """Selector names to try, each once, likely ones first, at most 80."""
    names = [name for provider in _file().provider for name in provider.selectors]
    return tuple(dict.fromkeys(names))[:MAX_GUESSES]


def by_end(name: str) -> Provider | None:
    """The service that a selector's CNAME leads to, or None."""
    return next((p for p in _file().provider for end in p.ends if _under(name, end)), None)


def by_mx(host: str) -> Provider | None:
    """The service that an MX host belongs to, or None."""
    return next((p for p in _file().provider for end in p.mx if _under(host, end)), None)


def _under(name: str, end: str) -> bool:
    low = name.lower().rstrip(".")
    return low == end or low.endswith("." + end)
