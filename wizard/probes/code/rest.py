"""Where a look through a folder or a history ended early, so that the next may go on there; only while what was passed is still the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from wizard.probes.code.secrets import Found

_COARSE = 20_000_000


@dataclass(frozen=True, slots=True)
class Rest:
    """`passed` names or objects were looked at, whose list came to `listing`: what was read among them (bytes), skipped by reason, and found."""

    passed: int
    listing: str
    files: int = 0
    read: int = 0
    unread: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    found: tuple[Found, ...] = ()


def listing(names: Iterable[tuple[str, str]], passed: int, salt: str, before: int = 0) -> str:
    """A fingerprint of the first `passed` files (name, path), their sizes and times of change; "" when there are fewer, or one is not older.

    `before`: nanoseconds since 1970; a file changed after that (or just before, as clocks of file systems are coarse) may have changed after it was
    read. 0: any time will do.
    """
    mark, count = hashlib.sha256(salt.encode("utf-8", "surrogateescape")), 0
    for name, path in islice(names, passed):
        try:
            facts = os.lstat(path)
        except OSError:
            told = "gone"
        else:
            if 0 < before <= facts.st_mtime_ns + _COARSE:
                return ""
            told = f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"
        mark.update(f"{name}\0{told}\0".encode("utf-8", "surrogateescape"))
        count += 1
    return mark.hexdigest() if count == passed else ""
