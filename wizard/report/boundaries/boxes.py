"""The boundary diagram for a terminal: zones from top to bottom, boxes side by side, the arrows as numbered lines below."""

from __future__ import annotations

import unicodedata

from wizard.report.boundaries.graph import Graph, Node, Zone
from wizard.report.showable import showable
from wizard.words import say

LEAST = 24
_ROOM = 22  # most letters in a box, so that three stand side by side in 80 columns
_ASCII = dict(zip("┌┐└┘─│═▼→…–", "++++-|=v>~-", strict=True))


def drawn(graph: Graph, columns: int = 78, *, ascii_only: bool = False) -> str:
    """The diagram as lines of at most `columns` characters. Every box, every arrow and every trust boundary is in it."""
    columns = max(columns, LEAST)
    out: list[str] = []
    for zone in Zone:
        nodes = [node for node in graph.nodes if node.zone is zone]
        if not nodes:
            continue
        into = [str(n) for n, e in enumerate(graph.edges, 1) if graph.node(e.target).zone is zone]
        title = say(f"report.zones.{zone.value}")
        out.append(f"══ {title} ".ljust(columns, "═")[:columns])
        if into:
            out += _wrapped("▼ " + " ".join(into), columns)
        for row in _rows(nodes, columns):
            out += _row(row)
    out.append("")
    for number, edge in enumerate(graph.edges, 1):
        words = say(
            "report.diagram.line",
            number=number,
            source=graph.node(edge.source).label,
            target=graph.node(edge.target).label,
            identity=edge.identity,
            basis=say(f"report.basis.{edge.basis.value}"),
        )
        out += _wrapped(showable(words), columns)
    text = "\n".join(out) + "\n"
    return "".join(map(_plain, text)) if ascii_only else text


def _plain(char: str) -> str:
    """One ASCII character for any other, so that columns stay columns: the bare letter of an accented one, else a question mark."""
    if char.isascii():
        return char
    bare = unicodedata.normalize("NFKD", char)[0]
    return _ASCII.get(char) or (bare if bare.isascii() else "?")


def _text(node: Node, room: int) -> tuple[str, str]:
    return _cut(showable(node.label), room), _cut(showable(node.note), room)


def _cut(text: str, room: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= room else text[: room - 1] + "…"


def _rows(nodes: list[Node], columns: int) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = []
    used = columns
    for node in nodes:
        words = _text(node, min(_ROOM, columns - 4))
        wide = max(len(words[0]), len(words[1])) + 5
        if used + wide > columns + 1:
            rows.append([])
            used = 0
        rows[-1].append(words)
        used += wide
    return rows


def _row(row: list[tuple[str, str]]) -> list[str]:
    wides = [max(len(label), len(note)) for label, note in row]
    noted = any(note for _, note in row)
    lines = [
        " ".join("┌" + "─" * (w + 2) + "┐" for w in wides),
        " ".join(f"│ {label.ljust(w)} │" for (label, _), w in zip(row, wides, strict=True)),
    ]
    if noted:
        lines.append(" ".join(f"│ {note.ljust(w)} │" for (_, note), w in zip(row, wides, strict=True)))
    return [*lines, " ".join("└" + "─" * (w + 2) + "┘" for w in wides)]


def _wrapped(text: str, columns: int) -> list[str]:
    lines, line = [], ""
    for whole in text.split():
        word = whole
        while len(word) > columns - 4:
            lines.append(f"{line} {word[: columns - 5 - len(line)]}".strip() if line else word[: columns - 4])
            word, line = (word[columns - 5 - len(line) :] if line else word[columns - 4 :]), ""
        if line and len(line) + 1 + len(word) > columns:
            lines.append(line)
            line = "    " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines
