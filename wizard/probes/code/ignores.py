"""Works out what git would ignore, by rules that we read ourselves: ``git check-ignore`` would read the repository's own settings."""

from __future__ import annotations

import importlib
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _pathspec() -> Any:
    """Loaded at first use: it loads hyperscan and RE2 with it, and no probe may do that by being listed."""
    return importlib.import_module("pathspec")


@dataclass(slots=True)
class Ignores:
    """gitignore rules as we read them ourselves: every ``.gitignore`` on the way and ``info/exclude``; never the user's global file."""

    root: Path
    _specs: dict[str, Any] = field(default_factory=dict)

    def ignored(self, name: str) -> bool:
        """Whether git would leave `name` (relative, ``/``) alone. A file in an ignored folder is ignored whatever comes later."""
        parts = name.split("/")
        return any(self._one("/".join(parts[:depth]), depth < len(parts)) for depth in range(1, len(parts) + 1))

    def _one(self, name: str, folder: bool) -> bool:
        bases = name.split("/")[:-1]
        verdict = self._check(".git/info/exclude", name, folder)
        for depth in range(len(bases) + 1):
            base = "/".join(bases[:depth])
            told = self._check(
                f"{base}/.gitignore" if base else ".gitignore", name[len(base) + 1 if base else 0 :], folder
            )
            verdict = told if told is not None else verdict
        return bool(verdict)

    def _check(self, file: str, name: str, folder: bool) -> bool | None:
        if file not in self._specs:
            self._specs[file] = self._load(self.root / file)
        spec = self._specs[file]
        return spec.check_file(name + "/" if folder else name).include if spec is not None else None

    def _load(self, path: Path) -> Any:
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return None
            with path.open("rb") as file:
                lines = file.read(1 << 20).decode("utf-8", "replace").splitlines()
            return _pathspec().GitIgnoreSpec.from_lines(lines)
        except (OSError, ValueError):
            return None
