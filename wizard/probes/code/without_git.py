"""Stands in for git where there is none: reads objects with dulwich, and answers the few commands of `gitroom` in git's own words.

A program of its own, started with ``python -I`` and killed like git: it imports nothing of ours, opens nothing but ``pack/*.idx``, ``pack/*.pack`` and
loose objects, and bounds its own memory. No config, hook, attribute or alternate is ever read, and nothing is written but a cache in the room.

    without_git.py OBJECTS ROOM sha1|sha256 COMMAND...

Commands: ``cat-file --batch-check``, ``cat-file --batch``, ``rev-list --objects``, ``log --find-object=ID``, ``ls-files -z``. What is broken is passed over.
"""

from __future__ import annotations

import heapq
import json
import os
import re
import stat
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows has no such bound
    resource = None  # type: ignore[assignment]

MEMORY = 256 << 20
CACHE = 16 << 20
MOST_LOOSE = 64 << 20
MOST_DEPTH = 200
UNKNOWN = 8 << 20
MOST_SECONDS = 60.0
"""For the search of the commits in which versions came and went; then those of the newest are known, and no others."""
KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_HEX = re.compile(r"[0-9a-f]{2,64}")


class Objects:
    """A folder of objects: loose ones and packs."""

    def __init__(self, folder: Path, form: str) -> None:
        from dulwich.object_format import SHA1, SHA256  # noqa: PLC0415  only here, so that a missing library is told in one place
        from dulwich.pack import Pack  # noqa: PLC0415

        self.folder, self.form = folder, SHA256 if form == "sha256" else SHA1
        self.width = self.form.oid_length
        self.packs: list[Any] = []
        for index in sorted((folder / "pack").glob("*.idx")) if not (folder / "pack").is_symlink() else ():
            data = index.with_suffix(".pack")
            if all(stat.S_ISREG(p.lstat().st_mode) for p in (index, data) if p.exists()) and data.exists():
                self.packs.append(
                    Pack(str(index.with_suffix("")), object_format=self.form, delta_base_cache_limit=CACHE)
                )

    def ids(self) -> Iterator[str]:
        """Every object, each once: loose ones first."""
        known: set[bytes] = set()
        for base in sorted(p for p in self.folder.iterdir() if _HEX.fullmatch(p.name) and len(p.name) == 2):
            if base.is_symlink() or not base.is_dir():
                continue
            for path in sorted(base.iterdir()):
                id_ = base.name + path.name
                if _HEX.fullmatch(path.name) and len(id_) == 2 * self.width:
                    known.add(bytes.fromhex(id_))
                    yield id_
        for pack in self.packs:
            try:
                for entry in pack.index.iterentries():
                    if entry[0] not in known:
                        known.add(entry[0])
                        yield entry[0].hex()
            except Exception:  # noqa: S112  a broken or hostile pack: the next may be whole
                continue

    def get(self, id_: str) -> tuple[str, bytes] | None:
        """(type, bytes) of an object; None when it is absent, broken, or too large for the memory that there is."""
        raw = bytes.fromhex(id_)
        try:
            loose = self._loose(id_)
            if loose is not None:
                return loose
            for pack in self.packs:
                try:
                    number, body = pack.get_raw(raw)
                except KeyError:
                    continue  # it stands in another
                return KINDS[number], body
        except Exception:  # whatever a broken or hostile object makes the library raise
            return None
        return None

    def _loose(self, id_: str) -> tuple[str, bytes] | None:
        path = self.folder / id_[:2] / id_[2:]
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_LOOSE:
                return None
            text = zlib.decompressobj().decompress(file.read(facts.st_size), MOST_LOOSE)
        head, _, body = text.partition(b"\0")
        kind, _, size = head.partition(b" ")
        return (kind.decode(), body) if kind.decode() in KINDS.values() and int(size) == len(body) else None


def check(store: Objects) -> None:
    """``id type size`` of each object; one that cannot be read counts as much as the largest that is looked at."""
    for id_ in store.ids():
        found = store.get(id_)
        kind, size = (found[0], len(found[1])) if found else ("blob", UNKNOWN)
        print(f"{id_} {kind} {size}", flush=True)


def batch(store: Objects) -> None:
    """The objects that are asked for, one a line."""
    out = sys.stdout.buffer
    for line in sys.stdin:
        id_ = line.strip()
        found = store.get(id_) if _HEX.fullmatch(id_) else None
        if found is None:
            out.write(f"{id_} missing\n".encode("ascii", "replace"))
        else:
            out.write(f"{id_} {found[0]} {len(found[1])}\n".encode() + found[1] + b"\n")
        out.flush()


def _links(body: bytes) -> dict[str, list[str]]:
    """What the head of a commit or a tag names: tree, parent, object."""
    found: dict[str, list[str]] = {}
    for line in body.partition(b"\n\n")[0].split(b"\n"):
        word, _, rest = line.partition(b" ")
        if word in (b"tree", b"parent", b"object", b"committer"):
            found.setdefault(word.decode(), []).append(rest.decode("utf-8", "replace"))
    return found


def _entries(body: bytes, width: int) -> Iterator[tuple[bytes, str, bool]]:
    """(name, id, whether it is a tree) of a tree's entries; a link to another repository is none."""
    at = 0
    while at < len(body):
        blank, end = body.find(b" ", at), body.find(b"\0", at)
        if not 0 <= at < blank < end or end + 1 + width > len(body):
            return
        mode = body[at:blank]
        if mode != b"160000":
            yield body[blank + 1 : end], body[end + 1 : end + 1 + width].hex(), mode in (b"40000", b"040000")
        at = end + 1 + width


