"""The sample product's code as a real git repository with a month of history, written in the folder by ``git`` itself."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "repository"
_SOURCES = ("server.js", "routes.js", "database.js", "sign-in.js", "model.js", "errors.js", "payments.js")
_PACKAGES = {"pg": "8.13.1", "stripe": "17.4.0", "@sentry/node": "8.42.0"}
_BUILDING = {"vite": "6.0.3"}


def write(folder: Path, flaws: frozenset[str], key: str) -> str:
    """Write the repository and return the commit that runs (40 hex). Without git on this computer: the files alone, and a made-up commit.

    `key` is the made-up credential that careless switches leave behind. Raises OSError and subprocess.CalledProcessError.
    """
    _sources(folder)
    _put(folder, "migrations/001_start.sql", _text("001_start.sql"))
    _packages(folder, locked="no-lockfile" not in flaws)
    _recipe(folder, flaws)
    _ignored(folder, flaws)
    if "secret-in-repository" in flaws:
        _put(folder, "src/try.js", f'const key = "{key}";\nconsole.log(key.length);\n')
    git = shutil.which("git")
    if git is None:
        _live(folder, key)
        return secrets.token_hex(20)
    _git(git, folder, 0, "init", "--quiet", "--initial-branch=main")
    _commit(git, folder, 34, "Start: API, sign-in, payments")
    if "secret-in-history" in flaws:
        _put(folder, "src/try.js", f'const key = "{key}";\n')
        _commit(git, folder, 30, "Try the model")
        (folder / "src/try.js").unlink()
        _commit(git, folder, 29, "Clean up")
    _put(folder, "migrations/002_notes.sql", _text("002_notes.sql"))
    _commit(git, folder, 18, "Add notes")
    if "no-rollback" not in flaws:
        _put(folder, "ROLLBACK.md", _text("ROLLBACK.md"))
    _put(folder, "README.md", _text("README.md"))
    _commit(git, folder, 3, "Write down how to go back")
    _live(folder, key)
    return _git(git, folder, 0, "rev-parse", "HEAD").strip()


def _text(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


def _put(folder: Path, name: str, text: str) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def _sources(folder: Path) -> None:
    for name in _SOURCES:
        _put(folder, f"src/{name}", _text(name))
    site = Path(__file__).parent / "data" / "site"
    _put(folder, "web/style.css", (site / "style.css").read_text(encoding="utf-8"))


def _packages(folder: Path, *, locked: bool) -> None:
    about = {"name": "ask-bright", "version": "1.8.0", "private": True, "type": "module", "engines": {"node": "22.x"}}
    about["scripts"] = {"build": "vite build", "start": "node src/server.js", "test": "node --test"}
    about |= {"dependencies": _PACKAGES, "devDependencies": _BUILDING}
    _put(folder, "package.json", json.dumps(about, indent=2) + "\n")
    if not locked:
        return
    root = {"name": "ask-bright", "version": "1.8.0", "dependencies": _PACKAGES, "devDependencies": _BUILDING}
    held: dict[str, object] = {"": root}
    for name, version in (_PACKAGES | _BUILDING).items():
        digest = hashlib.sha512(f"{name}@{version}".encode()).digest()
        held[f"node_modules/{name}"] = {"version": version, "integrity": f"sha512-{base64.b64encode(digest).decode()}"}
    lock = {"name": "ask-bright", "version": "1.8.0", "lockfileVersion": 3, "requires": True, "packages": held}
    _put(folder, "package-lock.json", json.dumps(lock, indent=2) + "\n")


def _recipe(folder: Path, flaws: frozenset[str]) -> None:
    digest = hashlib.sha256(b"node 22.11.0").hexdigest()
    image = "node:latest" if "latest-image" in flaws else f"node:22.11.0-bookworm-slim@sha256:{digest}"
    lines: tuple[str, ...] = (
        f"FROM {image}",
        "WORKDIR /app",
        "ARG RELEASE_COMMIT",
        "ENV RELEASE_COMMIT=$RELEASE_COMMIT",
        "COPY package*.json ./",
    )
    lines += ("RUN npm ci --omit=dev", "COPY . .", "USER node", 'CMD ["node", "src/server.js"]')
    _put(folder, "Dockerfile", "\n".join(lines) + "\n")
    _put(folder, ".nvmrc", "22.11.0\n")
    _put(folder, "fly.toml", _text("fly.toml"))
    flow = _text("deploy.yml")
    for name in ("checkout", "setup", "fly"):
        pinned = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        flow = flow.replace(f"@@{name}@@", "master" if name == "fly" and "floating-action" in flaws else pinned)
    _put(folder, ".github/workflows/deploy.yml", flow)


def _ignored(folder: Path, flaws: frozenset[str]) -> None:
    env = "" if "env-not-ignored" in flaws else ".env\n.env.*\n!.env.example\n"
    _put(folder, ".gitignore", f"node_modules/\ndist/\n{env}")
    _put(folder, ".dockerignore", "node_modules\n.git\n.env\n.env.*\n")
    example = _text("env.example")
    if "env-example-gap" in flaws:
        example = "".join(
            line for line in example.splitlines(True) if not line.startswith(("DATABASE_URL", "TOKEN_SECRET"))
        )
    _put(folder, ".env.example", example)


def _live(folder: Path, key: str) -> None:
    """The settings of this computer: never committed, in the right place when ignored."""
    live = f"PORT=8080\nTOKEN_SECRET={secrets.token_hex(32)}\nANTHROPIC_API_KEY={key}\n"
    _put(folder, ".env", live)


def _commit(git: str, folder: Path, days: int, message: str) -> None:
    _git(git, folder, days, "add", "--all")
    _git(git, folder, days, "commit", "--quiet", "--message", message)


def _git(git: str, folder: Path, days: int, *words: str) -> str:
    """Run git with a fixed author and without this computer's own settings."""
    at = (datetime.now(UTC) - timedelta(days=days)).replace(microsecond=0).isoformat()
    who = {"NAME": "Tom Okafor", "EMAIL": "tom@brightside.example", "DATE": at}
    names = {f"GIT_{part}_{key}": value for part in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    quiet = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(  # noqa: S603  our own fixed words, no shell
        [git, *words], cwd=folder, env=kept | names | quiet, check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout
