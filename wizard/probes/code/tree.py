"""Reads a folder of code: walks it without following links, opens regular files only, and gives every file to the engine."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from wizard.probes.code import archives
from wizard.probes.code.gather import PIECE, Batch, Gather, Lost, Named, Single, ahead, reason
from wizard.probes.code.rest import Rest, listing
from wizard.probes.code.secrets import Fingerprint, Found, Place, Result, Scanner, any_of, escape, glance, touched

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
MOST_FILES = 50_000
MOST_BYTES = 4 << 30
MOST_SECONDS = 120.0


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
    marks: tuple[bytes, ...] = ()
    """Where given, only files in which one of these stands are sure to be seen by `noticed`."""
    report: Report = field(default_factory=Report)
    prefix: str = ""
    salt: str = ""
    """What else must be the same for a walk to go on where an earlier one ended."""
    _gather: Gather = field(default_factory=Gather)
    _before: tuple[int, int] = (0, 0)
    _began: float = 0.0
    _since: int = 0
    _from: int = 0
    _earlier: int = 0
    _passed: int = 0
    _lost: Lost = (0, ())
    _cut: tuple[str, int] | None = None
    """A long file that was left in the middle, and the bytes read of it."""

    def go_on(self, rest: Rest) -> bool:
        """Begin where an earlier walk ended; False, and all is looked at, when what it had passed is not the same any more."""
        same = bool(rest.listing) and listing(self._plain(), rest.passed, self.salt) == rest.listing
        if same:
            report = self.report
            self._from, self._passed, self._earlier = rest.passed, rest.passed, rest.read
            report.files, report.read, report.found = rest.files, rest.read, list(rest.found)
            self._gather.unread, self._gather.skipped = rest.unread, Counter(dict(rest.skipped))
            self._lost = self._gather.lost
        return same

    @property
    def rest(self) -> Rest | None:
        """Where to go on after a walk that ended early; None when it did not, or files may have changed meanwhile."""
        report = self.report
        if report.capped in ("", "matches"):
            return None
        found, cut = report.found, self._cut
        if cut is not None:
            found = [one for one in found if one.match.name != cut[0]]
        told = listing(self._plain(), self._passed, self.salt, self._since)
        files, read = report.files - (cut is not None), report.read - (cut[1] if cut is not None else 0)
        return Rest(self._passed, told, files, read, *self._lost, tuple(found)) if told else None

    def run(self) -> Report:
        """Walk and scan. Blocking; a thread of its own reads ahead, this one scans."""
        self._began, self._since = time.monotonic(), time.time_ns()
        self._before = (0, 0) if self._from else (self.report.files, self.report.read)
        with closing(ahead(self._gather.read(self._wanted()))) as found:
            for one in found:
                if self._stopped():
                    _leave(one)
                    break
                if isinstance(one, Batch):
                    self._together(one)
                else:
                    self._alone(one)
                self._passed, self._lost = one.passed - (self._cut is not None), one.lost
                self.told(self.report)
                if self._cut is not None:
                    break
        self.report.unread += self._gather.unread
        self.report.skipped.update(self._gather.skipped)
        self.report.seconds = time.monotonic() - self._began
        self.told(self.report)
        return self.report

    def _wanted(self) -> Iterator[Named]:
        """The files to read; the thread that reads asks for one after the other."""
        for number, (name, path) in enumerate(self._names()):
            if self._over():
                return
            place = self.place(name)
            if place is not None and number >= self._from:
                yield number, self.prefix + name, path, place

    def _stopped(self) -> bool:
        if self.stop is not None and self.stop.is_set():
            self.report.capped = "stopped"
        return self.report.capped == "stopped"

    def _over(self) -> bool:
        """Whether a limit is reached, counted where files are opened."""
        report, (files, size) = self.report, self._before
        if self.stop is not None and self.stop.is_set():
            report.capped = "stopped"
        elif files + self._gather.files >= self.limits.files:
            report.capped = "files"
        elif size + self._gather.size >= self.limits.size:
            report.capped = "bytes"
        elif time.monotonic() - self._began > self.limits.seconds:
            report.capped = "seconds"
        return bool(report.capped)

    def _enough(self) -> bool:
        """Whether a long file is left in the middle: what is opened ahead of it does not count yet."""
        report = self.report
        if self.stop is not None and self.stop.is_set():
            report.capped = "stopped"
        elif report.read - self._earlier >= self.limits.size:
            report.capped = "bytes"
        elif time.monotonic() - self._began > self.limits.seconds:
            report.capped = "seconds"
        else:
            return False
        return True

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
                self._shut(error)
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

    def _shut(self, error: OSError) -> None:
        self.report.skipped[reason(error)] += 1
        self.report.unread += 4096

    def _plain(self) -> Iterator[tuple[str, str]]:
        """The names once more, without counting anything."""
        return Walk(self.root, self.place, self.private, also=self.also)._names()

    def _together(self, batch: Batch) -> None:
        """Small files, in one pass; only those in which an anchor was met are looked at one by one."""
        report, buffer = self.report, batch.buffer
        report.files += len(batch.files)
        report.read += batch.used
        if self.noticed is not None and self._marked(memoryview(buffer)[: batch.used]):
            for name, _, start, end in batch.files:
                self.noticed(name, bytes(buffer[start:end]))
        for number in touched(buffer, [(start, end) for _, _, start, end in batch.files]):
            name, place, start, end = batch.files[number]
            self._keep(Scanner(name, place, self.private).whole(bytes(buffer[start:end])), place)

    def _alone(self, one: Single) -> None:
        self.report.files += 1
        if one.packed:
            self._archive(one.handle, one.name, one.size, one.place)
            return
        self.report.read += len(one.head)
        if self.noticed is not None and self._marked(head := one.head[:PIECE]):
            self.noticed(one.name, head)
        if one.handle < 0:
            hits = glance(one.head)
            if hits != []:
                self._keep(Scanner(one.name, one.place, self.private).whole(one.head, hits), one.place)
            return
        with os.fdopen(one.handle, "rb", buffering=0):
            self._long(one)

    def _marked(self, data: bytes | memoryview) -> bool:
        return not self.marks or any_of(self.marks)(data)

    def _long(self, one: Single) -> None:
        """Never more than the file's first size plus one byte: a file that grows while it is read does not hold us."""
        scanner = Scanner(one.name, one.place, self.private)
        scanner.feed(one.head)
        left = one.size - len(one.head)
        while left > 0 and (piece := os.read(one.handle, min(PIECE, left))):
            scanner.feed(piece)
            left -= len(piece)
            self.report.read += len(piece)
            if self._enough():
                self.report.unread += left
                self._cut = (one.name, one.size - left)
                break
        self._keep(scanner.end(), one.place)

    def _archive(self, handle: int, name: str, size: int, place: Place) -> None:
        scanners: list[Scanner] = []

        def take(member: str) -> Callable[[bytes], None]:
            while scanners:
                self._keep(scanners.pop().end(), place)
            scanners.append(Scanner(f"{name}!{member}", place, self.private))
            return scanners[-1].feed

        with os.fdopen(handle, "rb") as file:
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


def _leave(one: Batch | Single) -> None:
    if isinstance(one, Single) and one.handle >= 0:
        os.close(one.handle)


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
