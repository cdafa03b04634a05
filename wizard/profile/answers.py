"""Answers that stand in the profile: who says so, when, and the files behind it by their SHA-256."""

from __future__ import annotations

import datetime
import difflib
import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from wizard.model import Answer, FileRef
from wizard.profile.lines import Key
from wizard.profile.notice import Notice
from wizard.profile.shape import AnswerTable, ProfileFile
from wizard.profile.source import Source
from wizard.profile.values import file_of

_TABLE = frozenset(AnswerTable.__struct_fields__)
_CHUNK = 1 << 20
_DEEPEST = 8
_PLAIN = frozenset({"yes", "no", "dont-know", "not-applicable"})


def flatten(source: Source) -> Source:
    """The same source with unquoted dotted ids (tables inside tables) joined, and dates with a time cut to the day."""
    found = source.data.get("answers")
    if not isinstance(found, dict):
        return source
    flat: dict[str, Any] = {}
    moved: dict[Key, str] = {}

    def walk(table: dict[str, Any], path: Key) -> None:
        for name, value in table.items():
            here = (*path, name)
            if isinstance(value, dict) and "." not in name and not _TABLE.intersection(value):
                walk(value, here)
                continue
            joined = ".".join(str(part) for part in here[1:])
            flat[joined] = _day(value) if isinstance(value, dict) else value
            moved[here] = joined

    walk(found, ("answers",))
    lines = dict(source.lines)
    for key, line in source.lines.items():
        cut = next((at for at in range(2, min(len(key), _DEEPEST) + 1) if key[:at] in moved), 0)
        if cut:
            lines[("answers", moved[key[:cut]], *key[cut:])] = line
    return replace(source, data=source.data | {"answers": flat}, lines=lines)


def _day(table: dict[str, Any]) -> dict[str, Any]:
    date = table.get("date")
    if isinstance(date, datetime.datetime):
        return table | {"date": date.date()}
    if isinstance(date, str):
        try:
            return table | {"date": datetime.date.fromisoformat(date.strip())}
        except ValueError:
            return table
    return table


def answers(source: Source, shape: ProfileFile) -> tuple[tuple[Answer, ...], tuple[Notice, ...]]:
    """Every answer with somebody behind it, and a notice for each without. Trouble for a file that is not there."""
    out: list[Answer] = []
    notices: list[Notice] = []
    for question, given in shape.answers.items():
        table = given if isinstance(given, AnswerTable) else AnswerTable(value=given)
        path: Key = ("answers", question)
        by = table.by.strip() or shape.business.assessor.strip()
        value = _plain(table.value) if isinstance(table.value, str) else _rows(source, table.value, path)
        files = tuple(_file(source, name, (*path, "files", at)) for at, name in enumerate(table.files))
        if not value:
            raise source.trouble("bad-answer", path)
        if not by:
            notices.append(Notice("answer-nobody", question=question))
            continue
        date = table.date.isoformat() if table.date else ""
        out.append(Answer(question, value, by, date, table.note, table.minutes, files))
    return tuple(out), tuple(notices)


def unasked(said: Iterable[Answer], known: Collection[str]) -> tuple[Notice, ...]:
    """A notice for each answer to a question that nobody asks, with the nearest one that somebody does. `known` are the question ids."""
    out = []
    for answer in said:
        if answer.question not in known:
            near = difflib.get_close_matches(answer.question, known, n=1, cutoff=0.5)
            key = "answer-unasked" if near else "answer-unasked-far"
            out.append(Notice(key, question=answer.question, nearest="".join(near)))
    return tuple(out)


def _plain(text: str) -> str:
    """One of the four plain answers however it is spelled, or the text as it is."""
    text = text.strip()
    word = re.sub(r"[^a-z]+", "-", text.lower().replace("'", "").replace("\u2019", "")).strip("-")
    word = {"n-a": "not-applicable", "na": "not-applicable"}.get(word, word)
    return word if word in _PLAIN else text


def _rows(source: Source, rows: list[dict[str, Any]], path: Key) -> list[dict[str, str]]:
    out = []
    for row in rows:
        if any(isinstance(value, dict | list) for value in row.values()):
            raise source.trouble("bad-answer", path)
        out.append({name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in row.items()})
    return out


def _file(source: Source, name: str, path: Key) -> FileRef:
    place = file_of(source, name, path)
    digest = hashlib.sha256()
    try:
        with place.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        raise source.trouble("not-a-file", path, path=name) from None
    return FileRef(name, digest.hexdigest())
