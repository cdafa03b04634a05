"""Looks into archives one level deep: members streamed, never written to disk, bounded in bytes, number and ratio."""

from __future__ import annotations

import gzip
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

MOST_OUT = 64 << 20
MOST_RATIO = 100
MOST_MEMBERS = 2_000
MOST_LIST = 2 << 20
"""A zip's own list of members, in bytes: it is read whole before the first member."""
MOST_HEADER = 1 << 16
"""A long name or the extra facts of a tar's member, in bytes: they are read whole."""
PIECE = 1 << 18
ZIPS = (".zip", ".whl", ".docx", ".xlsx", ".apk", ".jar")
TARS = (".tar", ".tgz", ".tar.gz")
OPENED = (*ZIPS, *TARS, ".gz")
NESTED = (*ZIPS, *TARS, ".gz", ".7z", ".rar", ".bz2", ".xz")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LONG = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

Take = Callable[[str], Callable[[bytes], None]]
"""Given a member's name, gives where its bytes go."""


@dataclass(slots=True)
class Opened:
    """How it went. `why` is empty when all of it was read: bomb, members, broken, encrypted, method. `nested`: archives inside, not opened."""

    members: int = 0
    nested: int = 0
    out: int = 0
    why: str = ""


class _Bomb(Exception):
    """More comes out than a bound allows."""


def is_archive(name: str) -> bool:
    """By its name, something that `look` opens."""
    return name.lower().endswith(OPENED)


def look(file: IO[bytes], name: str, size: int, take: Take) -> Opened:
    """Stream the members of the archive into `take`; `size` is that of the archive in bytes. Never raises on a hostile archive."""
    opened = Opened()
    put: Callable[[bytes], None] | None = None
    at = 0
    for number, member, piece in pieces(file, name, size, opened):
        if put is None or number != at:
            at, put = number, take(member)
        put(piece)
    return opened


def pieces(file: IO[bytes], name: str, size: int, opened: Opened) -> Iterator[tuple[int, str, bytes]]:
    """(number, name, bytes) piece by piece, members one after the other; how it went is in `opened` at the end. Never raises on a hostile archive."""
    small = name.lower()
    try:
        if small.endswith(ZIPS):
            yield from _zip(file, opened, size)
        elif small.endswith(TARS):
            yield from _tar(file, opened, size)
        else:
            opened.members = 1
            with gzip.GzipFile(fileobj=file) as stream:
                yield from _stream(stream, opened, size, name[:-3] or name)
    except _Bomb:
        opened.why = "bomb"
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError, RecursionError, MemoryError):
        opened.why = opened.why or "broken"
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError):
        opened.why = opened.why or "broken"


def _zip(file: IO[bytes], opened: Opened, size: int) -> Iterator[tuple[int, str, bytes]]:
    if _list_size(file) > MOST_LIST:
        opened.why = "members"
        return
    with zipfile.ZipFile(file) as packed:
        for info in packed.infolist():
            if info.is_dir():
                continue
            if not _next(opened):
                return
            if info.filename.lower().endswith(NESTED):
                opened.nested += 1
            elif info.flag_bits & 1:
                opened.why = "encrypted"
            elif info.compress_type not in _METHODS:  # the others may ask for gigabytes of memory before the first byte
                opened.why = "method"
            else:
                with packed.open(info) as member:
                    yield from _stream(member, opened, size, info.filename)


def _list_size(file: IO[bytes]) -> int:
    """The bytes of a zip's list of members, as its end says; 0 when it has no end."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - (1 << 16) - 98))
    tail = file.read()
    file.seek(0)
    at, wide = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    told = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    return max(told, int.from_bytes(tail[wide + 40 : wide + 48], "little")) if wide >= 0 else told


class _Header(tarfile.TarInfo):
    """A tar's header whose long parts stay small."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        """As the library reads it; `_Bomb` where the header that follows would be read whole and is large."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in _LONG and found.size > MOST_HEADER:
            raise _Bomb
        return found


class _Bounded:
    """Bytes of a stream, unpacked; `_Bomb` when too many come, whatever part of the archive they belong to."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        found = self._stream.read(PIECE if size < 0 else size)
        self._left -= len(found)
        if self._left < 0:
            raise _Bomb
        return found


def _tar(file: IO[bytes], opened: Opened, size: int) -> Iterator[tuple[int, str, bytes]]:
    packed_up = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = _Bounded(gzip.GzipFile(fileobj=file), _most(size)) if packed_up else _Bounded(file, size + PIECE)
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as packed:  # type: ignore[call-overload]
        for info in packed:
            packed.members = []  # the library would keep each header
            if not info.isreg():
                continue
            if not _next(opened):
                return
            if info.name.lower().endswith(NESTED):
                opened.nested += 1
                continue
            member = packed.extractfile(info)
            if member is not None:
                yield from _stream(member, opened, size, info.name)


def _next(opened: Opened) -> bool:
    opened.members += 1
    if opened.members > MOST_MEMBERS:
        opened.why = "members"
        return False
    return True


def _most(size: int) -> int:
    return min(MOST_OUT, max(size, 4096) * MOST_RATIO)


def _stream(
    member: IO[bytes] | gzip.GzipFile, opened: Opened, size: int, name: str
) -> Iterator[tuple[int, str, bytes]]:
    """All bytes of one member, an empty one too; `_Bomb` when more comes than may."""
    number = opened.members
    yield number, name, b""
    while piece := member.read(PIECE):
        opened.out += len(piece)
        if opened.out > _most(size):
            raise _Bomb
        yield number, name, piece
