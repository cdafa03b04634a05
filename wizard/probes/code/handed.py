"""What was handed over, by its SHA-256: evidence from a repository names the very bytes that it rests on (contract: basis evidenced)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from wizard.model import Basis, FileRef, Finding
from wizard.probes.code.tree import SKIPPED, digest, shown

MOST_FILES = 30_000
MOST_BYTES = 512 << 20


def refs(*paths: Path | None) -> tuple[FileRef, ...]:
    """One reference for each file or folder that is there. Blocking."""
    found = []
    for path in paths:
        if path is not None and (mark := _folder(path) if path.is_dir() else digest(path)):
            found.append(FileRef(shown(path.name) or ".", mark))
    return tuple(found)


def _folder(root: Path) -> str:
    """SHA-256 of the folder's ``sha256sum`` list: a line ``<hash>  <name>`` a file, sorted by name; links and what tools make are left out."""
    lines: list[tuple[str, str]] = []
    left = MOST_BYTES
    for base, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = Path(base, name)
            try:
                if path.is_symlink() or not path.is_file():
                    continue
                size = path.stat().st_size
            except OSError:
                continue
            if size <= left and len(lines) < MOST_FILES and (mark := digest(path)):
                left -= size
                lines.append((path.relative_to(root).as_posix(), mark))
    text = "".join(f"{mark}  {name}\n" for name, mark in sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def named(found: Iterable[Finding], files: tuple[FileRef, ...]) -> tuple[Finding, ...]:
    """The findings, each that rests on what was handed over with its files."""
    return tuple(replace(f, files=files) if f.basis is Basis.EVIDENCED and not f.files else f for f in found)
