"""How the product gets on the air: recipe files, migrations, the written way back."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from wizard.probes.code.deploy.folder import Folder

RECIPES = (
    "Dockerfile", "Procfile", "vercel.json", "netlify.toml", "fly.toml", "render.yaml", "railway.json", "railway.toml",
    "wrangler.toml", "wrangler.jsonc", "wrangler.json", "app.yaml", "firebase.json", "amplify.yml", "serverless.yml",
    "Chart.yaml", "docker-compose.yml", "compose.yml", "compose.yaml", "heroku.yml", "nixpacks.toml", "apprunner.yaml",
    ".lovable", "lovable.json", ".bolt", "app.json",
)  # fmt: skip
GIT_LINKED = ("vercel.json", "netlify.toml", "render.yaml", "railway.json", "railway.toml", "amplify.yml")
"""Files of hosts that deploy each push of the linked repository by themselves."""

_MIGRATIONS = re.compile(
    r"^(?:.*/)?(?:prisma/migrations/[^/]+/migration\.sql|drizzle/[^/]+\.sql|alembic/versions/[^/]+\.py|supabase/migrations/[^/]+\.sql"
    r"|db/migrate/[^/]+\.rb|migrations/(?!__init__)[^/]+\.(?:sql|py|js|ts)|[^/]+/migrations/\d[^/]*\.py|db/migration/V[^/]+\.sql)$"
)
_SCHEMAS = re.compile(r"(?:^|/)(?:schema\.prisma|schema\.sql|models\.py|drizzle/schema\.ts|schema\.rb)$")
_DOCS = ("ROLLBACK.md", "RUNBOOK.md", "rollback.md", "runbook.md", "DEPLOY.md", "deploy.md")
_TODO = re.compile(r"\bTODO\b|\bTBD\b|\bFIXME\b|\.\.\. ?fill|<[a-z ]{3,40}>\s*$", re.I | re.M)
LEAST_WORDS = 60
_PARTS = {
    "who": re.compile(r"\b(?:who|owner|contact|responsible|on call|call|ask|can do)\b|\b[A-Z][a-z]+ [A-Z][a-z]+\b"),
    "how": re.compile(r"`[^`\n]{4,}`|^\s{4,}\S|\bclick\b|\bpress\b|\bchoose\b|\bdeploy\b|\brollback\b", re.I | re.M),
    "data": re.compile(r"\bmigrat|\bdatabase\b|\bbackup\b|\bdata\b|\bschema\b", re.I),
    "time": re.compile(r"\b\d+\s*(?:min|minute|hour|h\b|sec)", re.I),
    "check": re.compile(r"\bcheck\b|\bverify\b|\btest\b|\bhealth\b|\blook at\b|\bconfirm\b", re.I),
}


@dataclass(frozen=True, slots=True)
class Rollback:
    """The written way back: how many words, which of who, how, data, time and check it lacks, whether something is left to fill in."""

    name: str = ""
    sha256: str = ""
    words: int = 0
    lacking: tuple[str, ...] = ()
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """`files` start or build the product; `linked` ones deploy each push; `migrations` counted, `newest` tracked or not; `schema` without them."""

    files: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    migrations: int = 0
    newest: str = ""
    newest_tracked: bool = True
    schema: str = ""


def recipe(folder: Folder) -> Recipe:
    """What the repository says about going live."""
    files = folder.named(*RECIPES)
    moves = [n for n in folder.names if _MIGRATIONS.match(n)]
    schemas = [
        n for n in folder.names if _SCHEMAS.search(n) and (not n.endswith("models.py") or "django" in folder.text(n))
    ]
    linked = [n for n in files if n.rpartition("/")[2] in GIT_LINKED]
    newest = moves[-1] if moves else ""
    return Recipe(
        tuple(files[:10]),
        tuple(linked),
        len(moves),
        newest,
        folder.tracked(newest),
        schemas[0] if schemas and not moves else "",
    )


def rollback(folder: Folder | None, named: Path | None) -> Rollback:
    """The document that the profile names, else the one in the repository."""
    if named is not None:
        try:
            raw = named.read_bytes()[: 1 << 20]
        except OSError:
            return Rollback()
        return _read(named.name, raw)
    for name in folder.named(*_DOCS) if folder else ():
        found = _read(name, folder.text(name).encode() if folder else b"")
        if found.words:
            return found
    return Rollback()


def _read(name: str, raw: bytes) -> Rollback:
    text = raw.decode("utf-8", "replace")
    lacking = tuple(part for part, pattern in _PARTS.items() if not pattern.search(text))
    words = len(re.findall(r"[A-Za-z]{2,}", text))
    return Rollback(name, hashlib.sha256(raw).hexdigest(), words, lacking, bool(_TODO.search(text)))
