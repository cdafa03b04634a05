"""Reads a file within bounds, and writes it whole or not at all: a temporary file beside it, flushed to the disk, then renamed over it."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from wizard.model import Trouble
from wizard.seal.types import MAX_FILE

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises Trouble: seal.no-file, seal.too-large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise Trouble("seal.no-file", path=path, error=error.strerror or "") from error
    if len(content) > MAX_FILE:
        raise Trouble("seal.too-large", code=1, path=path, limit=MAX_FILE // 1_048_576)
    return content


def replace(path: Path, content: bytes, *, unchanged: bytes | None = None) -> None:
    """Put `content` at `path`; with `unchanged`, only if the file still holds these bytes (somebody else may have signed meanwhile).

    Raises Trouble: seal.disk-full, seal.read-only, seal.changed-meanwhile. The old file is untouched then.
    """
    path = path.resolve()
    temporary: Path | None = None
    try:
        handle, made = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        temporary = Path(made)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        if unchanged is not None and path.read_bytes() != unchanged:
            raise Trouble("seal.changed-meanwhile", code=4, path=path)
        temporary.replace(path)
        temporary = None
        _flush_folder(path.parent)
    except OSError as error:
        key = "seal.disk-full" if error.errno in _FULL else "seal.read-only"
        raise Trouble(key, code=4, path=path, error=error.strerror or "") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def create_private(path: Path, content: bytes) -> bool:
    """Make a file that only its owner can read (0600, folder 0700); False when it exists already. Raises Trouble: seal.no-key-folder."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        temporary = Path(made)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, path)  # fails if another process was first: its key is the one to use
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                if path.exists():
                    return False
                temporary.replace(path)
            _flush_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise Trouble("seal.no-key-folder", code=4, path=path.parent, error=error.strerror or "") from error
    return True


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
