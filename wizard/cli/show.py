"""What the command line prints: the scorecard, the flags, the verdict. Text in, text out; control characters never get through."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator
from typing import Any, TextIO

from wizard.report import Comparison
from wizard.tui.signs import LETTERS, SYMBOLS, Signs
from wizard.words import say

TINT = {"pass": "34", "fail": "1;33", "unknown": "33", "not-applicable": "2"}
WIDTH = 78


def safe(text: str) -> str:
    """`text` with control and direction characters made visible, so that nobody else's bytes steer the terminal."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def colour(stream: TextIO) -> bool:
    """Whether colour is wanted and possible there."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def sign(outcome: str, stream: TextIO | None = None) -> str:
    """The symbol of an outcome, in letters where the stream cannot show it."""
    try:
        "✓✗–".encode((stream or sys.stdout).encoding or "ascii")
    except UnicodeEncodeError:
        return LETTERS[outcome]
    return LETTERS[outcome] if Signs.ascii else SYMBOLS[outcome]


def scorecard(results: dict[str, Any], titles: dict[str, str], stream: TextIO) -> str:
    """All items with result, basis and next step, then the red flags and the verdict."""
    return "\n".join(safe(line) if not colour(stream) else line for line in _lines(results, titles, stream)) + "\n"


def items(results: dict[str, Any], titles: dict[str, str], stream: TextIO) -> Iterator[str]:
    """One line an item; under what did not pass, what was seen and what to do next."""
    tint = colour(stream)
    for item in results["items"]:
        outcome = item["outcome"]
        row = f"{sign(outcome, stream):<4}{titles[item['id']]:<34}{say(f'cli.outcome.{outcome}'):<12}{say('cli.basis.' + item['basis'])}"
        yield f"\x1b[{TINT[outcome]}m{safe(row)}\x1b[0m" if tint else row
        if outcome in ("fail", "unknown"):
            yield from wrapped(item["summary"], "    ")
            if item["next"]:
                yield from wrapped(item["next"], "    → " if sign("pass", stream) == "✓" else "    > ")


def _lines(results: dict[str, Any], titles: dict[str, str], stream: TextIO) -> Iterator[str]:
    subject = results["subject"]
    yield " · ".join(safe(part) for part in (subject["business"], subject["product"], subject["site"]) if part)
    yield ""
    yield from items(results, titles, stream)
    yield ""
    yield say("cli.show.flags")
    for flag in results["red_flags"]:
        state = "raised" if flag["raised"] else "clear" if flag["established"] else "open"
        mark = sign({"raised": "fail", "clear": "pass", "open": "unknown"}[state], stream)
        yield f"{mark:<4}{safe(titles[flag['id']]):<52}{say(f'cli.show.{state}')}"
        if state != "clear":
            yield from wrapped(flag["why"], "    ")
    yield ""
    decision = results["decision"]
    yield f"{say('cli.show.verdict')}: {titles[decision['verdict']]}"
    for reason in decision["reasons"]:
        yield from wrapped(reason, "  - ")


def wrapped(text: str, lead: str = "") -> list[str]:
    """The lines of `text`, none wider than 78, the first after `lead`."""
    return textwrap.wrap(safe(text), WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)) or []


def changes(found: Comparison, titles: dict[str, str]) -> Iterator[str]:
    """What got better, worse, unknown or stayed, one line an item."""
    for kind in ("worse", "unknown", "better", "new", "gone", "same"):
        mine = found.of(kind)
        if mine:
            yield say(f"cli.compare.{kind}")
        for change in mine:
            before, after = (say(f"cli.outcome.{state}") if state else "-" for state in (change.before, change.after))
            yield f"  {titles.get(change.item, change.item)}: {before} > {after}"
            if kind not in ("same", "gone"):
                yield from wrapped(change.summary, "    ")
    for kind, flags in (("raised", found.flags_raised), ("lowered", found.flags_lowered)):
        for flag in flags:
            yield say(f"cli.compare.flag-{kind}", flag=titles.get(flag, flag))
    yield f"{say('cli.show.verdict')}: {titles[found.verdict_before]} > {titles[found.verdict_after]}"
