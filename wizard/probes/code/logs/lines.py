"""Reads log files as lines: folders, plain, gzip and archives, streamed and bounded; the secrets engine sees every byte on the way."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import IO

from wizard.model import FileRef
from wizard.probes.code import archives
from wizard.probes.code.logs.reading import Reading
from wizard.probes.code.logs.split import Line, split
from wizard.probes.code.logs.unpack import PIECE, Unpack
from wizard.probes.code.secrets import Fingerprint, Place, Scanner, escape

MOST_FILES = 2_000
MOST_MATCHES = 200
MOST_NAME = 160
_PACKED = (".zip", ".tar", ".tgz", ".tar.gz")
_SHUT = (".bz2", ".xz", ".zst", ".7z", ".rar")
_NOT_LOGS = (
    ".eml",
    ".png",
    ".jpg",
    ".jpeg",
    ".pdf",
    ".db",
    ".sqlite",
)


def lines(
    paths: tuple[Path, ...], reading: Reading, private: Fingerprint, stop: Event | None, told: Callable[[Reading], None]
) -> Iterator[Line]:
    """Every line of every file, oldest file first. Links are not followed, nothing but regular files is opened."""
    for name, path in _files(paths, reading):
        if reading.over(stop):
            reading.skip("not-reached", _size(path))
            continue
        yield from _File(name, path, reading, private, stop, told).lines()


def _files(paths: tuple[Path, ...], reading: Reading) -> Iterator[tuple[str, Path]]:
    found: list[tuple[float, str, Path]] = []
    for path in paths:
        if path.is_dir():
            for folder, below, names in os.walk(path, followlinks=False):
                below[:] = sorted(name for name in below if not name.startswith(".git"))
                found += [_dated(path, Path(folder) / name) for name in sorted(names)]
                if len(found) > MOST_FILES:
                    reading.capped = "files"
                    break
        elif path.exists():
            found.append((_changed(path), path.name, path))
        else:
            reading.skip("missing")
    yield from ((escape(name), path) for _, name, path in sorted(found)[:MOST_FILES])


def _dated(root: Path, path: Path) -> tuple[float, str, Path]:
    return _changed(path), f"{root.name}/{path.relative_to(root).as_posix()}", path


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


@dataclass(slots=True)
class _File:
    name: str
    path: Path
    reading: Reading
    private: Fingerprint
    stop: Event | None
    told: Callable[[Reading], None]

    def lines(self) -> Iterator[Line]:
        """The file's lines; those of an archive's members one after the other, each as ``archive!member``."""
        small = self.name.lower()
        if small.endswith(_SHUT):
            self.reading.shut(self.name, "other", _size(self.path))
        elif small.endswith(_NOT_LOGS):
            self.reading.skip("not-a-log", 0)
        elif small.endswith(_PACKED):
            yield from self._members()
        else:
            yield from split(self.name, self._pieces(), self.reading)

    def _opened(self) -> IO[bytes] | None:
        """The file, if it is a regular one that may be read; counted if not."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self.path, flags)
        except OSError:
            self.reading.skip("denied", 4096)
            return None
        file = os.fdopen(handle, "rb")
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            file.close()
            self.reading.skip("special")
            return None
        return file

    def _pieces(self) -> Iterator[bytes]:
        """The file's bytes, unpacked, each piece given to the engine first; the file's digest is of its bytes as they lie."""
        file = self._opened()
        if file is None:
            return
        with file:
            digest, scanner = hashlib.sha256(), Scanner(self.name, Place.LOG, self.private)
            left, unpack = os.fstat(file.fileno()).st_size, Unpack(self.name)
            while left > 0 and (raw := file.read(min(PIECE, left))):
                left -= len(raw)
                digest.update(raw)
                for piece in unpack(raw, self.reading):
                    self.reading.read += len(piece)
                    scanner.feed(piece)
                    yield piece
                self.told(self.reading)
                if self.reading.over(self.stop) or unpack.broken:
                    self.reading.unread += left
                    break
            if unpack.unfinished:
                self.reading.skip("cut-gzip")
            self._keep(scanner)
            self.reading.files.append(FileRef(self.name, digest.hexdigest() if left == 0 else ""))

    def _keep(self, scanner: Scanner) -> None:
        room = MOST_MATCHES - len(self.reading.matches)
        self.reading.matches += scanner.end().matches[: max(room, 0)]

    def _members(self) -> Iterator[Line]:
        file = self._opened()
        if file is None:
            return
        with file:
            size, digest = os.fstat(file.fileno()).st_size, hashlib.sha256()
            while not self.reading.over(self.stop) and (raw := file.read(PIECE)):
                digest.update(raw)
            whole = file.tell() == size
            file.seek(0)
            opened, before = archives.Opened(), self.reading.read
            stream = archives.pieces(file, self.name, size, opened)
            for (_, member), some in groupby(stream, key=lambda one: one[:2]):
                name = f"{self.name}!{escape(member)[:MOST_NAME]}"
                if member.lower().endswith(_NOT_LOGS):
                    self.reading.skip("not-a-log")
                elif member.lower().endswith(_SHUT):
                    self.reading.shut(name, "other")
                else:
                    yield from split(name, self._scanned(name, (piece for _, _, piece in some)), self.reading)
                if self.reading.over(self.stop):
                    break
            self._told_of(opened, size, self.reading.read - before)
            self.reading.files.append(FileRef(self.name, digest.hexdigest() if whole else ""))

    def _scanned(self, name: str, some: Iterator[bytes]) -> Iterator[bytes]:
        scanner = Scanner(name, Place.LOG, self.private)
        for piece in some:
            self.reading.read += len(piece)
            scanner.feed(piece)
            yield piece
            self.told(self.reading)
            if self.reading.over(self.stop):
                break
        self._keep(scanner)

    def _told_of(self, opened: archives.Opened, size: int, got: int) -> None:
        """Whatever of the archive stays unread is said: nobody can tell how much it is, so it counts as large as the archive."""
        if opened.why:
            self.reading.shut(self.name, opened.why, max(size, got))
        elif self.reading.capped:
            self.reading.unread += size
        if opened.nested:
            self.reading.shut(self.name, "nested", size)
