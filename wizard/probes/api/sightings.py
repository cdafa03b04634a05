"""Looks for words that must not (or must) be in a reply, and says where each showed, masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wizard.net import Reply, Secret
from wizard.probes.api.lexicon import listed, squeeze
from wizard.probes.api.views import disguises, places, spoken

SHORTEST = 6
"""Shorter words would be met by chance in squeezed or decoded text: they count as whole words only, and short user ids under a person's name only."""


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
    wanted = [_Word("other", pair.secret) for pair in others]
    wanted += [_Word("canary", canary, disguises(canary.reveal()))] if canary else []
    wanted += [_Word("own", own.secret)] if own is not None else []
    said = [(text, tuple(spoken(text))) for text in sent]
    wanted = [word for word in wanted if word.plain and not any(word.shows(text, views) for text, views in said)]
    named = [word for word in persons if word and not any(_stands(word.reveal(), text) for text in sent)]
    hits: list[Hit] = []
    for place, pointer, text in places(reply) if wanted or named else ():
        views = tuple(spoken(text))
        for word in [word for word in wanted if word.shows(text, views)]:
            hits.append(Hit(word.whose, place, pointer, mask(word.secret.reveal())))
            wanted.remove(word)
        for person in [person for person in named if _names(person.reveal(), text, pointer if place == "json" else "")]:
            hits.append(Hit("person", place, pointer, mask(person.reveal())))
            named.remove(person)
    return tuple(hits)


@dataclass(frozen=True, slots=True)
class _Word:
    """A looked-for word and the squeezed forms in which it may stand."""

    whose: str
    secret: Secret
    forms: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        return squeeze(self.secret.reveal())

    def shows(self, text: str, views: tuple[str, ...]) -> bool:
        """Whether it stands in a text: in any view, or, too short for that, as a whole word."""
        if len(self.plain) < SHORTEST:
            return _stands(self.secret.reveal(), text)
        return any(form in view for form in self.forms or (self.plain,) for view in views)


def mask(word: str) -> str:
    """The first three characters of a word, the rest as dots."""
    return word[:3] + "…"


def _names(word: str, text: str, pointer: str = "") -> bool:
    """Whether `text` names this person. A short or numeric id only counts as a whole value called a person's: 7 is the id of many things."""
    if len(word) >= SHORTEST and not word.isdigit():
        return _stands(word, text)
    called = squeeze(pointer.rpartition("/")[2])
    is_id = called in listed("persons", "names") or called.endswith(tuple(listed("persons", "endings")))
    return is_id and text.strip().lower() == word.lower()


def _stands(word: str, text: str) -> bool:
    """Whether the word stands by itself in the text, in any case."""
    return re.search(rf"(?<![a-z0-9._-]){re.escape(word.lower())}(?![a-z0-9_-]|\.[a-z0-9])", text.lower()) is not None
