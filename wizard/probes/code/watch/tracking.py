"""Error tracking: what the served scripts start, and what the code that runs on the server starts (``trackers.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wizard.net import Net
from wizard.probe import Target, stop
from wizard.probes.code.secrets import Place
from wizard.probes.code.tree import Walk, shown
from wizard.probes.code.watch.facts import Tracker
from wizard.probes.edge.home import look_at_home

MOST_TEXT = 1 << 20
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|fixtures|mocks|examples?|docs?)/|\.(?:md|test\.\w+|spec\.\w+)$|(?:^|/)(?:package-lock\.json|.*\.lock)$"
)


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    seen: re.Pattern[str]
    key: re.Pattern[str]
    named: re.Pattern[str]
    alone: bool


@cache
def _known() -> tuple[_Known, ...]:
    with Path(__file__).with_name("trackers.toml").open("rb") as file:
        rows = tomllib.load(file)["tracker"]
    flags = re.IGNORECASE
    return tuple(
        _Known(
            row["name"],
            re.compile(row["seen"], flags),
            re.compile(row["key"], flags),
            re.compile(row["named"], flags),
            bool(row.get("alone")),
        )
        for row in rows
    )


def find(text: str, where: str, *, served: bool) -> Iterator[Tracker]:
    """Trackers in one text. Served, only a key in full counts as ready; in code, a named setting does, too."""
    text = text[:MOST_TEXT]
    for one in _known():
        given = bool(one.key.search(text))
        used = bool(one.seen.search(text))
        if not used and not (given and one.alone):
            continue
        named = not served and bool(one.named.search(text))
        yield Tracker(one.name, where, given or named, served, named and not given)


async def served(target: Target, net: Net) -> tuple[list[Tracker], bool]:
    """What the first page and its own scripts start, and whether they could be read."""
    if not target.site:
        return [], False
    home = await look_at_home(net, target.site)
    if not home.seen:
        return [], False
    found = list(find(home.text, net.reveals(home.url)[:200], served=True))
    for url, text in home.scripts:
        found += find(text, net.reveals(url)[:200], served=True)
    return found, True


def in_code(root: Path | None, net: Net) -> tuple[list[Tracker], bool]:
    """What the code that was handed over starts. Blocking; nothing of it is run."""
    if root is None or not root.is_dir():
        return [], False
    found: list[Tracker] = []

    def noticed(name: str, head: bytes) -> None:
        if len(found) < 200 and not _TESTS.search(name) and b"\0" not in head[:1_024]:
            found.extend(find(head.decode("utf-8", "replace"), shown(name), served=False))

    walk = Walk(root, lambda _name: Place.TRACKED, net.fingerprint, stop=stop.get())
    walk.noticed = noticed
    walk.run()
    return _together(found), True


def _together(found: list[Tracker]) -> list[Tracker]:
    """A use in one file and its setting in another make one that is ready."""
    ready = {one.name for one in found if one.ready}
    best = {one.name: one for one in reversed(found) if one.ready or one.name not in ready}
    return list(best.values())
