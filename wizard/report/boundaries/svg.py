"""The boundary diagram as SVG for the page: black on white, line styles instead of colours, numbers instead of words on the arrows."""

from __future__ import annotations

import base64
from xml.sax.saxutils import escape

from wizard.model import Basis
from wizard.report.boundaries.graph import Graph, Zone
from wizard.report.boundaries.layout import BADGE, LABEL, LINE, NOTE, TITLE, WIDE, Arrow, Box, Frame, lay_out
from wizard.report.showable import showable
from wizard.words import say

DASH = {Basis.OBSERVED: "", Basis.EVIDENCED: "6 3", Basis.ATTESTED: "1.5 2.5", Basis.NONE: "1 5"}
"""How a line is drawn by what it rests on: solid seen, dashed handed over, dotted told, sparse dots nobody knows."""
_INK, _SOFT = "#16202b", "#5b6773"
_FONT = "Document Sans, sans-serif"


def picture(graph: Graph) -> tuple[str, float, float]:
    """The SVG text and its width and height in points."""
    drawing = lay_out(graph)
    parts = [_frame(frame) for frame in drawing.frames]
    parts += [_line(arrow) for arrow in drawing.arrows]
    parts += [_box(box) for box in drawing.boxes]
    parts += [_badge(arrow) for arrow in drawing.arrows]
    size = f'width="{drawing.wide:.1f}" height="{drawing.high:.1f}" viewBox="0 0 {drawing.wide:.1f} {drawing.high:.1f}"'
    body = "\n".join(parts)
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONT}" fill="{_INK}">\n{body}\n</svg>\n'
    return text, drawing.wide, drawing.high


def address(svg: str) -> str:
    """The picture as a ``data:`` address for an <img>."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def alternative(graph: Graph) -> str:
    """The diagram in words: who reaches what, with which identity."""
    links = "; ".join(
        say(
            "report.diagram.alt-link",
            number=number,
            source=graph.node(edge.source).label,
            target=graph.node(edge.target).label,
            identity=edge.identity,
        )
        for number, edge in enumerate(graph.edges, 1)
    )
    return showable(say("report.diagram.alt", count=len(graph.nodes), links=links))


def _frame(frame: Frame) -> str:
    title = showable(say(f"report.zones.{frame.zone.value}"))
    dash = "" if frame.zone in (Zone.PRODUCT, Zone.DATA) else ' stroke-dasharray="4 3"'
    return (
        f'<rect x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.wide:.1f}" height="{frame.high:.1f}" rx="5" '
        f'fill="#f4f6f8" stroke="{_SOFT}" stroke-width="0.9"{dash}/>'
        f'<text x="{frame.x + 7:.1f}" y="{frame.y + TITLE + 1:.1f}" font-size="{TITLE}" fill="{_SOFT}">{escape(title)}</text>'
    )


def _box(box: Box) -> str:
    lines = [(text, LABEL, "600", _INK) for text in box.label] + [(text, NOTE, "400", _SOFT) for text in box.note]
    heights = [LINE if size == LABEL else LINE - 2 for _, size, _, _ in lines]
    y = box.y + (box.high - sum(heights)) / 2 - 2.5
    parts = [
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{WIDE}" height="{box.high:.1f}" rx="3" fill="#ffffff" '
        f'stroke="{_INK}" stroke-width="1.1"/>'
    ]
    for (text, size, weight, ink), high in zip(lines, heights, strict=True):
        y += high
        parts.append(
            f'<text x="{box.x + WIDE / 2:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{ink}" '
            f'text-anchor="middle">{escape(showable(text))}</text>'
        )
    return "".join(parts)


def _line(arrow: Arrow) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in arrow.corners)
    dash = f' stroke-dasharray="{DASH[arrow.edge.basis]}"' if DASH[arrow.edge.basis] else ""
    x, y = arrow.corners[-1]
    back = 5.0 if arrow.corners[-2][0] > x else -5.0
    head = f"{x:.1f},{y:.1f} {x + back:.1f},{y - 2.8:.1f} {x + back:.1f},{y + 2.8:.1f}"
    return (
        f'<polyline points="{points}" fill="none" stroke="{_INK}" stroke-width="1"{dash}/>'
        f'<polygon points="{head}" fill="{_INK}"/>'
    )


def _badge(arrow: Arrow) -> str:
    x, y = arrow.badge
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{BADGE}" fill="#ffffff" stroke="{_INK}" stroke-width="0.9"/>'
        f'<text x="{x:.1f}" y="{y + 3.1:.1f}" font-size="9" font-weight="600" text-anchor="middle">{arrow.number}</text>'
    )
