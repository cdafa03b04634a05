"""What was handed over, by its SHA-256: evidence from a repository names the very bytes that it rests on (contract: basis evidenced)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from wizard.model import Basis, FileRef, Finding
from wizard.probes.code.gather import OPEN_FLAGS, fill
from wizard.probes.code.tree import SKIPPED, digest, shown

MOST_FILES = 30_000
MOST_BYTES = 512 << 20
MOST_EACH = 64 << 20
_MOST_KEPT = 16
_KEPT: dict[str, tuple[str, str]] = {}
"""By folder: what its list of names, sizes and times came to, and the mark of its bytes. Hashing a large one takes as long as scanning it."""
_ONE = threading.Lock()


def refs(*paths: Path | None) -> tuple[FileRef, ...]:
    """One reference for each file or folder that is there. Blocking."""
    found = []
    for path in paths:
        if path is not None and (mark := _folder(path) if path.is_dir() else digest(path)):
            found.append(FileRef(shown(path.name) or ".", mark))
    return tuple(found)


def _folder(root: Path) -> str:
    """SHA-256 of the folder's ``sha256sum`` list: a line ``<hash>  <name>`` a file, sorted by name; links and what tools make are left out."""
    listed = list(_listed(str(root)))
    told = hashlib.sha256(repr([one[2:] for one in listed]).encode("utf-8", "surrogateescape")).hexdigest()
    with _ONE:  # two probes that read the same folder at the same time: the second takes what the first found
        if str(root) not in _KEPT or _KEPT[str(root)][0] != told:
            if len(_KEPT) >= _MOST_KEPT:
                _KEPT.clear()
            _KEPT[str(root)] = (told, _list_of(listed))
        return _KEPT[str(root)][1]


def _listed(root: str) -> Iterator[tuple[str, str, int, int, int]]:
    """Regular files: path, name, size, time of change, inode; each folder's own before those below it."""
    waiting = [("", root)]
    while waiting:
        base, folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue
        below: list[tuple[str, str]] = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED:
                    below.append((f"{base}{entry.name}/", entry.path))
            elif entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    facts = entry.stat(follow_symlinks=False)
                    yield entry.path, base + entry.name, facts.st_size, facts.st_mtime_ns, facts.st_ino
        waiting += reversed(below)


def _list_of(listed: list[tuple[str, str, int, int, int]]) -> str:
    lines: list[tuple[str, str]] = []
    left, buffer = MOST_BYTES, memoryview(bytearray(1 << 18))
    for path, name, size, *_ in listed:
        if size <= left and len(lines) < MOST_FILES and (mark := _digest(path, buffer)):
            left -= size
            lines.append((name, mark))
    text = "".join(f"{mark}  {name}\n" for name, mark in sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _digest(path: str, buffer: memoryview) -> str:
    """As `digest`, for many files: one buffer for all of them."""
    try:
        handle = os.open(path, OPEN_FLAGS)
    except OSError:
        return ""
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_EACH:
            return ""
        count = fill(handle, buffer)
        mark = hashlib.sha256(buffer[:count])
        left = facts.st_size - count  # no more than it told: a file that grows holds nobody
        while left > 0 and (count := fill(handle, buffer[: min(left, len(buffer))])):
            mark.update(buffer[:count])
            left -= count
        return mark.hexdigest()
    except OSError:
        return ""
    finally:
        os.close(handle)


def named(found: Iterable[Finding], files: tuple[FileRef, ...]) -> tuple[Finding, ...]:
    """The findings, each that rests on what was handed over with its files."""
    return tuple(replace(f, files=files) if f.basis is Basis.EVIDENCED and not f.files else f for f in found)
