"""Files that the wizard writes on request from what it saw: ``.env.example`` (names only) and a prefilled ``ROLLBACK.md``. Never over a file."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.model import Trouble
from wizard.probes.code.deployment_read import Seen
from wizard.runner import now
from wizard.session.core import Session
from wizard.words import data, fill, say

ITEM = "deployment"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_ODD = re.compile(r"[^ -~]|[`<>]")
_HOSTS = {
    "vercel.json": "vercel",
    "netlify.toml": "netlify",
    "fly.toml": "fly",
    "render.yaml": "render",
    "railway.json": "railway",
    "railway.toml": "railway",
    "wrangler.toml": "wrangler",
    "wrangler.jsonc": "wrangler",
    "firebase.json": "firebase",
    "Procfile": "procfile",
    "Dockerfile": "docker",
}


def seen(session: Session) -> Seen | None:
    """What the deployment probe saw last, if it saw a repository."""
    for observation in session.assessment.evidence.observations:
        if observation.probe == "deployment" and isinstance(observation.seen, Seen) and observation.seen.repository:
            return observation.seen
    return None


def home(session: Session) -> Path:
    """Where the files belong: the folder of the code, else where the person stands."""
    given = session.profile.target.repository if session.profile else None
    return given if given is not None and given.is_dir() else Path.cwd()


def env_example(found: Seen) -> str:
    """The settings that the code reads, needed ones first; no value, ever."""
    lines = [say("drafts.env-head"), ""]
    for name in _names(found.env.read):
        lines += [say("drafts.env-required"), f"{name}=", ""]
    for name in _names(found.env.optional):
        lines += [say("drafts.env-optional"), f"# {name}=", ""]
    return "\n".join(lines).rstrip() + "\n"


def _names(names: tuple[str, ...]) -> list[str]:
    """Those that are names: an assessment may come from anybody, and a line of this file may be read by a program."""
    return [name for name in names if _NAME.fullmatch(name)]


def _said(text: str) -> str:
    """One line without anything that a page of Markdown would take as more than text."""
    return _ODD.sub("", text)[:200]


def rollback(found: Seen, day: str) -> str:
    """A way back for the host that the repository names, with what is known filled in."""
    files = {name.rpartition("/")[2] for name in found.recipe.files}
    host = next((host for file, host in _HOSTS.items() if file in files), "other")
    runs = found.running
    check = say("drafts.check-version", url=_said(runs.where)) if runs.id else say("drafts.check-none")
    moves = found.recipe.migrations
    slots = {
        "who": say("drafts.who"),
        "platform": say(f"drafts.platforms.{host}"),
        "steps": say(f"drafts.steps.{host}"),
        "check": check,
        "data": say("drafts.data-some", count=moves) if moves else say("drafts.data-none"),
        "version": _said(runs.id[:12] or found.match.head) or say("drafts.version-unknown"),
        "day": day,
    }
    return fill(data("templates/files/ROLLBACK.md").read_text(encoding="utf-8"), slots)


def write(session: Session, folder: Path, day: str = "") -> list[str]:
    """Write both into `folder`; the lines that say what was written and what was left. Trouble when nothing was seen or nothing can be written."""
    found = seen(session)
    if found is None:
        raise Trouble("drafts.nothing")
    lines = []
    for name, text in ((".env.example", env_example(found)), ("ROLLBACK.md", rollback(found, day or now()[:10]))):
        path = folder / name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            lines.append(say("drafts.exists", file=path))
            continue
        except OSError as error:
            raise Trouble("drafts.cannot-write", code=4, folder=folder, why=error.strerror or "") from error
        lines.append(say("drafts.wrote", file=path))
    return lines
