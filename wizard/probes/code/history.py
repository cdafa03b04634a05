"""Looks through all that a repository's objects hold: every version of every file, and the messages, reachable or not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import Any

from wizard.probes.code import gitroom
from wizard.probes.code.gitroom import Room, Store
from wizard.probes.code.rest import Rest
from wizard.probes.code.secrets import Fingerprint, Found, Match, Place, scan_bytes

MOST_BLOB = 8 << 20
MOST_OBJECTS = 400_000
MOST_BYTES = 4 << 30
MOST_SECONDS = 120.0
MOST_COMMITS = 50
MOST_SNIFFED = 40


@dataclass(slots=True)
class Past:
    """What the history came to. `large`: blobs over 8 MiB, not read; those of text count as `unread`; `capped`: stopped, objects, bytes, seconds."""

    versions: int = 0
    total: int = 0
    read: int = 0
    large: int = 0
    unread: int = 0
    commits: int = 0
    seconds: float = 0.0
    capped: str = ""
    found: list[Found] = field(default_factory=list)
    rest: Rest | None = None
    begun: str = ""
    """``on`` when it went on where the last look ended, ``again`` when it could not."""


@dataclass(frozen=True, slots=True)
class _Object:
    id: str
    kind: str
    size: int


def look(
    store: Store,
    private: Fingerprint,
    told: Callable[[Past], None],
    stop: Event | None,
    before: Rest | None = None,
) -> Past:
    """Scan the objects in a clean room. Blocking; looks at `stop` between objects. Goes on after `before` while the objects are the same."""
    past = Past()
    began = time.monotonic()
    with Room(store) as room:
        done = before.read if before is not None else 0
        choice = _choose(room, past, before, lambda: _over(past, began, stop, done))
        if before is not None and choice is None:
            past, done = Past(), 0
        past.begun = "" if before is None else "on" if choice else "again"
        over = partial(_over, past, began, stop, done)
        choice = choice or _choose(room, past, None, over) or _Choice([], hashlib.sha256())
        first = past.versions
        hits = _scan(room, choice.objects, past, private, told, over)
        past.found = list(before.found) if before is not None and past.begun == "on" else []
        past.found += _placed(room, hits, private) if hits else []
        if past.capped:
            for one in choice.objects[: past.versions - first]:
                choice.mark.update(one.id.encode())
            past.rest = Rest(past.versions, choice.mark.hexdigest(), 0, past.read, found=tuple(past.found))
            if past.total < past.versions:  # stopped before it came to where the last look ended
                past.rest = before
    past.seconds = time.monotonic() - began
    told(past)
    return past


def _over(past: Past, began: float, stop: Event | None, done: int) -> bool:
    if stop is not None and stop.is_set():
        past.capped = "stopped"
    elif past.read - done >= MOST_BYTES:
        past.capped = "bytes"
    elif time.monotonic() - began > MOST_SECONDS:
        past.capped = "seconds"
    else:
        return False
    return True


@dataclass(slots=True)
class _Choice:
    """What to look at, and a running fingerprint of what the refs lead to and of the objects that were passed."""

    objects: list[_Object]
    mark: Any


def _choose(room: Room, past: Past, before: Rest | None, over: Callable[[], bool]) -> _Choice | None:
    """All blobs of a bearable size, commits and tags; no trees. What an earlier look passed is left out; None when it is not the same now."""
    choice = _Choice([], hashlib.sha256(repr(gitroom.refs(room.store)).encode()))
    skip = before.passed if before is not None else 0
    past.versions, past.read = skip, before.read if before is not None else 0
    for id_, kind, size in _objects(room):
        if kind == "blob" and size > MOST_BLOB:
            past.large += 1
            if past.large > MOST_SNIFFED or gitroom.is_text(room, id_):
                past.unread += size
            continue
        if past.total % 256 == 255 and over():
            return choice
        past.total += 1
        past.commits += kind == "commit"
        if past.total <= skip:
            choice.mark.update(id_.encode())
        elif len(choice.objects) >= MOST_OBJECTS:
            past.capped = "objects"
            past.unread += size
        else:
            choice.objects.append(_Object(id_, kind, size))
        if before is not None and past.total == skip and choice.mark.hexdigest() != before.listing:
            return None
    return choice if past.total >= skip else None


def _objects(room: Room) -> Iterator[tuple[str, str, int]]:
    """(id, type, size) of each object that is no tree, in the order in which they are stored."""
    child = room.start("cat-file", "--batch-check", "--batch-all-objects", "--unordered", "--buffer")
    for line in child.stdout or ():
        fields = line.decode("ascii", "replace").split()
        if len(fields) == 3 and fields[1] != "tree" and fields[2].isdigit():
            yield fields[0], fields[1], int(fields[2])


def _scan(
    room: Room,
    chosen: list[_Object],
    past: Past,
    private: Fingerprint,
    told: Callable[[Past], None],
    over: Callable[[], bool],
) -> dict[str, str]:
    """Ids of objects with a match, and their type."""
    hits: dict[str, str] = {}
    before = past.read
    for id_, kind, body in gitroom.batch(room, [o.id for o in chosen], MOST_BLOB):
        past.versions += 1
        past.read += len(body)
        if scan_bytes(body, "", Place.HISTORY, private).matches:
            hits[id_] = kind
        if past.versions % 64 == 0:
            told(past)
            if over():
                break
    past.unread += max(0, sum(o.size for o in chosen) - past.read + before)  # stopped, or broken objects
    return hits


def _placed(room: Room, hits: dict[str, str], private: Fingerprint) -> list[Found]:
    """The hits once more, now under their own names; with commit and day; reachable or not."""
    named, _ = gitroom.refs(room.store)
    reachable = _reachable(room, named)
    found: list[Found] = []
    looked = 0
    for id_, kind, body in gitroom.batch(room, sorted(hits), MOST_BLOB):
        path = reachable.get(id_)
        place = Place.HISTORY if path is not None else Place.DANGLING
        name = path or (f"{kind} {id_[:7]}" if kind != "blob" else f"blob {id_[:7]}")
        matches = scan_bytes(body, name, place, private).matches
        if not matches:
            continue
        commit, since = "", ""
        if kind == "commit":
            commit = id_[:7]
        elif kind == "blob" and place is Place.HISTORY and looked < MOST_COMMITS:
            looked += 1
            commit, since = _commit(room, id_, named)
        found += [Found(_renamed(match, kind, id_), place, commit, since) for match in matches]
    return found


def _renamed(match: Match, kind: str, id_: str) -> Match:
    return match if kind == "blob" else replace(match, name=f"{kind} message {id_[:7]}")


def _reachable(room: Room, ids: list[str]) -> dict[str, str]:
    """Every object that a ref leads to, with its first path ("" for commits and tags)."""
    text = room.lines(
        "rev-list", "--objects", "--stdin", "--missing=print", "--no-object-names" if not ids else "--object-names",
        feed="".join(f"{i}\n" for i in ids), most=1 << 30,
    )  # fmt: skip
    found: dict[str, str] = {}
    for line in text.split(b"\n"):
        id_, _, path = line.partition(b" ")
        if id_ and not id_.startswith(b"?"):
            found.setdefault(id_.decode("ascii", "replace"), path.decode("utf-8", "surrogateescape"))
    return found


def _commit(room: Room, id_: str, ids: list[str]) -> tuple[str, str]:
    """The commit that last touched a version, and the day on which it came in."""
    feed = "".join(f"{i}\n" for i in ids)
    text = room.lines("log", "--format=%H %cs", f"--find-object={id_}", "--stdin", feed=feed, most=1 << 16)
    lines = [line.split() for line in text.decode("ascii", "replace").splitlines()]
    lines = [line for line in lines if len(line) == 2]
    return (lines[0][0][:7], lines[-1][1]) if lines else ("", "")
