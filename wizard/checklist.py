"""Reads a checklist: every item, check, question, red flag and sentence, from TOML to typed objects; errors name file and line.

`load` gives the one that ships; `validate` tells all that is wrong with an edited or a new one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from wizard.model import Basis, Decide, Finding, Outcome, RedFlag, Severity, Slots, Trouble
from wizard.words import data, fill

DEFAULT = "coach-chatbot"
RED_FLAGS = ("unknown-secrets", "tools-with-write-access", "mixed-tenants", "unexplained-auth", "fragile-deploys")
REASONS = ("too-many-fails", "flag-raised", "item-fails", "item-unknown", "flag-open", "all-pass")
OUTCOMES = tuple(outcome.value for outcome in Outcome)
_PATH = re.compile(r"`\$([^`]*)`$")
_FIELD = re.compile(r"field `([^`]+)`")
_Shape = TypeVar("_Shape")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a checklist file: unknown keys are errors."""


class Words(_Table, frozen=True, kw_only=True):
    """One sentence, the next step and the fix. Plain text; the fix may end with a block to paste."""

    text: str = ""
    next: str = ""
    fix: str = ""


class Check(_Table, frozen=True, kw_only=True):
    """One check of an item. `required`: binding always, only if a finding of it exists, or never. `basis`: the least a pass needs."""

    title: str
    required: Literal["always", "if-reported", "no"] = "no"
    basis: Basis = Basis.OBSERVED
    severity: Severity = Severity.MEDIUM
    fix: str = ""
    next: str = ""
    say: dict[str, str | Words] = {}


class Choice(_Table, frozen=True, kw_only=True):
    """One answer to pick."""

    value: str
    label: str


class Question(_Table, frozen=True, kw_only=True):
    """A question to a person. `means` maps an answer to an outcome; `needs` are extra fields; `max_age_days` bounds the date given.

    `proves`: checks whose handed-over fails a row with the key's fingerprint mends, given files.
    """

    id: str
    ask: str
    help: str = ""
    who: str = ""
    message: str = ""
    kind: Literal["yes-no", "choice", "text", "table"] = "yes-no"
    means: dict[str, Outcome] = {}
    needs: list[Literal["date", "minutes", "files", "note"]] = []
    max_age_days: int = 0
    columns: list[str] = []
    choices: list[Choice] = []
    show: list[str] = []
    proves: list[str] = []


class Item(_Table, frozen=True, kw_only=True):
    """One item: its words, its checks and its questions. `row`: 1 to 10 on the scorecard, 0 beyond it."""

    id: str
    row: int = 0
    title: str
    what: str
    pass_: str = msgspec.field(name="pass")
    why: str
    breaks: str
    fix: str
    tested: str
    limits: str
    recheck: str = ""
    observable: bool = True
    summary: dict[str, str]
    checks: dict[str, Check]
    questions: list[Question] = []


class Raise(_Table, frozen=True, kw_only=True):
    """An answer that raises a red flag, unless a check passes."""

    question: str
    values: list[str]
    unless_pass: str = ""


class Flag(_Table, frozen=True, kw_only=True):
    """A red flag and what raises it.

    `questions`: "don't know" to one raises it; all answered, it is established. `tags`: a finding so tagged raises it unless `excused_by` is answered yes. `seen_by`: a pass or fail of one of these checks establishes it.
    """

    title: str
    why: str
    next: str
    say: dict[str, str]
    questions: list[str] = []
    raises: list[Raise] = []
    tags: list[str] = []
    excused_by: str = ""
    seen_by: list[str] = []


class Diy(_Table, frozen=True, kw_only=True):
    """A fix that a founder can do alone; it is shown when one of `items` fails."""

    id: str
    title: str
    text: str
    items: list[str]


class Verdicts(_Table, frozen=True, kw_only=True):
    """The words of one of the four verdicts."""

    title: str
    text: str
    next: str


