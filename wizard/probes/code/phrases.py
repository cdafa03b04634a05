"""What a kind of key is called, what it opens and how to change it, in a founder's words (from the checklist's data)."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from wizard.probes.code.secrets import kinds
from wizard.words import data, fill


@cache
def _table(name: str) -> dict[str, Any]:
    with data(f"checklists/coach-chatbot/{name}.toml").open("rb") as file:
        return tomllib.load(file)


def name(kind: str) -> str:
    """``Stripe live secret key``."""
    return str(_table("kinds")["name"][kind])


def risk(kind: str) -> str:
    """One sentence on what it opens."""
    return str(_table("kinds")["risk"][kinds()[kind].risk])


def rotate(kind: str) -> str:
    """The steps that change it; "" for one that is meant to be seen."""
    key = kinds()[kind].rotate
    return fill(str(_table("rotate")[key]["steps"]), {"name": name(kind)}) if key else ""
