"""What differs between two requests without being an id: times, nonces, the message itself, ids of single messages, counters."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from wizard.intake.codecs import parse_json
from wizard.intake.leaves import Leaf
from wizard.intake.request import is_analytics, is_credential, words_in

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} ")
_EPOCH = re.compile(r"1[5-9]\d{8}(?:\d{3}|\.\d+)?\Z|2\d{9}(?:\d{3})?\Z")


@cache
def _table() -> dict[str, Any]:
    with Path(__file__).with_name("slots.toml").open("rb") as file:
        return tomllib.load(file)


def name_of(leaf: Leaf) -> str:
    """What a place is called: the header, the field, the last named step of a JSON pointer; "" for a path part."""
    if leaf.where == "path":
        return ""
    steps = [step for step in leaf.pointer.split("/") if step and not step.isdigit()]
    return steps[-1] if leaf.where in ("json", "graphql") and steps else leaf.pointer.partition("#")[0]


def is_noise(mine: Leaf, theirs: Leaf, around: list[Leaf]) -> bool:
    """Whether two differing leaves are no ids. `around` is every leaf of the request that `mine` is of."""
    name = name_of(mine)
    if mine.where == "header" and (name in _table()["headers"] or is_credential(name, mine.value)):
        return True
    if mine.where == "cookie" and is_analytics(name):
        return True
    if not mine.value.strip() or not theirs.value.strip():
        return True
    if _is_time(name, mine.value, theirs.value) or _is_nonce(name):
        return True
    return _is_message(mine, theirs) or _of_one_message(mine, around)


def _is_time(name: str, *values: str) -> bool:
    if all(_ISO.match(value) or _HTTP_DATE.match(value) for value in values):
        return True
    words = words_in(name)
    names_time = not set(words).isdisjoint(_table()["time"]) and "id" not in words
    return names_time and all(_EPOCH.match(value) for value in values)


def _is_nonce(name: str) -> bool:
    words = words_in(name)
    pairs = {" ".join(two) for two in pairwise(words)}
    known = set(_table()["nonce"])
    return (
        name.lower() in _table()["short"]
        or not known.isdisjoint(words)
        or "".join(words) in known
        or not pairs.isdisjoint(_table()["nonce_pairs"])
    )


def _is_message(mine: Leaf, theirs: Leaf) -> bool:
    """Text that a person wrote: it has blanks, or the field is called so and its value looks like no id."""
    if all(parse_json(leaf.value) is not None for leaf in (mine, theirs)):
        return False
    if any(re.search(r"\s", leaf.value) for leaf in (mine, theirs)):
        return True
    called = words_in(name_of(mine))
    return bool(called) and called[-1] in _table()["message"]


def _of_one_message(mine: Leaf, around: list[Leaf]) -> bool:
    """An id of one message: inside a list of messages, or called ``id`` right beside the text."""
    if mine.where not in ("json", "graphql"):
        return False
    steps = mine.pointer.split("/")
    if any(step.lower() in _table()["lists"] and after.isdigit() for step, after in pairwise(steps)):
        return True
    if steps[-1].lower() not in _table()["own_id"]:
        return False
    beside = mine.pointer.rpartition("/")[0]
    return any(
        leaf.pointer.rpartition("/")[0] == beside
        and (called := words_in(name_of(leaf)))
        and called[-1] in _table()["message"]
        for leaf in around
        if leaf.where == mine.where
    )
