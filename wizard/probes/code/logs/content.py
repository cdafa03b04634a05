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
        own = is_a(key, "content") or (bare(key) in names("either") and _inside(key))
        if (own and is_prose(value)) or (bare(key) in names("either") and is_prose(value) and speaks(value)):
            return key, value
    return None


def _inside(key: str) -> bool:
    """``body.message``, ``messages.text``: below a key for chat text."""
    parent = key.rpartition(".")[0]
    return bool(parent) and (is_a(parent, "content") or bare(parent) in {"messages", "chat", "conversation"})


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


def speaks(text: str) -> bool:
    """A person says I, my or me, twice at least."""
    words = [word.strip(".,!?;:…\"'()").lower().replace("’", "'") for word in text[:4_000].split()]
    return sum(word in names("spoken") for word in words) >= 2
