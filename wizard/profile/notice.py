"""Something the person should know that stops nothing."""

from __future__ import annotations

from wizard.profile.source import shown
from wizard.words import say


class Notice:
    """A warning: `key` names it under ``profile.warnings``; `str` gives the sentence."""

    __slots__ = ("key", "slots")

    def __init__(self, key: str, **slots: object) -> None:
        self.key = key
        self.slots = {name: shown(value) for name, value in slots.items()}

    def __str__(self) -> str:
        return say(f"profile.warnings.{self.key}", **self.slots)

    def __repr__(self) -> str:
        return f"Notice({self.key!r}, {self.slots!r})"
