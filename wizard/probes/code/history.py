"""Looks through all that a repository's objects hold: every version of every file, and the messages, reachable or not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event

from wizard.probes.code import gitroom
from wizard.probes.code.gitroom import Room, Store
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


@dataclass(frozen=True, slots=True)
class _Object:
    id: str
    kind: str
    size: int


def look(store: Store, private: Fingerprint, told: Callable[[Past], None], stop: Event | None) -> Past:
    """Scan the objects in a clean room. Blocking; looks at `stop` between objects."""
    past = Past()
    began = time.monotonic()
    with Room(store) as room:
        chosen = _choose(room, past)
        hits = _scan(room, chosen, past, private, told, lambda: _over(past, began, stop))
        past.found = _placed(room, hits, private) if hits else []
    past.seconds = time.monotonic() - began
    told(past)
    return past


def _over(past: Past, began: float, stop: Event | None) -> bool:
    if stop is not None and stop.is_set():
        past.capped = "stopped"
    elif past.read >= MOST_BYTES:
        past.capped = "bytes"
    elif time.monotonic() - began > MOST_SECONDS:
        past.capped = "seconds"
    return bool(past.capped)


def _choose(room: Room, past: Past) -> list[_Object]:
    """All blobs of a bearable size, commits and tags; no trees."""
    chosen: list[_Object] = []
    child = room.start("cat-file", "--batch-check", "--batch-all-objects", "--unordered", "--buffer")
    if child.stdout is None:
        return []
    for line in child.stdout:
        fields = line.decode("ascii", "replace").split()
        if len(fields) != 3 or fields[1] == "tree" or not fields[2].isdigit():
            continue
        size = int(fields[2])
        if fields[1] == "blob" and size > MOST_BLOB:
            past.large += 1
            if past.large > MOST_SNIFFED or gitroom.is_text(room, fields[0]):
                past.unread += size
        elif len(chosen) >= MOST_OBJECTS:
            past.capped = "objects"
            past.unread += size
        else:
            chosen.append(_Object(fields[0], fields[1], size))
            past.commits += fields[1] == "commit"
    past.total = len(chosen)
    return chosen


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
    for id_, kind, body in gitroom.batch(room, [o.id for o in chosen], MOST_BLOB):
        past.versions += 1
        past.read += len(body)
        if scan_bytes(body, "", Place.HISTORY, private).matches:
            hits[id_] = kind
        if past.versions % 64 == 0:
            told(past)
            if over():
                past.unread += sum(o.size for o in chosen[past.versions :])
                break
    return hits


def _placed(room: Room, hits: dict[str, str], private: Fingerprint) -> list[Found]:
    """The hits once more, now under their own names; with commit and day; reachable or not."""
    named, _ = gitroom.refs(room.store)
    reachable = _reachable(room, named)
    found: list[Found] = []
    looked = 0
    for id_, kind, body in gitroom.batch(room, list(hits), MOST_BLOB):
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
