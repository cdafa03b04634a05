"""Tables and sentences that follow from the interview: what a reviewer copies into a form, what a founder reads out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wizard.model import Basis
from wizard.report.boundaries.told import Chapter, Row, Told
from wizard.words import area, fill, say

_B = "boundaries."
MERGED = {
    _B + "data.kinds",
    _B + "data.retention",
    _B + "data.models",
    _B + "data.subprocessors",
    _B + "identity.roles",
}
"""Questions whose answers appear in a table of their own making instead of as they were given."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title, the words above its columns, its lines, and how we know."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    basis: Basis
    by: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One question with its answer in words, how we know, and who said it. `answer` is "" while nobody knows."""

    question: str
    ask: str
    answer: str
    basis: Basis
    by: str
    at: str
    who: str


def told_tables(chapter: Chapter, told: Told) -> tuple[Table, ...]:
    """Every table of the chapter as it was answered, those that are merged elsewhere left out."""
    found = []
    for question in chapter.questions:
        rows = told.rows(question.id)
        if question.id in MERGED or not rows:
            continue
        found.append(_as_told(question.id, tuple(question.columns), rows, told))
    return tuple(found)


def _as_told(question: str, columns: tuple[str, ...], rows: tuple[Row, ...], told: Told) -> Table:
    lines = tuple(tuple(row[column] for column in columns) for row in rows)
    answer = told.answer(question)
    return Table(_title(question), columns, lines, told.basis(question), answer.by if answer else "")


def _title(question: str) -> str:
    titles: dict[str, str] = area("report")["titles"]
    return titles.get(question.removeprefix(_B), question)


def statements(chapter: Chapter, told: Told) -> tuple[Statement, ...]:
    """Every question of the chapter that is not a filled table, answered or not."""
    found = []
    for question in chapter.questions:
        if told.rows(question.id):
            continue
        answer = told.answer(question.id)
        given = told.answers.get(question.id)
        words = "" if answer is None else _in_words(told, question.id)
        by, at = (answer.by, answer.at[:10]) if answer else (given.by if given else "", "")
        found.append(Statement(question.id, question.ask, words, told.basis(question.id), by, at, question.who))
    return tuple(found)


def _in_words(told: Told, question: str) -> str:
    answer = told.answer(question)
    label = told.label(question)
    common: dict[str, str] = area("report")["answers"]
    text = common.get(label, label)
    if answer is not None and answer.minutes is not None:
        text = fill(common["with-minutes"], {"answer": text, "minutes": f"{answer.minutes:g}"})
    return f"{text} {answer.note}".strip() if answer is not None else text


def data_table(told: Told) -> Table:
    """Kinds of data with how private, where kept, how long, how deleted."""
    kept = {row["data"].lower(): row for row in told.rows(_B + "data.retention")}
    rows = []
    for row in told.rows(_B + "data.kinds"):
        more = kept.pop(row["data"].lower(), None) or {}
        rows.append(
            (
                row["data"],
                row["sensitivity"],
                row["kept in"],
                *(more.get(c, "") for c in ("kept for", "deleted how", "within")),
            )
        )
    rows += [(row["data"], "", "", row["kept for"], row["deleted how"], row["within"]) for row in kept.values()]
    columns = ("data", "sensitivity", "kept in", "kept for", "deleted how", "within")
    return Table(
        say("report.titles.data-table"), columns, tuple(rows), told.basis(_B + "data.kinds"), _by(told, "data.kinds")
    )


def subprocessors(told: Told) -> Table:
    """Every other company with client data: purpose, data, region, training or terms. Model providers first."""
    rows = []
    for row in told.rows(_B + "data.models"):
        use = say("report.boundaries.training", answer=row["trained on"] or say("report.diagram.not-told"))
        kept = say("report.boundaries.kept", time=row["kept for"]) if row["kept for"] else ""
        rows.append(
            (row["provider"], row["model"], row["data sent"], row["region"], " ".join(p for p in (use, kept) if p))
        )
    models = {row[0].lower() for row in rows}
    for row in told.rows(_B + "data.subprocessors"):
        if row["name"].lower() not in models:
            rows.append((row["name"], row["purpose"], row["data"], row["region"], row["terms"]))
    columns = ("name", "purpose", "data", "region", "terms")
    basis = told.basis(_B + "data.subprocessors")
    basis = basis if basis is not Basis.NONE else told.basis(_B + "data.models")
    return Table(say("report.titles.subprocessors"), columns, tuple(rows), basis, _by(told, "data.subprocessors"))


def access_matrix(told: Told) -> Table:
    """Role by data: what each may do, and whether only with its own records. An empty cell is no access."""
    rows = told.rows(_B + "identity.roles")
    kinds = list(dict.fromkeys(row["data"] for row in rows if row["data"]))[:8]
    roles = list(dict.fromkeys(row["role"] for row in rows if row["role"]))
    lines = []
    for role in roles:
        cells = []
        for kind in kinds:
            mine = [_right(row) for row in rows if row["role"] == role and row["data"] == kind]
            cells.append("; ".join(m for m in mine if m) or "–")
        lines.append((role, *cells))
    title = say("report.titles.matrix")
    return Table(title, ("role", *kinds), tuple(lines), told.basis(_B + "identity.roles"), _by(told, "identity.roles"))


def _right(row: Row) -> str:
    return f"{row['right']} ({row['reach']})" if row["reach"] else row["right"]


def auth_flow(told: Told) -> tuple[str, ...]:
    """How sign-in works, in eight sentences that a founder can read out. What nobody knows is said in its place."""
    words: dict[str, dict[str, str]] = area("report")["flow"]
    return tuple(_sentence(words[name], _B + "identity." + name.split("_")[0], told) for name in words)


def _sentence(words: dict[str, str], question: str, told: Told) -> str:
    value = told.value(question)
    rows = told.rows(question)
    if value == "not-applicable":
        return words.get(value, words["unknown"])
    if not told.known(question) or (not rows and not value):
        return words["unknown"]
    if value in words:
        return words[value]
    parts = [part for part in dict.fromkeys(_part(words.get("row", ""), row) for row in rows) if part]
    if rows and not parts:
        return words.get("none", words["unknown"])
    return fill(words["told"], {"value": value.rstrip(" ."), "rows": joined(parts)})


def _part(pattern: str, row: Row) -> str:
    """One line of a table as part of a sentence; "" when a gap of it would stay empty."""
    slots: dict[str, str] = {column.replace(" ", "-"): cell for column, cell in row.items()}
    gaps = [name for name in slots if f"{{{name}}}" in pattern]
    return fill(pattern, slots) if pattern and all(slots[name] for name in gaps) else ""


def joined(parts: list[str]) -> str:
    """The parts in a row, as in: a, b and c. With semicolons where a part has a comma, a colon or an "and" of its own."""
    if len(parts) < 2:
        return "".join(parts)
    joint = " " + say("report.join.and", first="", last="").strip() + " "
    if any("," in part or ":" in part or joint in part for part in parts):
        return "; ".join(parts)
    return say("report.join.and", first=", ".join(parts[:-1]), last=parts[-1])


def _by(told: Told, name: str) -> str:
    answer = told.answer(_B + name)
    return answer.by if answer else ""


def plain(table: Table) -> dict[str, Any]:
    """The table for a template."""
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "basis": table.basis.value,
        "by": table.by,
    }
