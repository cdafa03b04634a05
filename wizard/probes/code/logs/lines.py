"""Reads log files as lines: folders, plain and gzip, streamed and bounded; the secrets engine sees every byte on the way."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from wizard.model import FileRef
from wizard.probes.code.secrets import Fingerprint, Match, Place, Scanner, escape

MOST_BYTES = 2 << 30
MOST_SECONDS = 60.0
MOST_FILES = 2_000
MOST_LINE = 1 << 16
MOST_MATCHES = 200
PIECE = 1 << 20
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NOT_LOGS = (
    ".eml",
    ".png",
    ".jpg",
    ".jpeg",
    ".pdf",
    ".zip",
    ".tar",
    ".tgz",
    ".bz2",
    ".xz",
    ".zst",
    ".7z",
    ".db",
    ".sqlite",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, colours taken off. `file` is its name as shown, `number` counts from 1."""

    file: str
    number: int
    text: str


@dataclass(slots=True)
class Reading:
    """What was read so far. `unread` counts bytes that were there and not looked at; `capped` why reading ended early."""

    files: list[FileRef] = field(default_factory=list)
    read: int = 0
    unread: int = 0
    lines: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    capped: str = ""
    matches: list[Match] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = MOST_SECONDS
    size: int = MOST_BYTES

    def skip(self, why: str, size: int = 0) -> None:
        """Count a file that is not read."""
        self.skipped[why] = self.skipped.get(why, 0) + 1
        self.unread += size

    def over(self, stop: Event | None) -> bool:
        """Whether a limit is reached or the person asked to stop."""
        if stop is not None and stop.is_set():
            self.capped = "stopped"
        elif self.read >= self.size:
            self.capped = "bytes"
        elif time.monotonic() - self.began > self.seconds:
            self.capped = "seconds"
        return bool(self.capped)


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
        """Split into lines at LF alone, so that a CR in a line stays in it."""
        rest, number, wide, end = b"", 0, "", b"\n"
        for piece in self._pieces():
            if not number and not rest:
                wide = _MARKS.get(piece[:2], "")
                end = {"": b"\n", "utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}[wide]
            parts = (rest + piece).split(end)
            rest = parts.pop()
            for part in parts:
                number += 1
                yield self._line(number, part, wide)
            if len(rest) > MOST_LINE * 4:
                self.reading.unread += len(rest) - MOST_LINE
                rest = rest[:MOST_LINE]
        if rest:
            yield self._line(number + 1, rest, wide)

    def _line(self, number: int, raw: bytes, wide: str) -> Line:
        self.reading.lines += 1
        if len(raw) > MOST_LINE:
            self.reading.unread += len(raw) - MOST_LINE
            raw = raw[:MOST_LINE]
        text = raw.decode(wide or "utf-8", "replace").rstrip("\r")
        if number == 1:
            text = text.lstrip("\ufeff")
        return Line(self.name, number, _plain(text))

    def _pieces(self) -> Iterator[bytes]:
        """The file's bytes, unpacked, each piece given to the engine first; the file's digest is of its bytes as they lie."""
        if self.name.lower().endswith(_NOT_LOGS):
            self.reading.skip("not-a-log", 0)
            return
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self.path, flags)
        except OSError:
            self.reading.skip("denied", 4096)
            return
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                self.reading.skip("special")
                return
            digest, scanner = hashlib.sha256(), Scanner(self.name, Place.LOG, self.private)
            left, unpack = facts.st_size, _Unpack()
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
            room = MOST_MATCHES - len(self.reading.matches)
            self.reading.matches += scanner.end().matches[: max(room, 0)]
            self.reading.files.append(FileRef(self.name, digest.hexdigest() if left == 0 else ""))


class _Unpack:
    """Passes plain bytes through and unpacks gzip (members one after the other), at most 100 bytes out for one in."""

    def __init__(self) -> None:
        self._inner: zlib._Decompress | None = None
        self._first = True
        self._spent = [0, 0]
        self._open = False
        self.broken = False

    @property
    def unfinished(self) -> bool:
        """Whether the packed bytes broke off before their end."""
        return self._inner is not None and not self._inner.eof and not self.broken and self._open

    def __call__(self, raw: bytes, reading: Reading) -> Iterator[bytes]:
        """The bytes that `raw` unpacks to, in pieces of at most 1 MiB."""
        if self._first and raw[:2] == b"\x1f\x8b":
            self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._first = False
        if self._inner is None:
            yield raw
            return
        self._spent[0] += len(raw)
        while raw and not self.broken:
            try:
                piece = self._inner.decompress(raw, PIECE)
                self._open = not self._inner.eof
            except zlib.error:
                self.broken = True
                reading.skip("broken-gzip", len(raw))
                return
            self._spent[1] += len(piece)
            if piece:
                yield piece
            if self._spent[1] > 100 * self._spent[0] + PIECE:
                self.broken = True
                reading.skip("gzip-bomb", len(raw))
                return
            raw = self._inner.unconsumed_tail
            if self._inner.eof:
                raw = self._inner.unused_data
                self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)


def _plain(text: str) -> str:
    """Colours off; other control characters become escapes, so that they are seen and do nothing."""
    if text.isprintable():
        return text
    if "\x1b" in text:
        text = _ANSI.sub(
            "", text.replace("\x1b[31mlrline", "\u241b[31mlrline")
        )  # our own colour stays visible: it should not be there
    return _CONTROL.sub(lambda one: f"\\x{ord(one[0]):02x}", text)
