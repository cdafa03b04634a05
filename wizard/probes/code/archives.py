"""Looks into archives one level deep: members streamed, never written to disk, bounded in bytes, number and ratio."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

MOST_OUT = 64 << 20
MOST_RATIO = 100
MOST_MEMBERS = 2_000
PIECE = 1 << 18
ZIPS = (".zip", ".whl", ".docx", ".xlsx", ".apk", ".jar")
TARS = (".tar", ".tgz", ".tar.gz")
OPENED = (*ZIPS, *TARS, ".gz")
NESTED = (*ZIPS, *TARS, ".gz", ".7z", ".rar", ".bz2", ".xz")

Take = Callable[[str], Callable[[bytes], None]]
"""Given a member's name, gives where its bytes go."""


@dataclass(slots=True)
class Opened:
    """How it went. `why` is empty when all of it was read: bomb, members, broken, encrypted, nested."""

    members: int = 0
    nested: int = 0
    out: int = 0
    why: str = ""
    names: list[str] = field(default_factory=list)


def is_archive(name: str) -> bool:
    """By its name, something that `look` opens."""
    return name.lower().endswith(OPENED)


def look(file: IO[bytes], name: str, size: int, take: Take) -> Opened:
    """Stream the members of the archive into `take`; `size` is that of the archive in bytes. Never raises on a hostile archive."""
    opened = Opened()
    small = name.lower()
    try:
        if small.endswith(ZIPS):
            _zip(file, opened, size, take)
        elif small.endswith(TARS):
            _tar(file, opened, size, take)
        else:
            with gzip.GzipFile(fileobj=file) as stream:
                opened.members = 1
                _stream(stream, opened, size, take(name[:-3] or name))
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError, zlib.error, RecursionError):
        opened.why = opened.why or "broken"
    except (tarfile.TarError, zipfile.BadZipFile):
        opened.why = opened.why or "broken"
    return opened


def _zip(file: IO[bytes], opened: Opened, size: int, take: Take) -> None:
    with zipfile.ZipFile(file) as packed:
        for info in packed.infolist():
            if info.is_dir():
                continue
            if not _next(opened, info.filename):
                return
            if info.flag_bits & 1:
                opened.why = "encrypted"
                continue
            if info.filename.lower().endswith(NESTED):
                opened.nested += 1
                continue
            with packed.open(info) as member:
                if not _stream(member, opened, size, take(info.filename)):
                    return


def _tar(file: IO[bytes], opened: Opened, size: int, take: Take) -> None:
    with tarfile.open(fileobj=file, mode="r|*") as packed:
        for info in packed:
            if not info.isreg():
                continue
            if not _next(opened, info.name):
                return
            if info.name.lower().endswith(NESTED):
                opened.nested += 1
                continue
            member = packed.extractfile(info)
            if member is not None and not _stream(member, opened, size, take(info.name)):
                return


def _next(opened: Opened, name: str) -> bool:
    opened.members += 1
    if opened.members > MOST_MEMBERS:
        opened.why = "members"
        return False
    return bool(name) or True


def _stream(member: IO[bytes] | gzip.GzipFile, opened: Opened, size: int, put: Callable[[bytes], None]) -> bool:
    """All bytes of one member; False when the archive turned out to be a bomb."""
    while piece := member.read(PIECE):
        opened.out += len(piece)
        if opened.out > MOST_OUT or opened.out > max(size, 4096) * MOST_RATIO:
            opened.why = "bomb"
            return False
        put(piece)
    return True
