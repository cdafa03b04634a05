"""What is nailed down: the runtime, base images, the actions that may deploy (OWASP API8:2023; CIS v8 16.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from wizard.probes.code.deploy.folder import Folder

_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.I | re.M)
_HEX = re.compile(r"^[0-9a-f]{40}$|^[0-9a-f]{64}$")
_MOST_YAML, _MOST_ALIASES = 300_000, 200


@dataclass(frozen=True, slots=True)
class Pins:
    """`runtime`: (file, version as written). `images`, `actions`: (file, what is not pinned). `deploys`: workflows that deploy. `flows`: how many there are."""

    runtime: tuple[tuple[str, str], ...] = ()
    clash: bool = False
    images: tuple[tuple[str, str], ...] = ()
    used_images: int = 0
    actions: tuple[tuple[str, str], ...] = ()
    own_tags: int = 0
    deploys: tuple[str, ...] = ()
    flows: int = 0


def pins(folder: Folder) -> Pins:
    """Read all places that name a version."""
    runtime = _runtimes(folder)
    images, used = _images(folder)
    flows = [n for n in folder.names if re.match(r"\.github/workflows/[^/]+\.ya?ml$", n)]
    actions: list[tuple[str, str]] = []
    tags = 0
    deploys = []
    for name in flows[:50]:
        text = folder.text(name)
        table = load_yaml(text)
        if deploys_on_main(text, table):
            deploys.append(name)
        loose, own = _actions(table)
        actions += [(name, one) for one in loose]
        tags += own
    return Pins(runtime, _clash(runtime), images, used, tuple(actions), tags, tuple(deploys), len(flows))


def load_yaml(text: str) -> Any:
    """A small YAML text by the safe loader; None when it is none, too large, or full of aliases."""
    if len(text) > _MOST_YAML or len(re.findall(r"(?<![\w&])\*\w", text)) > _MOST_ALIASES:
        return None
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def deploys_on_main(text: str, table: Any) -> bool:
    """Whether a workflow runs on pushes to the main branch and has a step that deploys."""
    on = (table.get("on", table.get(True)) if isinstance(table, dict) else None) or {}
    pushes = "push" in on if isinstance(on, list | dict | str) else False
    branches = str(on.get("push") or "") if isinstance(on, dict) else ""
    main = not branches or "branches" not in branches or re.search(r"main|master|production|release", branches)
    deploy = re.search(
        r"\b(?:deploy|flyctl|vercel|netlify|wrangler|railway|render\.com|heroku|firebase|amplify|kubectl|helm|rsync|ssh)\b",
        text,
        re.I,
    )
    return bool(pushes and main and deploy)


def _runtimes(folder: Folder) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name in folder.named(
        ".nvmrc", ".node-version", ".python-version", "runtime.txt", ".ruby-version", ".tool-versions"
    )[:6]:
        found.append((name, folder.text(name).strip().splitlines()[0][:40] if folder.text(name).strip() else ""))
    for name in folder.named("package.json")[:1]:
        if engine := re.search(r'"engines"\s*:\s*\{[^}]*"node"\s*:\s*"([^"]{1,40})"', folder.text(name)):
            found.append((name, f"node {engine[1]}"))
        if manager := re.search(r'"packageManager"\s*:\s*"([^"]{1,60})"', folder.text(name)):
            found.append((name, manager[1]))
    for name in folder.named("pyproject.toml")[:1]:
        if python := re.search(r'requires-python\s*=\s*"([^"]{1,40})"', folder.text(name)):
            found.append((name, f"python {python[1]}"))
    for name in folder.named("Dockerfile")[:2]:
        found += [
            (name, image)
            for image, _ in _FROM.findall(folder.text(name))
            if re.match(r"(?:\S*/)?(?:node|python|ruby|golang|php):", image)
        ]
    return tuple((name, value) for name, value in found if value)


def _clash(runtime: tuple[tuple[str, str], ...]) -> bool:
    """Two exact places name different main versions of Node."""
    majors = set()
    for name, value in runtime:
        exact = re.match(r"v?(\d+)(?:\.\d+)*$", value) if name.endswith((".nvmrc", ".node-version")) else None
        image = re.match(r"(?:\S*/)?node:(\d+)", value)
        engine = re.match(r"node [~^]?v?(\d+)(?:\.(?:\d+|x))*$", value)
        if found := exact or image or engine:
            majors.add(found[1])
    return len(majors) > 1


def _images(folder: Folder) -> tuple[tuple[tuple[str, str], ...], int]:
    loose: list[tuple[str, str]] = []
    used = 0
    for name in [n for n in folder.names if re.search(r"(?:^|/)(?:Dockerfile(?:\.[\w-]+)?|[\w-]+\.Dockerfile)$", n)][
        :10
    ]:
        stages: set[str] = set()
        for image, stage in _FROM.findall(folder.text(name)):
            if image.lower() not in stages and image != "scratch" and "$" not in image:
                used += 1
                loose += [(name, image)] if _floats(image) else []
            stages.add(stage.lower())
    for name in [n for n in folder.names if re.search(r"(?:^|/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$", n)][:5]:
        if re.search(r"\.(?:override|dev|development|local|test|ci)\.ya?ml$", name):
            continue  # not on the way to the live product
        table = load_yaml(folder.text(name))
        services = table.get("services") if isinstance(table, dict) else None
        for service in services.values() if isinstance(services, dict) else ():
            image = service.get("image") if isinstance(service, dict) else None
            if isinstance(image, str) and "$" not in image and "build" not in service:
                used += 1
                loose += [(name, image)] if _floats(image) else []
    return tuple(loose), used


def _floats(image: str) -> bool:
    """No digest, and no tag or the tag ``latest``."""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    return "@sha256:" not in image and tag in ("", "latest")


def _actions(table: Any) -> tuple[list[str], int]:
    """Third-party actions by tag or branch in a job that can write or has secrets; and how many first-party ones go by tag."""
    jobs = table.get("jobs") if isinstance(table, dict) else None
    loose: list[str] = []
    own = 0
    for job in jobs.values() if isinstance(jobs, dict) else ():
        steps = [s for s in job.get("steps") or [] if isinstance(s, dict)] if isinstance(job, dict) else []
        rights = str(job.get("permissions", table.get("permissions", ""))) if isinstance(job, dict) else ""
        strong = "write" in rights or "secrets." in str(job)
        for step in steps:
            used, _, at = str(step.get("uses") or "").partition("@")
            if not used or used.startswith(("./", "docker://")) or _HEX.match(at):
                continue
            if used.startswith(("actions/", "github/")):
                own += 1
            elif strong:
                loose.append(f"{used}@{at}"[:80])
    return loose, own