def commits(store: Objects, starts: list[str]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Every commit that the starting points lead to, each once, the newest first as far as their dates tell; tags and odd ends come with no tree."""
    waiting: list[tuple[int, int, str]] = []  # of one second: as they came
    known: set[str] = set()

    def add(id_: str) -> None:
        if id_ in known or not _HEX.fullmatch(id_):
            return
        known.add(id_)
        found = store.get(id_)
        if found and found[0] in ("commit", "tag"):
            links = _links(found[1])
            held[id_] = links
            heapq.heappush(waiting, (-_when(links)[0], len(known), id_))
        elif found:
            held[id_] = {"tree": [id_]} if found[0] == "tree" else {"blob": [id_]}
            heapq.heappush(waiting, (0, len(known), id_))

    held: dict[str, dict[str, list[str]]] = {}
    for id_ in starts:
        add(id_)
    while waiting:
        id_ = heapq.heappop(waiting)[2]
        links = held.pop(id_)
        yield id_, links
        for other in (*links.get("parent", ()), *links.get("object", ())):
            add(other)


def _when(links: dict[str, list[str]]) -> tuple[int, str]:
    """(seconds, day in the committer's own time) of a commit."""
    told = re.search(r" (\d{1,11}) ([+-])(\d\d)(\d\d)$", links.get("committer", [""])[0])
    if told is None:
        return 0, ""
    off = timedelta(hours=int(told[3]), minutes=int(told[4])) * (1 if told[2] == "+" else -1)
    return int(told[1]), (datetime.fromtimestamp(min(int(told[1]), 1 << 37), UTC) + off).date().isoformat()


def reach(store: Objects, starts: list[str]) -> None:
    """``id path`` of all that the starting points lead to."""
    out, seen = sys.stdout.buffer, set[str]()
    for id_, links in commits(store, starts):
        if "tree" not in links or links["tree"] != [id_]:
            out.write(f"{id_}\n".encode())
        waiting = [(tree, b"", 0) for tree in links.get("tree", ())]
        while waiting:
            tree, base, depth = waiting.pop()
            if tree in seen or depth > MOST_DEPTH:
                continue
            seen.add(tree)
            out.write(f"{tree} ".encode() + base + b"\n")
            found = store.get(tree)
            for name, entry, folder in _entries(found[1], store.width) if found and found[0] == "tree" else ():
                path = base + b"/" + name if base else name
                if folder:
                    waiting.append((entry, path, depth + 1))
                elif entry not in seen:
                    seen.add(entry)
                    out.write(f"{entry} ".encode() + path.replace(b"\n", b" ") + b"\n")


def _changed(store: Objects, new: str, old: str, depth: int = 0) -> set[str]:
    """Files that stand in one of two trees and not in the same place of the other."""
    if new == old or depth > MOST_DEPTH:
        return set()
    sides = []
    for tree in (new, old):
        found = store.get(tree) if tree else None
        sides.append({n: (i, f) for n, i, f in _entries(found[1], store.width)} if found and found[0] == "tree" else {})
    ids: set[str] = set()
    for name in sides[0].keys() | sides[1].keys():
        one, two = sides[0].get(name, ("", False)), sides[1].get(name, ("", False))
        if one != two:
            ids |= {id_ for id_, folder in (one, two) if id_ and not folder}
            if one[1] or two[1]:
                ids |= _changed(store, one[0] if one[1] else "", two[0] if two[1] else "", depth + 1)
    return ids


def log(store: Objects, room: Path, wanted: str, starts: list[str]) -> None:
    """The newest and the first commit that brought or took a version; worked out once for all of them and kept in the room."""
    kept = room / "commits.json"
    if not kept.exists():
        found: dict[str, list[tuple[str, str]]] = {}
        end = time.monotonic() + MOST_SECONDS
        for id_, links in commits(store, starts):
            parents = links.get("parent", [])
            if "tree" not in links or len(parents) > 1:  # git's log leaves a merge alone
                continue
            before = store.get(parents[0]) if parents else None
            old = _links(before[1]).get("tree", [""])[0] if before else ""
            for blob in _changed(store, links["tree"][0], old):
                found.setdefault(blob, [])[1:] = [(id_, _when(links)[1])]
            if time.monotonic() > end:
                break
        kept.write_text(json.dumps(found))
    for id_, day in json.loads(kept.read_text()).get(wanted, ()):
        print(f"{id_} {day}")


def files(store: Objects) -> None:
    """Names in the index, each ended by a NUL."""
    from dulwich.index import Index  # noqa: PLC0415

    index = Index(os.environ["GIT_INDEX_FILE"], object_format=store.form, skip_hash=True)
    sys.stdout.buffer.write(b"".join(bytes(name) + b"\0" for name in index))


def bound(folder: Path) -> None:
    """No more memory than the packs need to be mapped, and some."""
    if resource is None:
        return
    mapped = sum(p.stat().st_size for p in (folder / "pack").glob("*.*")) if (folder / "pack").is_dir() else 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + mapped, MEMORY + mapped))


def main(arguments: list[str]) -> None:
    """One command."""
    folder, room, form, command = Path(arguments[0]), Path(arguments[1]), arguments[2], arguments[3:]
    store = Objects(folder, form)
    bound(folder)
    if command[:2] == ["cat-file", "--batch-check"]:
        check(store)
    elif command[:2] == ["cat-file", "--batch"]:
        batch(store)
    elif command[0] == "ls-files":
        files(store)
    else:
        starts = sys.stdin.read().split()
        if command[0] == "rev-list":
            reach(store, starts)
        else:
            wanted = next(a.partition("=")[2] for a in command if a.startswith("--find-object="))
            log(store, room, wanted, starts)


if __name__ == "__main__":
    main(sys.argv[1:])