class Index(_Table, frozen=True, kw_only=True):
    """``checklist.toml``: order, red flags, decision, fixes."""

    schema: int
    id: str
    title: str
    items: list[str]
    max_scorecard_fails: int
    red_flags: dict[str, Flag]
    decision: dict[str, Verdicts]
    reasons: dict[str, str]
    takeover: str
    diy: list[Diy]


class Chapter(_Table, frozen=True, kw_only=True):
    """A chapter of the boundaries interview. `also`: questions that live with an item and are asked here, too."""

    title: str
    intro: str = ""
    also: list[str] = []


class _Interview(_Table, frozen=True, kw_only=True):
    order: list[str] = []
    chapters: dict[str, Chapter] = {}
    questions: list[Question] = []


class Checklist(msgspec.Struct, frozen=True):
    """The whole checklist."""

    index: Index
    items: tuple[Item, ...]
    common: dict[str, Words]
    interview: tuple[Question, ...] = ()
    chapters: dict[str, Chapter] = {}

    @property
    def order(self) -> tuple[str, ...]:
        """Item ids in the order in which they are shown."""
        return tuple(item.id for item in self.items)

    def item(self, id_: str) -> Item:
        """The item of this id; KeyError if there is none."""
        for item in self.items:
            if item.id == id_:
                return item
        raise KeyError(id_)

    def check(self, finding_id: str) -> Check | None:
        """The check behind a finding id, or None."""
        item, _, name = finding_id.partition(".")
        return next((i.checks.get(name) for i in self.items if i.id == item), None)

    def questions(self) -> dict[str, Question]:
        """Every question by id: those of the items, then those of the boundaries interview."""
        of_items = {q.id: q for item in self.items for q in item.questions}
        return of_items | {q.id: q for q in self.interview}

    def chapter(self, name: str) -> tuple[Question, ...]:
        """The questions of a chapter of the interview, its own first, then those that live with an item."""
        known = self.questions()
        own = [q for q in self.interview if q.id.split(".")[1] == name]
        return (*own, *(known[id_] for id_ in self.chapters[name].also if id_ in known))

    def words(self, finding: Finding) -> Words:
        """The sentence, next step and fix of a finding, gaps filled. KeyError when nobody wrote the sentence."""
        check = self.check(finding.id)
        if check is None:
            raise KeyError(finding.id)
        key = finding.say or finding.outcome.value
        said = self._sentence(check, key, finding.id)
        slots = {"where": finding.where, **dict(finding.slots)}
        item = self.item(finding.item)
        fix = said.fix or check.fix or item.fix if finding.outcome is Outcome.FAIL else said.fix
        then = said.next or (check.next if finding.outcome is Outcome.UNKNOWN else "")
        if not then and finding.outcome is Outcome.FAIL:
            then = item.recheck
        return Words(text=fill(said.text, slots), next=fill(then, slots), fix=fill(fix, slots))

    def _sentence(self, check: Check, key: str, where: str) -> Words:
        found = self.common[key[8:]] if key.startswith("reasons.") else check.say.get(key)
        if found is None and key.startswith("told-"):
            found = self.common.get(key)
        if found is None:
            msg = f"{where}: no sentence for {key!r}"
            raise KeyError(msg)
        return Words(text=found) if isinstance(found, str) else found

    def flag_words(self, flag: RedFlag) -> str:
        """Why a red flag is raised, or that it is not, or that nobody looked."""
        return fill(self.index.red_flags[flag.id].say[flag.say], dict(flag.slots))

    def reason(self, key: str, slots: Slots) -> str:
        """A reason of the decision, gaps filled."""
        return fill(self.index.reasons[key], dict(slots))


def load(folder: Path | None = None) -> Checklist:
    """The checklist in `folder` (default: the one that ships). Trouble (exit 2) with file and line when it is broken."""
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> Checklist:
    return _load(data(f"checklists/{DEFAULT}"))


