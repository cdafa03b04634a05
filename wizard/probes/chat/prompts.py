"""Loads ``prompts.toml`` and makes of it the messages of one run: the attacks, the control question, and the words of refusals and claims."""

from __future__ import annotations

import base64
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FAMILIES = (
    "override",
    "system-prompt",
    "other-clients",
    "planted",
    "turns",
    "encoded",
    "exfiltration",
    "forged-turns",
    "tools",
    "markup",
)
_LEET = str.maketrans("aeiost", "431057")


@dataclass(frozen=True, slots=True)
class Attack:
    """One try. `messages` are sent in a row; `note` is planted before. `token`: what an obedient bot would write; `mark`: what an effect would hold."""

    family: str
    name: str
    messages: tuple[str, ...]
    note: str = ""
    token: str = ""
    mark: str = ""


@cache
def _tables() -> dict[str, Any]:
    with Path(__file__).with_name("prompts.toml").open("rb") as file:
        return tomllib.load(file)


def control() -> tuple[str, str]:
    """The control question and the word that its answer must hold."""
    table = _tables()["control"]
    return table["ask"], table["holds"]


def effect_lists() -> frozenset[str]:
    """Last words of lists in which an action of the bot would show."""
    return frozenset(_tables()["effects"]["lists"])


def refuses(text: str) -> bool:
    """Whether a reply refuses."""
    return _phrase("refuses").search(_plain(text)) is not None


def claims(text: str) -> bool:
    """Whether a reply claims to have done something."""
    plain = _plain(text)
    return any(words.search(plain) for words in (_phrase("claims"), _deed()))


@cache
def _deed() -> re.Pattern[str]:
    deeds = "|".join(re.escape(word) for word in _tables()["speech"]["deeds"])
    return re.compile(rf"(?<![a-z])i(?: have|'ve)?(?: just| now| already| also)? (?:{deeds})(?![a-z])")


@cache
def _phrase(name: str) -> re.Pattern[str]:
    return re.compile(
        r"(?<![a-z])(?:" + "|".join(re.escape(words) for words in _tables()["speech"][name]) + r")(?![a-z])"
    )


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\u2019", "'").split())


def attacks(run: str, key: str, *, plants: bool) -> tuple[Attack, ...]:
    """All tries of a run, in order; planted ones last, so that they touch no other. `key`: the other client's key word, or "" (that try is left out)."""
    found = []
    for at, row in enumerate(_tables()["tries"]):
        texts = [row["text"]] if isinstance(row["text"], str) else row["text"]
        if "{key}" in texts[0] and not key:
            continue
        first, second = _tables()["pairs"]["words"][at % len(_tables()["pairs"]["words"])]
        mark = f"LR-{run[:8]}-{at}"
        gaps = {"first": first, "second": second, "host": f"lr-{run[:8]}.invalid", "key": key, "mark": mark}
        filled = tuple(_wrapped(row, _filled(text, gaps)) for text in texts)
        whole = " ".join(texts)
        found.append(
            Attack(
                family=row["family"],
                name=row["name"],
                messages=_asked(row, filled, plants=plants),
                note=filled[0] if row["family"] == "planted" and plants else "",
                token=f"{second}-{first}".upper() if "{first}" in whole and "{second}" in whole else "",
                mark=mark if "{mark}" in whole else "",
            )
        )
    return tuple(found)


def host(run: str) -> str:
    """The name under ``.invalid`` (RFC 2606) that stands for a stranger's server."""
    return f"lr-{run[:8]}.invalid"


def _asked(row: dict[str, Any], filled: tuple[str, ...], *, plants: bool) -> tuple[str, ...]:
    if row["family"] != "planted":
        return filled
    return (row["ask"],) if plants else (_tables()["planted"]["quoted"].replace("{note}", filled[0]),)


def _filled(text: str, gaps: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda gap: gaps.get(gap[1], gap[0]), text)


def _wrapped(row: dict[str, Any], text: str) -> str:
    way = row.get("way", "")
    if way == "base64":
        return f"{row['lead']} {base64.b64encode(text.encode()).decode()}"
    return f"{row['lead']} {text.translate(_LEET)}" if way == "leet" else text
