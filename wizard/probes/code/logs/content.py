"""Whether a record holds what a client said: prose under a key for chat text, or a person speaking under the log's own message key."""

from __future__ import annotations

import re

from wizard.probes.code.logs.keys import bare, is_a, names
from wizard.probes.code.logs.records import Record

LEAST_LETTERS = 40
LEAST_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[.,!?;:…]*")


def find(record: Record) -> tuple[str, str] | None:
    """(key, text) of the first chat text in a keyed record, or None. The text is for comparing, never for showing."""
    for key, value in record.fields:
        if len(value) <= LEAST_LETTERS:
            continue
        if is_prose(value) and (is_a(key, "content") or speaks(value, _least(key))):
            return key, value
    return None


def _least(key: str) -> int:
    """How often somebody must say I, my or me for the text under this key to be a person's: no number is enough under any other key."""
    if _inside(key):
        return 1
    return 2 if bare(key) in names("either") or is_a(key, "loose") else 1_000_000


def _inside(key: str) -> bool:
    """``body.message``, ``messages.text``: below a key for chat text."""
    parent = key.rpartition(".")[0]
    return (
        bool(parent)
        and (bare(key) in names("either") or is_a(key, "loose"))
        and (is_a(parent, "content") or is_a(parent, "loose") or bare(parent) == "messages")
    )


def is_prose(text: str) -> bool:
    """More than forty letters in words of a language: hardly a sign, digit or path among them."""
    tokens = text[:4_000].split()
    words = [token for token in tokens if _WORD.fullmatch(token.strip("\"'()«»“”"))]
    small = [word for word in words if word[:1].islower()]
    letters = sum(char.isalpha() for word in words for char in word)
    return (
        letters > LEAST_LETTERS
        and len(words) >= LEAST_WORDS
        and len(words) >= 0.85 * len(tokens)
        and len(small) >= 0.6 * len(words)
    )


def speaks(text: str, least: int) -> bool:
    """A person says I, my or me at least so often."""
    words = [word.strip(".,!?;:…\"'()").lower().replace("’", "'") for word in text[:4_000].split()]
    return sum(word in names("spoken") for word in words) >= least
