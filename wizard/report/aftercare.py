"""What the tests left behind, for the page: one line for each place, with who was sent there and how to find it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wizard.words import area

_LINE = re.compile(r"(?P<where>[A-Z]+ /\S*)(?: as (?P<who>[a-z]+))?: (?P<what>[^:]+)(?:: (?P<mark>[^:]+))?")
_COUNTED = re.compile(r"(?P<count>\d{1,9}) (?P<noun>[a-z ]+?)s?")


def aftercare(lines: Iterable[str]) -> dict[str, list[dict[str, str]] | list[str]]:
    """`left`: where, as whom, what, and the word to look for; things of one place in one line. `lines`: what has no such form, as it is."""
    accounts: dict[str, str] = area("report")["proof"]["accounts"]
    left: dict[tuple[str, str, str], list[str]] = {}
    others = []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            others.append(line)
            continue
        who = accounts.get(found["who"] or "", found["who"] or "")
        left.setdefault((found["where"], who, found["mark"] or ""), []).append(found["what"])
    rows = [
        {"where": where, "who": who, "what": ", ".join(_summed(what)), "mark": mark}
        for (where, who, mark), what in left.items()
    ]
    return {"left": rows, "lines": others}


def _summed(things: Iterable[str]) -> list[str]:
    """The things, with those that are counted by one noun added up."""
    counts: dict[str, int] = {}
    for thing in things:
        found = _COUNTED.fullmatch(thing)
        name, count = (found["noun"], int(found["count"])) if found else (thing, 0)
        counts[name] = counts.get(name, 0) + count
    return [f"{count} {name}{'' if count == 1 else 's'}" if count else name for name, count in counts.items()]
