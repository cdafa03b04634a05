"""Reads files ahead of the scan, in a thread of its own: small ones side by side into one buffer, so that they are looked at in one pass."""

from __future__ import annotations

import errno
import os
import queue
import stat
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

from wizard.probes.code import archives
from wizard.probes.code.secrets import Place

PICTURES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "ico",
        "avif",
        "bmp",
        "tiff",
        "pdf",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "eot",
        "mp3",
        "mp4",
        "mov",
        "webm",
        "wav",
        "ogg",
        "psd",
        "heic",
    ]
)
PIECE = 1 << 20
WHOLE = 16 << 20
"""Files up to this size are read at once and looked at where they stand; larger ones go through in pieces."""
SMALL = 128 << 10
"""Files up to this size share a buffer."""
MOST_TOGETHER = 512
AHEAD = 2
_PACKED = frozenset(ending.rpartition(".")[2] for ending in archives.OPENED)
_BUFFERS = AHEAD + 2
"""One that is filled, those that wait, one that is looked at."""
OPEN_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))

Named = tuple[int, str, str, Place]
"""A file to be read: its number in the walk, its name, its path, what it is."""
Lost = tuple[int, tuple[tuple[str, int], ...]]
"""What could not be read up to here (bytes, guessed), and what was skipped (reason, count)."""


@dataclass(slots=True)
class Batch:
    """Small files side by side in one buffer, which is filled again later: (name, place, start, end). `passed`: names that are done with them."""

    buffer: bytearray
    files: list[tuple[str, Place, int, int]] = field(default_factory=list)
    used: int = 0
    passed: int = 0
    lost: Lost = (0, ())


@dataclass(slots=True)
class Single:
    """A file of its own, and all of it or its first bytes. `handle` is open where there may be more; who gets it closes it."""

    name: str
    place: Place
    size: int
    head: bytes
    passed: int
    handle: int = -1
    packed: bool = False
    lost: Lost = (0, ())


Read = Batch | Single


@dataclass(slots=True)
class Gather:
    """Opens files and reads them. What could not be read is in `skipped` (by reason) and `unread` (bytes, guessed)."""

    skipped: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    files: int = 0
    size: int = 0
    """Files opened so far, and their bytes as they tell them."""
    _seen: set[tuple[int, int]] = field(default_factory=set)
    _turn: int = 0
    _buffers: list[bytearray] = field(default_factory=list)
    _batch: Batch = field(default_factory=lambda: Batch(bytearray()))

    def read(self, files: Iterable[Named]) -> Iterator[Read]:
        """Batches and single files, in order. A buffer is filled again when the second batch after it is asked for."""
        self._fresh(0)
        passed = 0
        for file in files:
            passed = file[0]
            kind = file[1][file[1].rfind(".") + 1 :].lower()
            if kind in PICTURES:
                self.skipped["picture"] += 1
                continue
            handle, size = self._open(file[2])
            if handle < 0:
                continue
            alone = size > SMALL or kind in _PACKED
            if not alone and (self._batch.used + SMALL >= PIECE or len(self._batch.files) >= MOST_TOGETHER):
                yield self._fresh(passed)
            try:
                single = _single(file, handle, size, kind in _PACKED) if alone else self._add(file, handle, size)
            except OSError as error:
                os.close(handle)
                self.missed(error)
                continue
            self.files += 1
            self.size += size
            if single is not None:
                if self._batch.files:
                    yield self._fresh(passed)
                single.lost = self.lost
                yield single
        if self._batch.files:
            yield self._fresh(passed + 1)

    @property
    def lost(self) -> Lost:
        """What could not be read and what was skipped so far."""
        return self.unread, tuple(sorted(self.skipped.items()))

    def missed(self, error: OSError) -> None:
        """Count what could not be opened."""
        self.skipped[reason(error)] += 1
        self.unread += 4096

    def _open(self, path: str) -> tuple[int, int]:
        """An open handle on a regular file, and its size; -1 when it is none, or was read already under another name."""
        try:
            handle = os.open(path, OPEN_FLAGS)
        except OSError as error:
            self.missed(error)
            return -1, 0
        facts = os.fstat(handle)
        if stat.S_ISREG(facts.st_mode):
            known = (facts.st_dev, facts.st_ino) if facts.st_nlink > 1 else None
            if known is None or known not in self._seen:
                if known is not None:
                    self._seen.add(known)
                return handle, facts.st_size
        else:
            self.skipped["special"] += 1
        os.close(handle)
        return -1, 0

    def _add(self, file: Named, handle: int, size: int) -> Single | None:
        """Put a small file into the batch; one that tells no size and is long comes back. Never much more is read than the size that it had."""
        batch = self._batch
        room = size + 1 if size else SMALL
        count = fill(handle, memoryview(batch.buffer)[batch.used : batch.used + room])
        if count == room and not size:
            head = bytes(memoryview(batch.buffer)[batch.used : batch.used + count])
            more = os.read(handle, PIECE)
            os.close(handle)
            return Single(file[1], file[3], 0, head + more, file[0] + 1)
        os.close(handle)
        batch.files.append((file[1], file[3], batch.used, batch.used + count))
        batch.used += count
        return None

    def _fresh(self, passed: int) -> Batch:
        """The batch so far; the next begins in another buffer."""
        full = self._batch
        full.passed, full.lost = passed, self.lost
        if len(self._buffers) < _BUFFERS:
            self._buffers.append(bytearray(PIECE + 1))
        self._batch = Batch(self._buffers[self._turn])
        self._turn = (self._turn + 1) % _BUFFERS
        return full


def reason(error: OSError) -> str:
    """Why something could not be opened: denied, vanished."""
    return "denied" if error.errno in (errno.EACCES, errno.EPERM) else "vanished"


def _single(file: Named, handle: int, size: int, packed: bool) -> Single:
    number, name, _, place = file
    if packed:
        return Single(name, place, size, b"", number + 1, handle, packed=True)
    if size > WHOLE:
        return Single(name, place, size, os.read(handle, PIECE), number + 1, handle)
    head = os.read(handle, size + 1)
    os.close(handle)
    return Single(name, place, size, head, number + 1)


def fill(handle: int, view: memoryview) -> int:
    """Read into the buffer itself where the system can."""
    if hasattr(os, "readv"):
        return os.readv(handle, [view])
    piece = os.read(handle, len(view))
    view[: len(piece)] = piece
    return len(piece)


def ahead(source: Iterator[Read]) -> Generator[Read, None, None]:
    """The same, read by a thread of its own while the last one is looked at: reading and scanning each leave the interpreter alone."""
    waiting: queue.Queue[Read | BaseException | None] = queue.Queue(AHEAD)
    enough = threading.Event()

    def work() -> None:
        last: BaseException | None = None
        try:
            for one in source:
                waiting.put(one)
                if enough.is_set():
                    break
        except BaseException as error:
            last = error
        waiting.put(last)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    one: Read | BaseException | None = None
    try:
        while isinstance(one := waiting.get(), Batch | Single):
            yield one
    finally:
        enough.set()
        while isinstance(one, Batch | Single):
            one = waiting.get()
            if isinstance(one, Single) and one.handle >= 0:
                os.close(one.handle)
        thread.join()
    if one is not None:
        raise one
