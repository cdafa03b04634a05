"""Symbols, words and tints of an outcome. Colour never carries it alone."""

from __future__ import annotations

import sys

from wizard.words import say

SYMBOLS = {"pass": "✓", "fail": "✗", "unknown": "?", "not-applicable": "–", "running": "…", "": "·"}
LETTERS = {"pass": "[ok]", "fail": "[X]", "unknown": "[?]", "not-applicable": "[-]", "running": "[~]", "": "[ ]"}
STYLE = {
    "pass": "bold #6cb6ff",
    "fail": "bold #ffb454",
    "unknown": "#d7d7af",
    "not-applicable": "#9aa5b1",
    "running": "italic #9aa5b1",
    "": "#9aa5b1",
}


class Signs:
    """The symbols that this terminal can show."""

    ascii = not (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    """Letters instead of symbols: the terminal cannot show them, or the person asked for it."""

    @classmethod
    def of(cls, outcome: str) -> str:
        """The symbol of an outcome, ``running`` or nothing yet."""
        return (LETTERS if cls.ascii else SYMBOLS)[outcome]

    @classmethod
    def labelled(cls, outcome: str) -> str:
        """Symbol and word."""
        return f"{cls.of(outcome)} {say(f'cli.outcome.{outcome}')}" if outcome in STYLE and outcome else cls.of(outcome)

    @classmethod
    def arrow(cls) -> str:
        """What stands before a thing to do."""
        return "->" if cls.ascii else "→"

    @classmethod
    def dot(cls) -> str:
        """What stands before a line of a list."""
        return "-" if cls.ascii else "•"
