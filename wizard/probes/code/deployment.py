"""deployment: can anyone put the same product on the air again, and take a step back? (row 10 of the scorecard; OWASP API8, API9:2023)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from wizard.model import Consent
from wizard.net import Net
from wizard.probe import Probe, Target, progress
from wizard.probes.code import handed
from wizard.probes.code.deploy import envnames, locks, pins, recipe, version
from wizard.probes.code.deploy.folder import Folder
from wizard.probes.code.deployment_read import CHECKS, Seen, read


async def observe(target: Target, net: Net) -> Seen:
    """Read the repository in a thread, ask the running product for its version, compare the two."""
    root = target.repository if target.repository is not None and target.repository.is_dir() else None
    seen = await asyncio.to_thread(_look, root, target.rollback)
    runs = await version.running(target, net)
    match = await asyncio.to_thread(version.matched, root, runs.id) if root is not None and runs.id else version.Match()
    return replace(seen, running=runs, match=match)


def _look(root: Path | None, named: Path | None) -> Seen:
    if root is None:
        return Seen(rollback=recipe.rollback(None, named))
    folder = Folder.of(root)
    progress.get()(f"{len(folder.names)}")
    ignored = tuple(name for name in (".env", ".env.production", ".env.local") if folder.ignored(name))
    docker = [name for name in folder.named("Dockerfile")[:1] if "COPY . " in folder.text(name)]
    dockerignore = folder.text(".dockerignore") if docker else ""
    return Seen(
        repository=True,
        git=folder.git,
        whole=folder.whole,
        files=len(folder.names),
        manifests=locks.manifests(folder),
        env=envnames.names(folder),
        env_ignored=ignored,
        copies_env=bool(docker) and ".env" not in dockerignore,
        pins=pins.pins(folder),
        recipe=recipe.recipe(folder),
        rollback=recipe.rollback(folder, named),
        code=handed.refs(root),
    )


PROBE = Probe(
    id="deployment",
    item="deployment",
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=CHECKS,
)
