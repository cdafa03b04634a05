"""Says what a file in a folder of code is: tracked, ignored, an environment file, output that ships to browsers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from wizard.probes.code import gitroom
from wizard.probes.code.ignores import Ignores
from wizard.probes.code.secrets import Found, Place
from wizard.probes.code.tree import shown

BUILDS = (
    "dist", "build/static", ".next/static", "public", "out", ".output/public", ".svelte-kit/output/client", "build/client",
    "build", "www", ".vercel/output/static",
)  # fmt: skip
SERVER_BUILDS = (
    ".next/server",
    ".next/cache",
    ".output/server",
    ".next/standalone",
    ".svelte-kit/output/server",
    "build/server",
)
_ENV = re.compile(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|[\w-]+\.env|\.envrc|\.dev\.vars|\.env-[\w-]+)$")
_SAMPLE = re.compile(r"(?i)(?:example|sample|template|dist|defaults?)")


@dataclass(frozen=True, slots=True)
class Env:
    """An environment file: how many names have a value, and how git sees it (tracked, ignored, loose, or no-git)."""

    name: str
    state: str


@dataclass(slots=True)
class Sorts:
    """Says what a file of the folder is: tracked, ignored, an environment file, build output."""

    git: str
    tracked: frozenset[str] | None
    ignores: Ignores
    builds: tuple[str, ...]
    envs: list[Env] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path) -> Sorts:
        """Reads the index in a clean room; a store that is refused counts as no git."""
        store = gitroom.open_store(root)
        tracked: frozenset[str] | None = None
        if store is not None and not store.refused:
            with gitroom.Room(store) as room:
                tracked = room.tracked()
        git = "" if store is None else store.refused or ("yes" if tracked is not None else "odd")
        builds = tuple(name + "/" for name in BUILDS if _ships(root / name))
        return cls(git, tracked, Ignores(root), builds)

    def place(self, name: str) -> Place:
        """Where a file stands, by its path. One that git does not track is settled later, when something was found in it."""
        tracked = self.tracked is not None and name in self.tracked
        if ("env" in name or "dev.vars" in name) and _ENV.search(name) and not _SAMPLE.search(name.rsplit("/", 1)[-1]):
            return self._env(name, tracked)
        if _SERVER.search(name) and not tracked:
            return Place.SERVER_BUILD
        if name.startswith(self.builds) or _DEEP.search(name):
            return Place.BUILD
        if self.tracked is None:
            return Place.LOOSE
        return Place.TRACKED if tracked else Place.ENV_LOOSE

    def _env(self, name: str, tracked: bool) -> Place:
        if self.tracked is None:
            state, place = "no-git", Place.ENV_NO_GIT
        elif tracked:
            state, place = "tracked", Place.TRACKED
        elif self.ignores.ignored(name):
            state, place = "ignored", Place.ENV_IGNORED
        else:
            state, place = "loose", Place.ENV_LOOSE
        self.envs.append(Env(shown(name), state))
        return place

    def settled(self, found: Found) -> Found:
        """An untracked file that git ignores is where such things belong; one of a repository inside this one is tracked there, as far as we know."""
        name = found.match.name.partition("!")[0]
        if found.place is Place.ENV_LOOSE and self._inside_another(name):
            return replace(found, place=Place.LOOSE)
        if found.place is Place.ENV_LOOSE and self.ignores.ignored(name):
            return replace(found, place=Place.ENV_IGNORED)
        return found

    def _inside_another(self, name: str) -> bool:
        parts = name.split("/")[:-1]
        return any((self.ignores.root.joinpath(*parts[:depth]) / ".git").exists() for depth in range(1, len(parts) + 1))


_SERVER = re.compile("|".join(map(re.escape, SERVER_BUILDS)))
_DEEP = re.compile(r"(?:^|/)(?:\.next/static|\.output/public|\.svelte-kit/output/client|\.vercel/output/static)/")


def _ships(folder: Path) -> bool:
    """Build output for browsers: a folder by one of the usual names with a page, a manifest or a bundle in it."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    if folder.name == "public":
        return True
    signs = ("index.html", "asset-manifest.json", "manifest.json", "assets", "static", "_next", "_astro", "chunks")
    return any((folder / sign).exists() for sign in signs)
