"""Short names of everything that a face lists by id."""

from __future__ import annotations

from wizard.checklist import Checklist


def titles(checklist: Checklist) -> dict[str, str]:
    """Id to title: items, red flags, verdicts."""
    index = checklist.index
    named = {item.id: item.title for item in checklist.items}
    flags = {name: flag.title for name, flag in index.red_flags.items()}
    return named | flags | {name: words.title for name, words in index.decision.items()}
