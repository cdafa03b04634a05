"""A folder of code as deployment facts need it: names in order, small texts, what git tracks and ignores. Links are not followed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from wizard.probes.code.sorts import Sorts
from wizard.probes.code.tree import SKIPPED

MOST_NAMES = 30_000
MOST_TEXT = 1 << 20
PARTS = frozenset({"test", "tests", "__tests__", "spec", "fixtures", "examples", "docs"})


@dataclass(frozen=True, slots=True)
class Folder:
    """`names` are relative, with ``/``; `whole` is False when there were too many. `git` as in `Sorts`."""

    root: Path
    names: tuple[str, ...]
    whole: bool
    git: str
    sorts: Sorts

    @classmethod
    def of(cls, root: Path) -> Folder:
        """Walk the folder once. Blocking."""
        names: list[str] = []
        waiting = [""]
        while waiting and len(names) < MOST_NAMES:
            base = waiting.pop()
            try:
                entries = sorted(os.scandir(root / base), key=lambda e: e.name)
            except OSError:
                continue
            for entry in entries:
                if entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED:
                        waiting.append(f"{base}{entry.name}/")
                else:
                    names.append(base + entry.name)
        sorts = Sorts.of(root)
        return cls(root, tuple(sorted(names[:MOST_NAMES])), len(names) < MOST_NAMES, sorts.git, sorts)

    def text(self, name: str) -> str:
        """A small regular file as text; "" when it is none, or larger than 1 MiB."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            handle = os.open(self.root / name, flags)
        except OSError:
            return ""
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_TEXT:
                return ""
            return file.read(MOST_TEXT).decode("utf-8", "replace")

    def tracked(self, name: str) -> bool:
        """Whether git tracks it; without git everything that lies there counts."""
        return self.sorts.tracked is None or name in self.sorts.tracked

    def ignored(self, name: str) -> bool:
        """Whether git would leave it alone."""
        return self.sorts.ignores.ignored(name)

    def named(self, *names: str) -> list[str]:
        """Files of these names (any case), anywhere but in tests and examples; the nearest to the top first."""
        wanted = {name.lower() for name in names}
        found = [n for n in self.names if n.rpartition("/")[2].lower() in wanted and not set(n.split("/")[:-1]) & PARTS]
        return sorted(found, key=lambda n: (n.count("/"), n))
