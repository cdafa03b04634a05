"""A fixed layered layout: zones as columns from left to right, arrows in the gutters between them. Units are points before scaling.

Arrows run in right angles: out of the source, along a track in the gutter, into the target. An arrow that skips a column goes over the top.
Arrows of one source share a track, so that a hub looks like a bus. No arrow crosses a box, no number covers another.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from wizard.report.boundaries.fit import wrap
from wizard.report.boundaries.graph import Edge, Graph, Node, Zone

WIDE, PAD, GAP = 108.0, 8.0, 9.0  # box width, frame padding, gap between boxes
LABEL, NOTE, TITLE = 12.2, 10.2, 10.2  # type sizes
LINE, PORT, TRACK, BADGE = 13.6, 16.0, 5.0, 6.8  # line height, port distance, track distance, badge radius
_COLUMN = {Zone.PEOPLE: 0, Zone.CLIENT: 1, Zone.EDGE: 2, Zone.PRODUCT: 3, Zone.DATA: 4, Zone.OUTSIDE: 4}


@dataclass(slots=True)
class Box:
    """A drawn node: its place and its lines of text."""

    node: Node
    column: int
    label: tuple[str, ...]
    note: tuple[str, ...]
    x: float = 0.0
    y: float = 0.0
    high: float = 0.0
    ports: dict[str, list[str]] = field(default_factory=lambda: {"left": [], "right": []})

    def port(self, side: str, key: str) -> float:
        """The height at which the line `key` meets this side."""
        keys = self.ports[side]
        return self.y + self.high * (keys.index(key) + 1) / (len(keys) + 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The border of a zone: x, y, width, height."""

    zone: Zone
    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge as a line of corners, with its number and where the number stands."""

    edge: Edge
    number: int
    corners: tuple[tuple[float, float], ...]
    badge: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn, and how large the sheet is."""

    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class _Way:
    """How an edge runs: sides it leaves and enters by, the gutters it uses (the first and the last), and whether it goes over the top."""

    edge: Edge
    number: int
    out: str
    into: str
    first: int
    last: int
    key: str

    @property
    def long(self) -> bool:
        return self.first != self.last


def lay_out(graph: Graph) -> Drawing:
    """The drawing of a graph. The same graph gives the same drawing."""
    boxes = _boxes(graph)
    ways = [_way(edge, number, boxes) for number, edge in enumerate(graph.edges, 1)]
    _ports(ways, boxes)
    lanes = {way.number: i for i, way in enumerate(w for w in ways if w.long)}
    top = PAD + len(lanes) * TRACK
    tracks, gutters = _gutters(ways, max((b.column for b in boxes.values()), default=0))
    _place(boxes, gutters, top)
    lefts = _lefts(boxes, gutters)
    arrows = tuple(_arrow(way, boxes, tracks, lefts, PAD / 2 + lanes.get(way.number, 0) * TRACK) for way in ways)
    frames = _frames(boxes)
    wide = max(f.x + f.wide for f in frames) + _tail(gutters, boxes)
    return Drawing(tuple(boxes.values()), frames, arrows, wide, max(f.y + f.high for f in frames) + PAD)


def _boxes(graph: Graph) -> dict[str, Box]:
    used = sorted({_COLUMN[node.zone] for node in graph.nodes})
    boxes = {}
    for node in graph.nodes:
        label = wrap(node.label, WIDE - 8, LABEL, 2)
        note = wrap(node.note, WIDE - 8, NOTE, 2)
        boxes[node.id] = Box(node, used.index(_COLUMN[node.zone]), label, note)
    return boxes


def _way(edge: Edge, number: int, boxes: dict[str, Box]) -> _Way:
    start, end = boxes[edge.source].column, boxes[edge.target].column
    if end > start:
        return _Way(edge, number, "right", "left", start, end - 1, f"out {edge.source}")
    if end < start:
        return _Way(edge, number, "left", "right", start - 1, end, f"out {edge.source}")
    return _Way(edge, number, "right", "right", start, start, f"out {edge.source}")