def _load(folder: Path) -> Checklist:
    index = _read(folder / "checklist.toml", Index)
    items = tuple(_read(folder / f"{name}.toml", Item) for name in index.items)
    common = _read(folder / "reasons.toml", dict[str, Words])
    boundaries = folder / "boundaries.toml"
    interview = _read(boundaries, _Interview) if boundaries.is_file() else _Interview()
    for name in interview.order:
        if name not in interview.chapters:
            raise _trouble(boundaries, name, "checklist.no-chapter", expected=", ".join(interview.chapters))
    for question in interview.questions:
        parts = question.id.split(".")
        if len(parts) != 3 or parts[1] not in interview.order:
            raise _trouble(boundaries, question.id, "checklist.wrong-question", expected=", ".join(interview.order))
    chapters = {name: interview.chapters[name] for name in interview.order}
    return Checklist(index=index, items=items, common=common, interview=tuple(interview.questions), chapters=chapters)


def validate(folder: Path) -> list[Trouble]:
    """All that is wrong with the checklist in `folder`, each with file and line; empty when it is sound."""
    try:
        checklist = load(folder)
    except Trouble as trouble:
        return [trouble]
    return list(_cross(folder, checklist))


def _cross(folder: Path, checklist: Checklist) -> Iterator[Trouble]:
    questions = checklist.questions()
    for item, name in zip(checklist.items, checklist.index.items, strict=True):
        file = folder / f"{name}.toml"
        if item.id != name:
            yield _trouble(file, "id", "checklist.wrong-id", expected=name)
        for outcome in OUTCOMES:
            if outcome not in item.summary:
                yield _trouble(file, "summary", "checklist.no-summary", expected=outcome)
        for question in item.questions:
            for wanted in (question.id, *question.proves):
                if wanted.partition(".")[0] != item.id or wanted.partition(".")[2] not in item.checks:
                    yield _trouble(file, wanted, "checklist.no-such-check", expected=", ".join(item.checks))
    yield from _unsaid(folder / "checklist.toml", checklist.index)
    for flag in checklist.index.red_flags.values():
        for wanted in [*flag.questions, *(r.question for r in flag.raises)]:
            if wanted not in questions:
                yield _trouble(folder / "checklist.toml", wanted, "checklist.no-such-question")
    for verdict in Decide:
        if verdict.value not in checklist.index.decision:
            yield _trouble(folder / "checklist.toml", verdict.value, "checklist.no-verdict")


def _unsaid(file: Path, index: Index) -> Iterator[Trouble]:
    """The flags and the sentences of the decision that the judge will ask for and that nobody wrote."""
    for name in RED_FLAGS:
        if name not in index.red_flags:
            yield _trouble(file, name, "checklist.no-flag")
    for name, flag in index.red_flags.items():
        wanted = {"clear": True, "not-established": True, "seen": flag.tags, "told": flag.raises}
        for key in [key for key, asked in (wanted | {"dont-know": flag.questions}).items() if asked]:
            if key not in flag.say:
                yield _trouble(file, name, "checklist.no-sentence", sentence=key)
    for key in REASONS:
        if key not in index.reasons:
            yield _trouble(file, "reasons", "checklist.no-sentence", sentence=key)


def _read(path: Path, shape: type[_Shape]) -> _Shape:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Trouble("checklist.no-file", file=path, why=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise Trouble("checklist.not-text", file=path) from error
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Trouble("checklist.not-toml", file=path, why=error) from error
    except msgspec.ValidationError as error:
        message = str(error)
        place = _PATH.search(message)
        field = _FIELD.search(message)
        keys = [part for part in re.split(r"[.\[\]]+", place[1] if place else "") if part and part != "..."]
        raise _trouble(
            path, field[1] if field else (keys[-1] if keys else ""), "checklist.wrong-shape", why=message
        ) from error


def _trouble(path: Path, key: str, words: str, **slots: str) -> Trouble:
    """The trouble with the line on which `key` first stands in the file (1 when it is not there at all)."""
    return Trouble(words, code=2, file=path, line=_line(path, key), key=key, **slots)


def _line(path: Path, key: str) -> int:
    pattern = re.compile(
        rf"""^\s*\[*\s*(?:[\w."-]*\.)?["']?{re.escape(key)}["']?\s*(?:=|\]|$)|=\s*["']{re.escape(key)}["']"""
    )
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if key and pattern.search(line):
            return number
    return 1
