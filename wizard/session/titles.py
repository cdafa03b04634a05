"""Short names of everything that a face lists by id."""

from __future__ import annotations

import re
import tomllib

from wizard.checklist import Checklist
from wizard.words import data


def titles(checklist: Checklist) -> dict[str, str]:
    """Id to title: items, red flags, verdicts."""
    index = checklist.index
    named = {item.id: item.title for item in checklist.items}
    flags = {name: flag.title for name, flag in index.red_flags.items()}
    return named | flags | {name: words.title for name, words in index.decision.items()}


def glossary(checklist: Checklist, text: str) -> list[tuple[str, str]]:
    """The special words that stand in `text`, with what they mean."""
    with data(f"checklists/{checklist.index.id}/glossary.toml").open("rb") as file:
        words: dict[str, str] = tomllib.load(file)["words"]
    found = []
    for word, meaning in words.items():
        forms = [form.strip() for form in re.split(r",| or ", word) if form.strip()]
        if any(re.search(rf"\b{re.escape(form)}s?\b", text, re.I) for form in forms):
            found.append((word, meaning))
    return found