def _ports(ways: list[_Way], boxes: dict[str, Box]) -> None:
    """Where lines meet boxes: one way out a side, one way in for each arrow; sets the boxes' heights."""
    for way in ways:
        out = boxes[way.edge.source].ports[way.out]
        if way.key not in out:
            out.append(way.key)
        boxes[way.edge.target].ports[way.into].append(f"in {way.number}")
    for box in boxes.values():
        text = len(box.label) * LINE + len(box.note) * (LINE - 2) + 10
        most = max(len(ports) for ports in box.ports.values())
        box.high = max(text, (most + 1) * PORT)


def _gutters(ways: list[_Way], last: int) -> tuple[dict[tuple[int, str], float], list[float]]:
    """Track offsets by (gutter, line), from the gutter's left, and each gutter's width. The gutter right of the last column counts too."""
    keys: dict[int, list[str]] = defaultdict(list)
    right: set[int] = set()
    for way in ways:
        for gutter, key in ((way.first, way.key), (way.last, f"in {way.number}" if way.long else way.key)):
            if key not in keys[gutter]:
                keys[gutter].append(key)
        if way.into == "right":
            right.add(way.last)
    tracks: dict[tuple[int, str], float] = {}
    wide: list[float] = []
    for gutter in range(last + 1):
        start = PAD + (2 * BADGE + 4 if gutter in right else 2)
        for i, key in enumerate(keys[gutter]):
            tracks[gutter, key] = start + i * TRACK
        wide.append(start + len(keys[gutter]) * TRACK + 2 * BADGE + 6 + PAD)
    return tracks, wide


def _lefts(boxes: dict[str, Box], gutters: list[float]) -> list[float]:
    """The x of every column's left edge."""
    lefts, x = [], PAD
    for column in range(max(b.column for b in boxes.values()) + 1):
        lefts.append(x)
        x += WIDE + gutters[column]
    return lefts


def _place(boxes: dict[str, Box], gutters: list[float], top: float) -> None:
    """Stack each column's boxes, each zone with room for its frame and title, columns centred on the tallest."""
    lefts = _lefts(boxes, gutters)
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in boxes.values():
        columns[box.column].append(box)
    heights = {}
    for column, stack in columns.items():
        y, zone = 0.0, None
        for box in stack:
            if box.node.zone is not zone:
                y += PAD + TITLE + 5 + (PAD + GAP if zone else 0)
                zone = box.node.zone
            box.x, box.y = lefts[column], y
            y += box.high + GAP
        heights[column] = y - GAP + PAD
    tallest = max(heights.values())
    for column, stack in columns.items():
        for box in stack:
            box.y += top + (tallest - heights[column]) / 2


def _arrow(
    way: _Way, boxes: dict[str, Box], tracks: dict[tuple[int, str], float], lefts: list[float], lane: float
) -> Arrow:
    source, target = boxes[way.edge.source], boxes[way.edge.target]
    start = source.x + (WIDE if way.out == "right" else 0.0), source.port(way.out, way.key)
    end = target.x + (WIDE if way.into == "right" else 0.0), target.port(way.into, f"in {way.number}")
    first = lefts[way.first] + WIDE + tracks[way.first, way.key]
    corners = [start, (first, start[1])]
    last = first
    if way.long:
        last = lefts[way.last] + WIDE + tracks[way.last, f"in {way.number}"]
        corners += [(first, lane), (last, lane)]
    corners += [(last, end[1]), end]
    badge = end[0] + (BADGE + 6 if way.into == "right" else -BADGE - 6), end[1]
    return Arrow(way.edge, way.number, tuple(corners), badge)


def _frames(boxes: dict[str, Box]) -> tuple[Frame, ...]:
    zones: dict[Zone, list[Box]] = defaultdict(list)
    for box in boxes.values():
        zones[box.node.zone].append(box)
    found = []
    for zone, inside in zones.items():
        y = min(b.y for b in inside) - TITLE - 5
        high = max(b.y + b.high for b in inside) + PAD - 2 - y
        found.append(Frame(zone, inside[0].x - PAD + 2, y, WIDE + 2 * PAD - 4, high))
    return tuple(found)


def _tail(gutters: list[float], boxes: dict[str, Box]) -> float:
    """Room right of the last column, needed only where lines run there."""
    last = max(b.column for b in boxes.values())
    return gutters[last] if any(b.column == last and b.ports["right"] for b in boxes.values()) else PAD
