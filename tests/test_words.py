"""Every word a founder reads: there, complete, short, plain."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyphen
import pytest

from wizard import words
from wizard.checklist import Words, load, validate

TOP = Path(__file__).resolve().parents[1]
LISTS = TOP / "checklists" / "coach-chatbot"
GRADE, LONGEST = 8.0, 25
SYLLABLES = pyphen.Pyphen(lang="en_US")
_CODE = re.compile(r"^( {2,}|\t).*$|`[^`]*`|\{[a-z_-]+\}|https?://\S+|\S*[@/_=<>\\*]\S*|\S+\.\S+|--\S+", re.M)
_NAMES = re.compile(r"\b[A-Z]{2,}s?\b|\b[A-Za-z]+-[A-Za-z-]+\b")


def prose(text: str) -> str:
    """The sentences of a text: no code, commands, hosts, placeholders."""
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    return _CODE.sub("", text)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    found = re.split(r"[.!?:;]+(?=\s|$)|\n+", prose(text))
    return [words for part in found if (words := re.findall(r"[A-Za-z][A-Za-z']*", part))]


def grade(text: str) -> float:
    """Flesch-Kincaid grade level; 0 for a text of fewer than 12 words, which has no grade worth the name."""
    parts = sentences(text)
    flat = [word for part in parts for word in part]
    if len(flat) < 12:
        return 0.0
    syllables = sum(len(SYLLABLES.positions(word.lower())) + 1 for word in flat)
    return 0.39 * len(flat) / len(parts) + 11.8 * syllables / len(flat) - 15.59


def blocks(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a table, with where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from blocks(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from blocks(inner, f"{path}[{at}]")


FILES = sorted([*LISTS.glob("*.toml"), *(TOP / "templates" / "words" / "en").glob("*.toml")])


def test_the_measure_itself() -> None:
    plain = "You open the page. You see the list. One row shows what to do next. Then you do it."
    heavy = "The organizational authentication misconfiguration necessitates comprehensive architectural remediation of the authorization of every integration."
    assert grade(plain) < 4 < 20 < grade(heavy)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_plain_english(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    long = [(where, " ".join(s)) for where, text in blocks(table) for s in sentences(text) if len(s) > LONGEST]
    assert not long
    whole = ".\n".join(text for _, text in blocks(table) if " " in text)
    assert grade(whole) <= GRADE
    hard = {where: round(grade(text), 1) for where, text in blocks(table) if grade(text) > GRADE + 4}
    assert not hard


def test_the_shipped_checklist_is_sound() -> None:
    assert validate(LISTS) == []


def test_every_item_has_all_its_words() -> None:
    for item in load().items:
        for name in ("title", "what", "pass_", "why", "breaks", "fix", "tested", "limits"):
            assert getattr(item, name).strip(), (item.id, name)
        assert len(item.title) <= 32, item.title
        assert "Stub" not in item.what
        for name, check in item.checks.items():
            assert check.title.strip(), (item.id, name)


def test_every_fail_has_a_fix_and_every_unknown_a_next_step() -> None:
    lists = load()
    lacking = []
    for item in lists.items:
        for name, check in item.checks.items():
            for key, said in check.say.items():
                told = Words(text=said) if isinstance(said, str) else said
                if key.startswith("fail") and not (told.fix or check.fix or item.fix):
                    lacking.append((item.id, name, key))
                if key.startswith(("unknown", "review")) and not (told.next or check.next):
                    lacking.append((item.id, name, key))
    assert not lacking


def literals() -> Iterator[tuple[str, str]]:
    """Keys that the code names in ``say(...)``, ``lines(...)`` and ``Trouble(...)``."""
    for path in sorted((TOP / "wizard").rglob("*.py")):
        if "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"say", "lines", "Trouble"} and isinstance(node.args[0].value, str):
                    yield str(path.relative_to(TOP)), node.args[0].value


def test_every_key_in_the_code_has_its_words() -> None:
    missing = []
    for where, key in literals():
        if "." not in key:
            continue
        try:
            words._find(key)
        except (KeyError, FileNotFoundError):
            missing.append((where, key))
    assert not missing


def test_every_area_reads_as_strings() -> None:
    for path in (TOP / "templates" / "words" / "en").glob("*.toml"):
        assert all(isinstance(text, str) for _, text in blocks(tomllib.loads(path.read_text(encoding="utf-8"))))
