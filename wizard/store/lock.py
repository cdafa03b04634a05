"""One process at a time holds an assessment. The system drops the lock when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from wizard.model import Trouble


class Lock:
    """An advisory lock on a small file that names the holder's process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Take hold, or raise Trouble (exit 4) that names the process which holds it."""
        try:
            file = self.path.open("a+b")
        except OSError as error:
            raise Trouble("store.cannot-write", code=4, folder=self.path.parent, why=error.strerror or "") from error
        if not _lock(file):
            file.seek(0)
            holder = file.read(20).decode("ascii", "replace").strip() or "?"
            file.close()
            raise Trouble("store.held", code=4, folder=self.path.parent, process=holder)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
