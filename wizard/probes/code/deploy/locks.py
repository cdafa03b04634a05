"""Manifests and their locks: does a second install give the same packages? (row 10 of the scorecard; CIS v8 2)."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass

from wizard.probes.code.deploy.folder import Folder

PAIRS: dict[str, tuple[str, ...]] = {
    "package.json": (
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
    ),
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock", "requirements.txt", "pylock.toml"),
    "Pipfile": ("Pipfile.lock",),
    "go.mod": ("go.sum",),
    "Cargo.toml": ("Cargo.lock",),
    "Gemfile": ("Gemfile.lock",),
    "composer.json": ("composer.lock",),
    "requirements.in": ("requirements.txt",),
}
_EXACT = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*==\s*[^\s;]+|^-|^\s*#|^\s*$|^[A-Za-z0-9._-]+\s*@\s*\S+#sha256=")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A list of packages and its lock. `state`: locked, no-lock, lock-ignored, out-of-step, loose (requirements without ``==``)."""

    name: str
    lock: str
    state: str
    lacking: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def manifests(folder: Folder) -> tuple[Manifest, ...]:
    """Every manifest with dependencies; a member of a workspace is held by the lock above it."""
    found = [_judged(folder, name, kind) for kind in PAIRS for name in folder.named(kind)[:20]]
    alone = [
        n for n in folder.named("requirements.txt")[:5] if not _beside(folder, n, ("pyproject.toml", "requirements.in"))
    ]
    found += [_requirements(folder, name) for name in alone]
    return tuple(m for m in found if m is not None)


def _judged(folder: Folder, name: str, kind: str) -> Manifest | None:
    wanted = _dependencies(folder.text(name), kind)
    if wanted is not None and not wanted:
        return None
    locks = _locks(folder, name, PAIRS[kind])
    if not locks:
        ignored = [lock for lock in _places(name, PAIRS[kind]) if folder.ignored(lock)]
        return Manifest(name, "", "lock-ignored" if ignored and folder.git == "yes" else "no-lock")
    lock = locks[0]
    if lock.endswith("requirements.txt") and (loose := _requirements(folder, lock)) and loose.state != "locked":
        return Manifest(name, lock, "loose", loose.lacking)
    if not folder.tracked(lock):
        return Manifest(name, lock, "lock-ignored" if folder.ignored(lock) else "no-lock")
    lacking = _lacking(folder.text(lock), wanted or ())
    return Manifest(name, lock, "out-of-step" if lacking else "locked", lacking, tuple(locks[1:]))


def _places(name: str, locks: tuple[str, ...]) -> list[str]:
    """Where a lock may stand: beside the manifest, or in a folder above it (a workspace)."""
    parts = name.split("/")[:-1]
    bases = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
    return [f"{base}/{lock}" if base else lock for base in bases for lock in locks]


def _locks(folder: Folder, name: str, locks: tuple[str, ...]) -> list[str]:
    there = set(folder.names)
    found = [place for place in _places(name, locks) if place in there]
    nearest = found[0].rpartition("/")[0] if found else ""
    return [place for place in found if place.rpartition("/")[0] == nearest]


def _beside(folder: Folder, name: str, others: tuple[str, ...]) -> bool:
    base = name.rpartition("/")[0]
    return any((f"{base}/{other}" if base else other) in folder.names for other in others)


def _requirements(folder: Folder, name: str) -> Manifest:
    lines = folder.text(name).replace("\\\n", " ").splitlines()
    loose = tuple(line.strip()[:60] for line in lines if line.strip() and not _EXACT.match(line.strip()))[:10]
    return Manifest(name, name, "loose" if loose else "locked", loose)


def _dependencies(text: str, kind: str) -> tuple[str, ...] | None:
    """The names that a manifest asks for; None where this reader cannot tell."""
    try:
        if kind == "package.json":
            table = json.loads(text)
            return tuple(k for part in ("dependencies", "devDependencies") for k in table.get(part) or {})
        if kind == "pyproject.toml":
            table = tomllib.loads(text)
            named = [
                re.split(r"[\s\[<>=!~;@(]", one, maxsplit=1)[0]
                for one in table.get("project", {}).get("dependencies", [])
            ]
            return tuple(named) + tuple(
                k for k in table.get("tool", {}).get("poetry", {}).get("dependencies", {}) if k != "python"
            )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None
    return None


def _lacking(lock: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the manifest that do not occur in the lock's text at all."""
    known = lock.lower().replace("_", "-").replace(".", "-")
    return tuple(name for name in wanted if lock and name.lower().replace("_", "-").replace(".", "-") not in known)[:10]
