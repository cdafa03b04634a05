"""The document's own words: every key that the code asks for is there, nothing is left over, and a founder can read it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from tests.report import samples
from wizard.model import Answer
from wizard.report.boundaries import Told
from wizard.report.boundaries.tables import auth_flow
from wizard.report.reviewer import replies
from wizard.words import area, data, root, say

CODE = "\n".join(p.read_text("utf-8") for p in sorted((root() / "wizard/report").rglob("*.py")))
PAGES = "\n".join(p.read_text("utf-8") for p in sorted(data("templates/report").glob("*.html")))


def flat(words: Any, path: str = "") -> dict[str, str]:
    if isinstance(words, dict):
        return {k: v for key, inner in words.items() for k, v in flat(inner, f"{path}.{key}" if path else key).items()}
    return {path: words} if isinstance(words, str) else {}


WORDS = flat(area("report"))


def test_every_key_that_the_code_asks_for_is_there() -> None:
    for key in set(re.findall(r'say\(\s*"(report\.[a-z0-9.-]+)"', CODE)):
        assert say(key)
    for kind in re.findall(r'is_like\([^)]*?"([a-z]+)"\)', CODE):
        assert area("report")["match"][kind]


def test_no_word_is_left_over() -> None:
    """A key counts as used when its last part, or the table it stands in, is named in code or page."""
    tables = {
        "titles",
        "decision.many",
        "flow",
        "proof.accounts",
        "proof.markers",
        "proof.kinds",
        "proof.must",
        "answers",
        "owned",
        "trouble",
        "zones",
        "strip",
        "strip-notes",
    }
    by_value = {
        "marks",
        "outcomes",
        "basis",
        "severity",
        "reasons",
        "roles",
        "consent",
        "compare",
        "flags",
        "open",
        "proof",
    }
    unused = []
    for key in WORDS:
        table, _, last = key.rpartition(".")
        if any(key.startswith(f"{name}.") for name in tables) or table in by_value:
            continue
        if not re.search(rf'[."]{re.escape(last)}\b', CODE + PAGES):
            unused.append(key)
    assert unused == []


@pytest.mark.parametrize("file", ["words/en/report", "sprint", "glossary", "reviewer", "boundaries"])
def test_sentences_are_short(file: str) -> None:
    path = f"templates/{file}.toml" if "/" in file else f"checklists/coach-chatbot/{file}.toml"
    found = tomllib.loads(data(path).read_text("utf-8"))
    for text in re.findall(r'"((?:[^"\\]|\\.)*)"', data(path).read_text("utf-8")):
        for sentence in re.split(r"(?<=[.?!:])\s+", text):
            assert len(sentence.split()) <= 25, sentence
    assert found


def test_no_word_of_selling() -> None:
    text = (CODE + PAGES + " ".join(WORDS.values())).lower()
    for word in ("guarantee", "best in class", "world-class", "compliant with"):
        assert word not in text


def told_not_applicable() -> Any:
    one = samples.bare()
    names = [q.id for q in samples.checklist().interview]
    answers = tuple(Answer(name, "not-applicable", "Ada", "2026-11-20", note="We have none.") for name in names)
    return replace(one, evidence=replace(one.evidence, answers=answers))


def test_what_does_not_apply_is_said_so() -> None:
    one = told_not_applicable()
    flow = auth_flow(Told(one, samples.checklist()))
    assert len(flow) == 8
    assert "No other service sends events to the product." in flow
    assert not any("not-applicable" in sentence or "not known" in sentence for sentence in flow)
    found = replies(one, samples.judged(one, []), samples.checklist())
    refresh = next(r for r in found if r.id == "access.refresh")
    assert refresh.answer == "This does not apply to the product. We have none."
    assert not any("not-applicable" in r.answer for r in found)
