"""What a run may have left in the product: every write that went out, whatever came back, a line for each route.

An answer is no proof: an app may store an order and answer 404. So the door's own log decides what is named, not what a probe made of an answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wizard.intake import routes as intake
from wizard.model import Route
from wizard.net import Fault, Sent
from wizard.probe import Target
from wizard.probes.api.auth_routes import BROKEN, EMPTY, TEXT
from wizard.probes.api.evidence import shown

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EMPTY_MOST = max(len(body) for body in (BROKEN, TEXT, EMPTY))
CLEAR = frozenset({400, 401, 403, 405, 411, 415, 422})
"""Statuses that, to a body without content, are refusals beyond doubt; 404 and 5xx are not."""


@dataclass(slots=True)
class _Place:
    """All that went to one route."""

    actors: dict[str, None] = field(default_factory=dict)
    marks: dict[str, None] = field(default_factory=dict)
    sent: int = 0
    taken: int = 0
    moved: int = 0
    refused: int = 0
    broke: int = 0
    unanswered: int = 0
    bare: bool = True
    first: float = 0.0
    last: float = 0.0

    def add(self, one: Sent) -> None:
        """Count one request."""
        actor = one.actor.rpartition(":")[2] if one.actor.startswith("forged:") else one.actor.partition(":")[0]
        self.actors[actor] = None
        if one.mark:
            self.marks[one.mark] = None
        self.sent += 1
        kind = one.status // 100 if one.fault is Fault.NONE or one.status else 0
        self.taken += kind == 2
        self.moved += kind == 3
        self.refused += kind == 4
        self.broke += kind == 5
        self.unanswered += kind not in {2, 3, 4, 5}
        self.bare = self.bare and one.body <= EMPTY_MOST and one.status in CLEAR
        self.first = self.first or one.at
        self.last = one.at


def left_behind(log: Iterable[Sent], target: Target) -> tuple[str, ...]:
    """Lines such as ``POST /orders as a: 3 sent, 1 taken, 2 refused: LR test 4f2a…``, then one that names all routes which only refused empty bodies."""
    known = tuple(_known(target))
    places: dict[str, _Place] = {}
    for one in log:
        if one.left and _writes(one, target.run_id):
            places.setdefault(_named(one, known, target.base_url), _Place()).add(one)
    bare = [name for name, place in places.items() if place.bare]
    lines = [_line(name, place, target.run_id) for name, place in places.items() if not place.bare]
    return (*lines, f"refused without content: {', '.join(bare)}") if bare else tuple(lines)


def _writes(one: Sent, run_id: str) -> bool:
    """No reading method; or a reading one whose address carries the run's own word, as a chat does that is asked by GET."""
    if one.actor.startswith("provider:") or one.reads:
        return False
    return one.method not in SAFE or (bool(run_id) and one.mark == run_id)


def _known(target: Target) -> Iterator[Route]:
    chat = target.chat
    yield from target.routes
    for text in (chat.request, chat.plant, target.login, target.upload, target.reset, target.webhook.route,
                 target.webhook_route, target.logout):  # fmt: skip
        if text and (route := intake.parse(text, target.base_url)) is not None:
            yield route


def _named(one: Sent, known: tuple[Route, ...], base_url: str) -> str:
    path = intake.within(urlsplit(one.url).path, base_url) or "/"
    fits = [r for r in known if r.method == one.method and intake.match(r.template.partition("?")[0], path) is not None]
    best = min(fits, key=lambda route: len(route.params), default=None)
    return f"{one.method} {best.template.partition('?')[0] if best else shown(path)}"


def _line(name: str, place: _Place, run_id: str) -> str:
    numbers = ", ".join(
        f"{count} {word}"
        for word in ("sent", "taken", "moved", "refused", "broke", "unanswered")
        if (count := getattr(place, word))
    )
    words = [f"LR test {mark}" if mark == run_id else mark for mark in place.marks]
    return f"{name} as {' '.join(place.actors)}: {numbers}: {', '.join(words) or _window(place)}"


def _window(place: _Place) -> str:
    """When it was, for what carries no word of ours (UTC, no colons)."""
    begin, end = (time.strftime("%Y-%m-%d %H.%M", time.gmtime(at)) for at in (place.first, place.last))
    return f"{begin} UTC" if begin == end else f"{begin} to {end[-5:]} UTC"
