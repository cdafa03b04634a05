"""Files that the wizard writes on request from what it saw: ``.env.example`` (names only) and a prefilled ``ROLLBACK.md``. Never over a file."""

from __future__ import annotations

from pathlib import Path

from wizard.model import Trouble
from wizard.probes.code.deployment_read import Seen
from wizard.session.core import Session
from wizard.words import data, fill, say

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


def env_example(found: Seen) -> str:
    """The settings that the code reads, needed ones first; no value, ever."""
    lines = [say("drafts.env-head"), ""]
    for name in found.env.read:
        lines += [say("drafts.env-required"), f"{name}=", ""]
    for name in found.env.optional:
        lines += [say("drafts.env-optional"), f"# {name}=", ""]
    return "\n".join(lines).rstrip() + "\n"


def rollback(found: Seen, day: str) -> str:
    """A way back for the host that the repository names, with what is known filled in."""
    files = {name.rpartition("/")[2] for name in found.recipe.files}
    host = next((host for file, host in _HOSTS.items() if file in files), "other")
    runs = found.running
    check = say("drafts.check-version", url=runs.where) if runs.id else say("drafts.check-none")
    moves = found.recipe.migrations
    slots = {
        "who": say("drafts.who"),
        "platform": say(f"drafts.platforms.{host}"),
        "steps": say(f"drafts.steps.{host}"),
        "check": check,
        "data": say("drafts.data-some", count=moves) if moves else say("drafts.data-none"),
        "version": runs.id[:12] or found.match.head or say("drafts.version-unknown"),
        "day": day,
    }
    return fill(data("templates/files/ROLLBACK.md").read_text(encoding="utf-8"), slots)


def write(session: Session, folder: Path, day: str) -> list[str]:
    """Write both into `folder`; the lines that say what was written and what was left. Trouble when nothing was seen or nothing can be written."""
    found = seen(session)
    if found is None:
        raise Trouble("drafts.nothing")
    lines = []
    for name, text in ((".env.example", env_example(found)), ("ROLLBACK.md", rollback(found, day))):
        path = folder / name
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            lines.append(say("drafts.exists", file=path))
            continue
        except OSError as error:
            raise Trouble("store.cannot-write", code=4, folder=path, why=error.strerror or "") from error
        lines.append(say("drafts.wrote", file=path))
    return lines
