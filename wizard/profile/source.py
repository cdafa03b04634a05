"""A profile text with its name and its lines: reads it, bounded, and makes every complaint about it name file, line and key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.model import Trouble
from wizard.profile.lines import Key, index, line_of
from wizard.words import say

BIGGEST = 2_000_000
_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def shown(value: object, limit: int = 80) -> str:
    """`value` fit for one line of an error: control characters escaped, cut at `limit` characters."""
    text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def dotted(path: Key) -> str:
    """A key as a person would write it: ``api.routes[2]``, ``answers."auth.missing-token"``."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            out += f".{name}" if out else name
    return shown(out)


@dataclass(frozen=True, slots=True)
class Source:
    """The file a profile came from. `lines` maps key paths to lines."""

    path: Path
    data: dict[str, Any]
    lines: dict[Key, int]

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.absolute().parent

    def trouble(self, say_key: str, at: Key, /, **slots: object) -> Trouble:
        """The error ``profile.<say_key>`` at the key `at`, with file, line and key filled in. Exit code 2."""
        line = line_of(self.lines, at)
        texts = {name: shown(value, 300) for name, value in slots.items()}
        return Trouble(f"profile.{say_key}", code=2, file=self.path, line=line, key=dotted(at), **texts)

    def wrong(self, path: Key, expected: str, found: object) -> Trouble:
        """A value of the right type that makes no sense; `expected` is a key under ``profile.expected``."""
        return self.trouble("wrong-value", path, expected=say(f"profile.expected.{expected}"), found=shown(found))


def read(path: Path) -> Source:
    """Read and parse a profile file. Trouble when it is missing, too large, not UTF-8 or not TOML."""
    try:
        with path.open("rb") as file:
            raw = file.read(BIGGEST + 1)
    except OSError as error:
        raise Trouble("profile.no-file", file=path, why=shown(error.strerror or type(error).__name__)) from None
    if len(raw) > BIGGEST:
        raise Trouble("profile.too-big", file=path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Trouble("profile.not-text", file=path, line=line) from None
    return parse(text, path)


def parse(text: str, path: Path) -> Source:
    """Parse a profile text that stands, or would stand, at `path`."""
    try:
        data = tomllib.loads(text)
        lines = index(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        why = _PLACE.sub("", str(error)).strip()
        raise Trouble("profile.not-toml", file=path, line=line, why=shown(why)) from None
    except (RecursionError, ValueError):  # brackets nested without end; a number of a million digits
        raise Trouble("profile.not-toml", file=path, line=1, why=say("profile.nesting")) from None
    return Source(path, data, lines)
