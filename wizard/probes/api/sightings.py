"""Looks for words that must not (or must) be in a reply, and says where each showed, masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wizard.net import Reply, Secret
from wizard.probes.api.lexicon import listed, squeeze
from wizard.probes.api.views import disguises, places, spoken

SHORTEST = 4
"""Squeezed words shorter than this would be met by chance and are not looked for."""
SHORTEST_NAME = 6
"""E-mails and user ids shorter than this are looked for as whole ids only."""


class Marked(Protocol):
    """A marker pair."""

    @property
    def secret(self) -> Secret:
        """The word that is never sent."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that showed. `whose`: own, other, canary or person; `place`: json, header, redirect, stream or body; `masked`: its first three letters."""

    whose: str
    place: str
    pointer: str = ""
    masked: str = ""


def sightings(
    reply: Reply,
    own: Marked | None,
    others: Iterable[Marked],
    canary: Secret | None,
    persons: Iterable[Secret],
    sent: frozenset[str],
) -> tuple[Hit, ...]:
    """Every looked-for word that the reply holds and the request did not, each once, at its most exact place."""
    wanted: list[tuple[str, Secret, tuple[str, ...]]] = []
    wanted += [("other", pair.secret, (squeeze(pair.secret.reveal()),)) for pair in others]
    if canary:
        wanted.append(("canary", canary, disguises(canary.reveal())))
    if own is not None:
        wanted.append(("own", own.secret, (squeeze(own.secret.reveal()),)))
    said = [view for text in sent for view in spoken(text)]
    wanted = [
        (whose, word, forms)
        for whose, word, forms in wanted
        if len(forms[0]) >= SHORTEST and not any(form in view for form in forms for view in said)
    ]
    named = [word for word in persons if word and not any(_names(word.reveal(), text) for text in sent)]
    if not wanted and not named:
        return ()
    hits: list[Hit] = []
    for place, pointer, text in places(reply):
        views = tuple(spoken(text))
        for entry in list(wanted):
            whose, word, forms = entry
            if any(form in view for form in forms for view in views):
                hits.append(Hit(whose, place, pointer, mask(word.reveal())))
                wanted.remove(entry)
        for word in list(named):
            if _names(word.reveal(), text, pointer if place == "json" else ""):
                hits.append(Hit("person", place, pointer, mask(word.reveal())))
                named.remove(word)
        if not wanted and not named:
            break
    return tuple(hits)


def mask(word: str) -> str:
    """The first three characters of a word, the rest as dots."""
    return word[:3] + "…"


def _names(word: str, text: str, pointer: str = "") -> bool:
    """Whether `text` names this person. A short or purely numeric id only counts as a whole value called an id: 7 stands in many texts."""
    if len(word) >= SHORTEST_NAME and not word.isdigit():
        return re.search(rf"(?<![a-z0-9._-]){re.escape(word.lower())}(?![a-z0-9_-])", text.lower()) is not None
    called = squeeze(pointer.rpartition("/")[2])
    is_id = called.endswith(("id", "uuid")) or called in listed("persons", "names")
    return is_id and text.strip().lower() == word.lower()
