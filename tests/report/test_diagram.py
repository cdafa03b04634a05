"""The boundary diagram: what is drawn, that nothing covers anything, on the page and in the terminal."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.report import samples
from wizard.model import Basis
from wizard.report.boundaries import Edge, Graph, Node, Told, Zone, derive
from wizard.report.boundaries.boxes import drawn
from wizard.report.boundaries.fit import width, wrap
from wizard.report.boundaries.graph import MOST_NODES
from wizard.report.boundaries.layout import BADGE, LABEL, NOTE, WIDE, Drawing, lay_out
from wizard.report.boundaries.svg import DASH, alternative, picture


def made(count: int) -> Graph:
    """A product of `count` boxes: a chain to the API, and everything else hanging on it in every direction."""
    base = [
        Node("clients", "Clients", Zone.PEOPLE),
        Node("browser", "Browser", Zone.CLIENT),
        Node("edge", "Cloudflare", Zone.EDGE),
        Node("api", "API", Zone.PRODUCT, "Fly.io, Frankfurt"),
    ]
    edges = [
        Edge("clients", "browser", "password", Basis.ATTESTED),
        Edge("browser", "edge", "session", Basis.OBSERVED),
        Edge("edge", "api", "passes it on", Basis.EVIDENCED),
    ]
    zones = itertools.cycle([Zone.DATA, Zone.OUTSIDE, Zone.OUTSIDE, Zone.PEOPLE, Zone.PRODUCT, Zone.CLIENT])
    for number in range(4, count):
        zone = next(zones)
        node = Node(f"n{number}", f"A rather long name of thing {number}", zone, "somewhere far away in the world")
        base.append(node)
        if zone in (Zone.PEOPLE, Zone.CLIENT):
            edges.append(
                Edge(
                    node.id,
                    "api" if number % 2 else "browser" if zone is Zone.PEOPLE else "api",
                    "token",
                    Basis.ATTESTED,
                )
            )
        else:
            edges.append(Edge("api", node.id, f"key {number}", Basis.NONE))
        if zone is Zone.OUTSIDE and number % 3 == 0:
            edges.append(Edge(node.id, "api", "signature", Basis.OBSERVED))
    nodes = sorted(base, key=lambda n: list(Zone).index(n.zone))
    return Graph(tuple(nodes), tuple(edges))


def rectangles(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    return [(b.x, b.y, b.x + WIDE, b.y + b.high) for b in drawing.boxes]


def overlap(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


@pytest.mark.parametrize("count", [4, 9, 16, 25])
def test_nothing_covers_anything(count: int) -> None:
    drawing = lay_out(made(count))
    assert len(drawing.boxes) == count
    boxes = rectangles(drawing)
    badges = [(x - BADGE, y - BADGE, x + BADGE, y + BADGE) for x, y in (a.badge for a in drawing.arrows)]
    frames = [(f.x, f.y, f.x + f.wide, f.y + f.high) for f in drawing.frames]
    for name, group in (("boxes", boxes), ("badges", badges), ("frames", frames)):
        hits = [pair for pair in itertools.combinations(group, 2) if overlap(*pair)]
        assert not hits, name
    assert not [1 for box in boxes for badge in badges if overlap(box, badge)]
    for arrow in drawing.arrows:
        for (x1, y1), (x2, y2) in itertools.pairwise(arrow.corners):
            assert x1 == x2 or y1 == y2, "lines run in right angles"
            line = (min(x1, x2) + 0.1, min(y1, y2) - 0.05, max(x1, x2) - 0.1, max(y1, y2) + 0.05)
            assert not [box for box in boxes if x1 != x2 and overlap(line, box)]
            upright = (x1 - 0.05, min(y1, y2), x1 + 0.05, max(y1, y2))
            assert not [box for box in boxes if x1 == x2 and overlap(upright, box)]
    for x1, y1, x2, y2 in [*boxes, *badges, *frames]:
        assert min(x1, y1) >= 0
        assert x2 <= drawing.wide
        assert y2 <= drawing.high


@pytest.mark.parametrize("count", [4, 9, 16, 25])
def test_tracks_of_different_sources_never_lie_on_each_other(count: int) -> None:
    drawing = lay_out(made(count))
    uprights = []
    for arrow in drawing.arrows:
        for (x1, y1), (x2, y2) in itertools.pairwise(arrow.corners):
            if x1 == x2 and y1 != y2:
                uprights.append((arrow.edge.source, x1, min(y1, y2), max(y1, y2)))
    for one, two in itertools.combinations(uprights, 2):
        assert one[0] == two[0] or one[1] != two[1] or one[3] <= two[2] or two[3] <= one[2]


@pytest.mark.parametrize("count", [4, 9, 16, 25])
def test_the_picture_reads_as_svg_and_is_grey_and_words_fit(count: int) -> None:
    graph = made(count)
    svg, wide, high = picture(graph)
    root = ET.fromstring(svg)
    inks = {
        value
        for e in root.iter()
        for key, value in e.attrib.items()
        if key in ("fill", "stroke") and value.startswith("#")
    }
    for ink in inks:
        red, green, blue = (int(ink[i : i + 2], 16) for i in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) <= 30, "differences are in line and word, never in colour"
    words = [e for e in root.iter() if e.tag.endswith("text")]
    assert sum(e.text.isdigit() for e in words) == len(graph.edges)
    scale = 538 / max(wide, 538)
    assert LABEL * scale >= 7, "labels stay readable on paper"
    assert high < wide * 1.2
    for box in lay_out(graph).boxes:
        assert all(width(line, LABEL) <= WIDE for line in box.label)
        assert all(width(line, NOTE) <= WIDE for line in box.note)


def test_real_letters_are_no_wider_than_thought() -> None:
    """The estimate against the shipped font, or words would leave their boxes."""
    from fontTools.ttLib import TTFont

    from wizard.words import data

    font = TTFont(data("templates/report/fonts/SourceSans3-Semibold.ttf.woff2"))
    cmap, units = font.getBestCmap(), font["head"].unitsPerEm
    for text in (
        "Main database",
        "Supabase, Frankfurt",
        "WWW MMM @@",
        "Nightly report script",
        "ALL CAPS LABEL",
        "illicit fjord",
        "0123456789",
        "Ünïcödé Größe",
    ):
        real = sum(font["hmtx"][cmap[ord(c)]][0] for c in text) / units
        assert width(text, 1.0) >= real * 0.98, text


def test_every_basis_has_its_own_line() -> None:
    assert len({DASH[basis] for basis in Basis}) == len(Basis)


def test_same_graph_same_bytes_and_words_for_those_who_cannot_see() -> None:
    assert picture(made(16)) == picture(made(16))
    words = alternative(made(4))
    assert "2. Browser to Cloudflare with session" in words
    assert "4 boxes" in words


@pytest.mark.parametrize("count", [4, 9, 16, 25])
@pytest.mark.parametrize("columns", [40, 60, 78])
@pytest.mark.parametrize("plain", [False, True])
def test_the_terminal_shows_every_box_and_arrow_in_its_width(count: int, columns: int, plain: bool) -> None:
    graph = made(count)
    text = drawn(graph, columns, ascii_only=plain)
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    assert text.count("+-" if plain else "┌") >= count
    for number in range(1, len(graph.edges) + 1):
        assert any(line.startswith(f"{number}. ") for line in lines)
    assert text.isascii() or not plain
    for line in lines:
        if line.startswith("│"):
            assert line.endswith("│")


def test_derived_from_the_interview() -> None:
    one = samples.assessment()
    graph = derive(one, samples.judged(one), Told(one, samples.checklist()))
    zones = {n.label: n.zone for n in graph.nodes}
    assert zones["Clients"] is Zone.PEOPLE
    assert zones["Nightly report script"] is Zone.CLIENT
    assert zones["Cloudflare"] is Zone.EDGE
    assert zones["API"] is Zone.PRODUCT
    assert zones["Vector store"] is Zone.DATA
    assert zones["OpenAI"] is Zone.OUTSIDE
    edges = {(e.source, e.target): e for e in graph.edges}
    assert edges["api", "openai"].identity == "key OPENAI_API_KEY"
    assert edges["api", "main database"].identity == "key DATABASE_URL"
    assert edges["stripe", "api"].identity == "signature"
    assert edges["browser", "cloudflare"].basis is Basis.OBSERVED
    assert edges["contractor", "main database"].basis is Basis.ATTESTED
    assert ("api", "supabase") not in edges, "a company that is drawn as a store is not drawn twice"


def test_nothing_told_still_gives_a_picture() -> None:
    one = samples.bare()
    graph = derive(one, samples.judged(one, []), Told(one, samples.checklist()))
    assert [n.label for n in graph.nodes] == ["Clients", "Browser", "Website"]
    assert picture(graph)[0]


def test_more_than_a_page_holds_is_counted_in_one_box() -> None:
    one = samples.assessment()
    many = [{"name": f"Company {i}", "purpose": "x", "data": "y", "region": "EU", "terms": "z"} for i in range(60)]
    answers = [replace(a, value=many) if a.question.endswith("subprocessors") else a for a in one.evidence.answers]
    one = replace(one, evidence=replace(one.evidence, answers=tuple(answers)))
    graph = derive(one, samples.judged(one), Told(one, samples.checklist()))
    assert len(graph.nodes) == MOST_NODES
    assert graph.nodes[-1].label.endswith("more (see the tables)")


def test_odd_answers_break_nothing() -> None:
    for value in ("a text", 7, None, [], ["x"], [{"group": None}], [{1: 2}], {"a": "b"}, "dont-know"):
        one = samples.assessment()
        answers = tuple(replace(a, value=value) for a in one.evidence.answers)
        one = replace(one, evidence=replace(one.evidence, answers=answers))
        graph = derive(one, samples.judged(one), Told(one, samples.checklist()))
        assert graph.nodes
        assert drawn(graph)


def test_wrapping() -> None:
    assert wrap("Main database", 200, 10, 2) == ("Main database",)
    assert wrap("one two three", 45, 10, 3) == ("one two", "three")
    assert wrap("W" * 100, 60, 10, 2)[-1].endswith("…")
    assert wrap("", 60, 10, 2) == ()
