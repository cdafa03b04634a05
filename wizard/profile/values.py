"""Values that stand elsewhere: ``env:NAME``, files beside the profile, and the rule that a literal credential needs a closed file."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.profile.lines import Key
from wizard.profile.source import Source

_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)\Z")
_NEARLY = re.compile(r"\s*(?:(?:Bearer|Basic|Token)\s+)?(?:env|ENV):\S*\s*\Z")
_API = frozenset({"auth", "object-access", "input-validation", "rate-limits", "cors", "prompt-injection"})
_NEEDED: dict[str, frozenset[str]] = {
    "api": _API,
    "accounts": _API,
    "accounts.a": _API | {"edge", "logging"},
    "accounts.limited": frozenset({"auth"}),
    "accounts.expired": frozenset({"auth"}),
    "chat": frozenset({"logging", "auth", "object-access", "input-validation", "rate-limits", "prompt-injection"}),
    "webhook": frozenset({"auth", "rate-limits"}),
    "hosted": frozenset({"auth", "object-access", "frontend-secrets"}),
    "edge": frozenset({"edge", "tls"}),
    "email": frozenset({"email-auth"}),
    "repository": frozenset({"frontend-secrets", "deployment"}),
    "logs": frozenset({"logging"}),
    "monitoring": frozenset({"monitoring"}),
    "deployment": frozenset({"deployment"}),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What came from the environment: the source with every known value put in, where they stood, and (key, variable) of what is unset."""

    source: Source
    from_env: frozenset[Key]
    unset: tuple[tuple[Key, str], ...]


def needed(path: Key, items: tuple[str, ...]) -> bool:
    """Whether one of the chosen items (none chosen: all) needs the value at `path`."""
    if not items:
        return True
    if path[0] == "answers" and len(path) > 1:
        return str(path[1]).partition(".")[0] in items
    names = ".".join(str(part) for part in path[:2])
    wanted = _NEEDED.get(names) or _NEEDED.get(str(path[0]))
    return wanted is None or not wanted.isdisjoint(items)


def environment(source: Source, environ: Mapping[str, str], items: tuple[str, ...]) -> Read:
    """Put the variables in. Trouble for one that is unset and needed by a chosen item; others are left out."""
    found: set[Key] = set()
    unset: list[tuple[Key, str]] = []

    def fill(value: Any, path: Key) -> Any:
        if isinstance(value, dict):
            pairs = ((name, fill(entry, (*path, name))) for name, entry in value.items())
            return {name: entry for name, entry in pairs if entry is not None}
        if isinstance(value, list):
            entries = (fill(entry, (*path, at)) for at, entry in enumerate(value))
            return [entry for entry in entries if entry is not None]
        if not isinstance(value, str) or not _NEARLY.match(value):
            return value
        named = _ENV.match(value)
        if named is None:
            raise source.trouble("bad-env", path)
        text = environ.get(named[1], "").strip()
        if text:
            found.add(path)
            return text
        if needed(path, items):
            raise source.trouble("unset", path, name=named[1])
        unset.append((path, named[1]))
        return None

    data = fill(source.data, ())
    return Read(Source(source.path, data, source.lines), frozenset(found), tuple(unset))


def require_closed(source: Source, path: Key, file: Path) -> None:
    """Trouble, with the command that mends it, when others can read `file` (POSIX modes; Windows guards a home folder by itself)."""
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:  # not written yet: whoever writes it sees to its mode
        return
    if os.name != "nt" and mode & 0o077:
        command = f"chmod 600 {shlex.quote(str(file))}"
        raise source.trouble("open-file", path, path=file, command=command)


def existing(source: Source, text: str, path: Key) -> Path:
    """The absolute path that `text` names, from the profile's folder (``~`` is home). Trouble when nothing is there."""
    try:
        place = Path(text).expanduser()
        place = Path(os.path.normpath(source.folder / place))
        place.stat()
    except (OSError, ValueError, RuntimeError):
        raise source.trouble("no-path", path, path=text) from None
    return place


def folder(source: Source, text: str, path: Key) -> Path:
    """As `existing`, and it must be a folder."""
    place = existing(source, text, path)
    if not place.is_dir():
        raise source.trouble("no-folder", path, path=text)
    return place


def file_of(source: Source, text: str, path: Key) -> Path:
    """As `existing`, and it must be a file."""
    place = existing(source, text, path)
    if not place.is_file():
        raise source.trouble("not-a-file", path, path=text)
    return place


def contents(source: Source, text: str, path: Key, most: int) -> bytes:
    """The bytes of a file that the profile names, at most `most`. Trouble when it is larger or cannot be read."""
    place = file_of(source, text, path)
    try:
        with place.open("rb") as file:
            raw = file.read(most + 1)
    except OSError:
        raise source.trouble("not-a-file", path, path=text) from None
    if len(raw) > most:
        raise source.trouble("big-file", path, path=text, most=f"{most / 1e6:g}")
    return raw
