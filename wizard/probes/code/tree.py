"""Reads a folder of code: walks it without following links, opens regular files only, and gives every file to the engine."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from wizard.probes.code import archives
from wizard.probes.code.secrets import Fingerprint, Found, Place, Result, Scanner, escape, glance

SKIPPED = frozenset(
    [
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".git",
        ".hg",
        ".svn",
        "target",
        ".cache",
        ".gradle",
        "Pods",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".tox",
        ".turbo",
    ]
)
PICTURES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".ico",
    ".avif",
    ".bmp",
    ".tiff",
    ".pdf",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".eot",
    ".mp3",
    ".mp4",
    ".mov",
    ".webm",
    ".wav",
    ".ogg",
    ".psd",
    ".heic",
)
MOST_FILES = 50_000
MOST_BYTES = 4 << 30
MOST_SECONDS = 120.0
PIECE = 1 << 20
WHOLE = 16 << 20
"""Files up to this size are read at once and looked at where they stand; larger ones go through in pieces."""
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))


@dataclass(slots=True)
class Limits:
    """Where a walk stops; each one reached is said."""

    files: int = MOST_FILES
    size: int = MOST_BYTES
    seconds: float = MOST_SECONDS


@dataclass(slots=True)
class Report:
    """What a walk came to. `skipped` counts by reason: picture, link, special, denied, vanished, archive, folder. `unread` in bytes."""

    files: int = 0
    read: int = 0
    unread: int = 0
    seconds: float = 0.0
    skipped: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    capped: str = ""
    digest: str = ""


PlaceOf = Callable[[str], Place | None]
"""From a path relative to the root (``/`` between parts) to its place; None: not to be read."""


@dataclass(slots=True)
class Walk:
    """One walk over `root`. `place` says what a file is, `told` is called now and then with the counts so far, `stop` ends it early."""

    root: Path
    place: PlaceOf
    private: Fingerprint
    told: Callable[[Report], None] = lambda _report: None
    stop: Event | None = None
    limits: Limits = field(default_factory=Limits)
    also: frozenset[str] = frozenset()
    """Files to read although they stand in a folder that is skipped (tracked ones)."""
    noticed: Callable[[str, bytes], None] | None = None
    """Sees the name and the first MiB of each plain file."""
    report: Report = field(default_factory=Report)
    prefix: str = ""
    _seen: set[tuple[int, int]] = field(default_factory=set)
    _began: float = 0.0

    def run(self) -> Report:
        """Walk and scan. Blocking."""
        self._began = time.monotonic()
        for name, path in self._names():
            if self._over():
                break
            place = self.place(name)
            if place is not None:
                self.read(name, path, place)
            if self.report.files % 64 == 0:
                self.told(self.report)
        self.report.seconds = time.monotonic() - self._began
        self.told(self.report)
        return self.report

    def _over(self) -> bool:
        report = self.report
        if self.stop is not None and self.stop.is_set():
            report.capped = "stopped"
        elif report.files >= self.limits.files:
            report.capped = "files"
        elif report.read >= self.limits.size:
            report.capped = "bytes"
        elif time.monotonic() - self._began > self.limits.seconds:
            report.capped = "seconds"
        return bool(report.capped)

    def _names(self) -> Iterator[tuple[str, str]]:
        """Files below the root: name, path. A folder is entered once, whatever links lead to it: links are not followed at all."""
        if self.root.is_file():
            yield self.root.name, str(self.root)
            return
        waiting: list[tuple[str, str]] = [("", str(self.root))]
        while waiting:
            base, folder = waiting.pop()
            try:
                with os.scandir(folder) as listed:
                    entries = sorted(listed, key=_by_name)
            except OSError as error:
                self._missed(error)
                continue
            below: list[tuple[str, str]] = []
            for entry in entries:
                if entry.is_symlink():
                    self.report.skipped["link"] += 1
                elif not entry.is_dir(follow_symlinks=False):
                    yield base + entry.name, entry.path
                elif entry.name in SKIPPED:
                    self.report.skipped["folder"] += 1
                else:
                    below.append((f"{base}{entry.name}/", entry.path))
            waiting += reversed(below)
        for name in sorted(self.also):
            if set(name.split("/")[:-1]) & SKIPPED:
                yield name, os.path.join(self.root, name)  # noqa: PTH118  as fast as the rest

    def _missed(self, error: OSError) -> None:
        self.report.skipped["denied" if error.errno in (errno.EACCES, errno.EPERM) else "vanished"] += 1
        self.report.unread += 4096

    def read(self, name: str, path: str, place: Place) -> None:
        """Scan one file, if it is a regular one."""
        report, small = self.report, name.lower()
        if small.endswith(PICTURES):
            report.skipped["picture"] += 1
            return
        try:
            handle = os.open(path, _FLAGS)
        except OSError as error:
            self._missed(error)
            return
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                report.skipped["special"] += 1
                return
            if facts.st_nlink > 1:
                if (facts.st_dev, facts.st_ino) in self._seen:
                    return
                self._seen.add((facts.st_dev, facts.st_ino))
            report.files += 1
            if archives.is_archive(small):
                self._archive(handle, self.prefix + name, facts.st_size, place)
            else:
                self._file(handle, self.prefix + name, facts.st_size, place)
        finally:
            os.close(handle)

    def _file(self, handle: int, name: str, size: int, place: Place) -> None:
        """Never more than the file's first size plus one byte: a file that grows while it is read does not hold us."""
        wanted = size if 0 < size <= WHOLE else PIECE
        head = os.read(handle, wanted + 1)
        self.report.read += len(head)
        if self.noticed is not None:
            self.noticed(name, head if len(head) <= PIECE else head[:PIECE])
        entire = size <= WHOLE and len(head) >= size
        hits = glance(head) if entire else None
        if hits == []:
            return
        scanner = Scanner(name, place, self.private)
        if entire:
            self._keep(scanner.whole(head, hits), place)
            return
        scanner.feed(head)
        left = size - len(head)
        while left > 0 and (piece := os.read(handle, min(PIECE, left))):
            scanner.feed(piece)
            left -= len(piece)
            self.report.read += len(piece)
            if self._over():
                self.report.unread += left
                break
        self._keep(scanner.end(), place)

    def _archive(self, handle: int, name: str, size: int, place: Place) -> None:
        scanners: list[Scanner] = []

        def take(member: str) -> Callable[[bytes], None]:
            while scanners:
                self._keep(scanners.pop().end(), place)
            scanners.append(Scanner(f"{name}!{member}", place, self.private))
            return scanners[-1].feed

        with os.fdopen(os.dup(handle), "rb") as file:
            opened = archives.look(file, name, size, take)
        while scanners:
            self._keep(scanners.pop().end(), place)
        self.report.read += size
        if opened.why:
            self.report.skipped[f"archive-{opened.why}"] += 1
            self.report.unread += size
        if opened.nested:
            self.report.skipped["archive-nested"] += opened.nested

    def _keep(self, result: Result, place: Place) -> None:
        self.report.found += [Found(match, place) for match in result.matches]
        if result.capped:
            self.report.capped = self.report.capped or "matches"


def _by_name(entry: os.DirEntry[str]) -> str:
    return entry.name


def digest(path: Path, most: int = 64 << 20) -> str:
    """SHA-256 of a file that was handed over, or "" when it is larger than `most` bytes or cannot be read."""
    try:
        if path.stat().st_size > most:
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def shown(name: str) -> str:
    """A file's name, safe to show."""
    return escape(name)
