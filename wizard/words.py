"""Finds the words and data files that people read: ``checklists/`` and ``templates/``, in a checkout or in an installed wheel."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGE = "en"
_GAP = re.compile(r"\{([a-z][a-z0-9_-]*)\}")


@cache
def root() -> Path:
    """The folder that holds ``checklists`` and ``templates``: the checkout's top, or the installed package's data."""
    here = Path(__file__).resolve().parent
    packed = here / "_data"
    return packed if packed.is_dir() else here.parent


def data(path: str) -> Path:
    """The path of a data file such as ``checklists/coach-chatbot/auth.toml``."""
    return root() / path


def fill(text: str, slots: dict[str, str]) -> str:
    """`text` with every ``{name}`` that `slots` knows replaced; an unknown gap stays visible. Values are never read as templates."""
    return _GAP.sub(lambda gap: slots.get(gap[1], gap[0]), text)


@cache
def area(name: str) -> dict[str, Any]:
    """All words of one area, as ``templates/words/<language>/<name>.toml`` has them."""
    with data(f"templates/words/{LANGUAGE}/{name}.toml").open("rb") as file:
        return tomllib.load(file)


def lines(key: str) -> list[str]:
    """A list of words, such as the lines of a help page."""
    found = _find(key)
    if not isinstance(found, list):
        raise KeyError(key)
    return [str(line) for line in found]


def say(key: str, /, **slots: object) -> str:
    """The words at ``area.key`` (deeper tables by more dots) with their gaps filled; KeyError for a key that nobody wrote."""
    found = _find(key)
    if not isinstance(found, str):
        raise KeyError(key)
    return fill(found, {name: str(value) for name, value in slots.items()})


def _find(key: str) -> Any:
    name, *rest = key.split(".")
    found: Any = area(name)
    if isinstance(found, dict) and ".".join(rest) in found:
        return found[".".join(rest)]
    for part in rest:
        if not isinstance(found, dict) or part not in found:
            raise KeyError(key)
        found = found[part]
    return found
