"""What the tests left behind, for the page: one line for each place, with who was sent there and how to find it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from wizard.words import area

_LINE = re.compile(
    r"(?P<where>[A-Z]+ /\S*)(?: as (?P<who>[a-z]+(?: [a-z]+)*))?(?:: (?P<what>[^:]+))?(?:: (?P<mark>[^:]+))?"
)
_COUNTED = re.compile(r"(?P<count>\d{1,9}) (?P<noun>[a-z ]+?)s?")
_SENT = re.compile(r"\d{1,9} sent(?:, \d{1,9} (?:taken|moved|refused|broke|unanswered)){1,5}")
_OUTAGE = re.compile(
    r"outage: (?P<host>[^,]+), (?P<time>[\d.]+ UTC), (?P<where>[^,]+), (?:(?P<seconds>\d{1,9}) s|not back)"
)
_BARE = "refused without content: "


@dataclass(slots=True)
class _Row:
    """All that is known of one place."""

    who: dict[str, None] = field(default_factory=dict)
    things: list[str] = field(default_factory=list)
    marks: dict[str, None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def aftercare(lines: Iterable[str]) -> dict[str, list[dict[str, str]] | list[str]]:
    """`left`: one row for each place: where, as whom, what, and the word to look for. `lines`: what has no such form, as it is."""
    words = area("report")
    accounts: dict[str, str] = words["proof"]["accounts"]
    left: dict[str, _Row] = {}
    others, bare = [], dict[str, None]()
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is not None:
            row = left.setdefault(found["where"], _Row())
            row.who |= dict.fromkeys(accounts.get(name, name) for name in (found["who"] or "").split())
            row.marks |= dict.fromkeys(found["mark"].split(", ") if found["mark"] else ())
            _note(row, found["what"] or "")
        elif line.startswith(_BARE):
            bare |= dict.fromkeys(line.removeprefix(_BARE).split(", "))
        elif (fell := _OUTAGE.fullmatch(line)) is not None:
            said = words["aftercare"]["outage" if fell["seconds"] else "outage-open"]
            others.append(said.format(**{name: text or "" for name, text in fell.groupdict().items()}))
        else:
            others.append(line)
    rows = [
        {
            "where": where,
            "who": ", ".join(row.who),
            "what": _told(row, words["aftercare"]),
            "mark": ", ".join(row.marks),
        }
        for where, row in left.items()
    ]
    only = [where for where in bare if where not in left]
    more = [words["aftercare"]["bare"].format(routes=", ".join(only))] if only else []
    return {"left": rows, "lines": [*others, *more]}


def _note(row: _Row, what: str) -> None:
    if _SENT.fullmatch(what):
        for part in what.split(", "):
            count, _, name = part.partition(" ")
            row.counts[name] = row.counts.get(name, 0) + int(count)
    elif what:
        row.things.append(what)


def _told(row: _Row, words: dict[str, str]) -> str:
    """What was seen there; then how many requests went out, and which of them may have stored something although no success was told."""
    told = ", ".join(_summed(row.things))
    if not row.counts:
        return told
    sent, taken = row.counts["sent"], row.counts.get("taken", 0)
    parts = [words["sent"].format(sent=sent, taken=taken)]
    rest = ", ".join(
        words[name].format(count=row.counts[name])
        for name in ("moved", "refused", "broke", "unanswered")
        if name in row.counts
    )
    parts += [words["may-have"].format(rest=rest)] if rest else []
    return " ".join([*([f"{told}."] if told else []), *parts])


def _summed(things: Iterable[str]) -> list[str]:
    """The things, with those that are counted by one noun added up."""
    counts: dict[str, int] = {}
    for thing in things:
        found = _COUNTED.fullmatch(thing)
        name, count = (found["noun"], int(found["count"])) if found else (thing, 0)
        counts[name] = counts.get(name, 0) + count
    return [f"{count} {name}{'' if count == 1 else 's'}" if count else name for name, count in counts.items()]
