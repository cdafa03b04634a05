"""Finds where two accounts' own requests differ by an id, and puts another id there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.intake.codecs import within
from wizard.intake.leaves import leaves, put
from wizard.intake.noise import is_noise, name_of
from wizard.model import Slot
from wizard.net import Call

__all__ = ["Difference", "differences", "put", "same_route"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place with both accounts' values. `name` is what the place is called: a query name, a header, a field, the word before it in the path."""

    a: Slot
    b: Slot
    name: str = ""


def differences(a: Call, b: Call) -> tuple[Difference, ...]:
    """Every place that holds an id, in order of place. () when the two requests show none: then a person must say where it is."""
    ours, theirs = leaves(a), leaves(b)
    others = {(leaf.where, leaf.pointer): leaf for leaf in theirs}
    steps = urlsplit(a.url).path.split("/")
    same_length = len(steps) == len(urlsplit(b.url).path.split("/"))
    out: list[Difference] = []
    for mine in ours:
        other = others.get((mine.where, mine.pointer))
        if other is None or other.value == mine.value or is_noise(mine, other, ours):
            continue
        if mine.where == "path" and not same_length:
            continue
        name = steps[int(mine.pointer) - 1] if mine.where == "path" else name_of(mine)
        for codec, one, two in within(mine.value, other.value):
            if any(letter.isspace() for letter in one + two):  # text inside a wrapped value
                continue
            pair = (Slot(mine.where, mine.pointer, value, codec) for value in (one, two))
            out.append(Difference(next(pair), next(pair), name))
    return tuple(out)


def same_route(a: Call, b: Call) -> bool:
    """Whether two requests go to one host by one method on paths of equal shape."""
    ours, theirs = urlsplit(a.url), urlsplit(b.url)
    same_place = (a.method, ours.scheme, ours.netloc) == (b.method, theirs.scheme, theirs.netloc)
    return same_place and ours.path.count("/") == theirs.path.count("/")
