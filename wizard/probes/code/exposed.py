"""Files that a web server should not hand out: asked for by their usual names, told apart from the app's own "not found" page."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urljoin

from wizard.model import Consent
from wizard.net import Call, Fault, Net, Reply
from wizard.probes.code.secrets import Fingerprint, Found, Grade, Place, scan_bytes

CAP = 65_536
PATHS = (
    "/.env", "/.env.local", "/.env.production", "/.env.development", "/.env.backup", "/.env.bak", "/.git/HEAD", "/.git/config",
    "/.svn/entries", "/.npmrc", "/config.json", "/firebase.json", "/serviceAccount.json", "/serviceAccountKey.json",
    "/credentials.json", "/backup.zip", "/backup.sql", "/db.sql", "/dump.sql", "/database.sqlite", "/.DS_Store",
    "/.vscode/sftp.json", "/wp-config.php.bak", "/docker-compose.yml", "/actuator/env", "/debug", "/server-status", "/phpinfo.php",
)  # fmt: skip
_PAGES = frozenset(("/debug", "/server-status", "/phpinfo.php"))
_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("git", re.compile(rb"^(?:ref: refs/|[0-9a-f]{40}\s*$)|^\s*\[core\]", re.MULTILINE)),
    ("svn", re.compile(rb"^(?:1[0-2]|[89])\n(?:\n|dir\n)")),
    ("archive", re.compile(rb"^(?:PK\x03\x04|\x1f\x8b|Rar!)")),
    (
        "sql",
        re.compile(
            rb"(?i)^\s*(?:--|/\*|create table|insert into|drop table|pragma |set names)|PostgreSQL database dump"
        ),
    ),
    ("sqlite", re.compile(rb"^SQLite format 3\0")),
    ("ds-store", re.compile(rb"^\0\0\0\x01Bud1")),
    ("service-account", re.compile(rb'"private_key"\s{0,4}:\s{0,4}"-----BEGIN')),
    ("npmrc", re.compile(rb"(?m)_authToken\s?=\s?[^$\s]|_password\s?=")),
    ("wordpress", re.compile(rb"define\(\s?['\"]DB_PASSWORD")),
    ("sftp", re.compile(rb'"password"\s{0,4}:\s{0,4}"[^"]{3,}')),
    ("actuator", re.compile(rb'"propertySources"')),
    ("status-page", re.compile(rb"Apache Server Status for|phpinfo\(\)|PHP Version|Werkzeug Debugger|DEBUG = True")),
)
_EXPECTED = {
    "/.git/HEAD": {"git"}, "/.git/config": {"git"}, "/.svn/entries": {"svn"}, "/backup.zip": {"archive"},
    "/backup.sql": {"sql", "archive"}, "/db.sql": {"sql", "archive"}, "/dump.sql": {"sql", "archive"}, "/database.sqlite": {"sqlite"},
    "/.DS_Store": {"ds-store"}, "/.npmrc": {"npmrc"}, "/wp-config.php.bak": {"wordpress"}, "/.vscode/sftp.json": {"sftp"},
    "/actuator/env": {"actuator"}, "/debug": {"status-page"}, "/server-status": {"status-page"}, "/phpinfo.php": {"status-page"},
}  # fmt: skip
_ENV_LINE = re.compile(rb"(?m)^(?:export )?[A-Z][A-Z0-9_]{2,60}\s?=\s?\S")


@dataclass(frozen=True, slots=True)
class Exposed:
    """One path.

    `state`: absent, own-page (the app's page for anything), format (its own marks are in the body: `mark`), secret, env (lines but no
    secret), public (values that may be seen), odd (200, none of these), no-answer.
    """

    path: str
    status: int
    state: str
    mark: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """All paths, and whether the baseline could be taken."""

    baseline: bool
    paths: tuple[Exposed, ...] = ()
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    status: int
    media: str
    size: int
    hash: int


async def look(site: str, net: Net, private: Fingerprint) -> Looked:
    """Three names that cannot exist, then the 28 that should not. Look-only; bodies are read up to 64 KiB."""
    word = secrets.token_hex(6)
    nonsense = (f"/lr-{word}.env", f"/lr-{word}/HEAD", f"/lr-{word}.json")
    replies = await asyncio.gather(*(_get(site, path, net) for path in nonsense))
    shapes = [_shape(reply) for reply in replies if not reply.fault]
    if not shapes:
        return Looked(False)
    paths: list[Exposed] = []
    found: list[Found] = []
    for at in range(0, len(PATHS), 4):
        asked = PATHS[at : at + 4]
        for path, reply in zip(asked, await asyncio.gather(*(_get(site, p, net) for p in asked)), strict=True):
            one, more = await asyncio.to_thread(_judge, urljoin(site, path), path, reply, shapes, private)
            paths.append(one)
            found += more
    return Looked(True, tuple(paths), tuple(found))


async def _get(site: str, path: str, net: Net) -> Reply:
    return await net.send(
        Call("GET", urljoin(site, path), consent=Consent.LOOK, cap=CAP, why="frontend-secrets.exposed-files")
    )


def _judge(
    url: str, path: str, reply: Reply, shapes: list[_Shape], private: Fingerprint
) -> tuple[Exposed, list[Found]]:
    if reply.fault is not Fault.NONE:
        return Exposed(path, reply.status, "no-answer"), []
    if reply.status != 200 or not reply.head.strip():
        return Exposed(path, reply.status, "absent"), []
    mine = _shape(reply)
    if any(_alike(mine, other) for other in shapes):
        return Exposed(path, 200, "own-page", size=reply.size), []
    mark = next(
        (name for name, sign in _MARKS if name in _EXPECTED.get(path, ()) and sign.search(reply.head[:8192])), ""
    )
    if not mark and _is_page(reply) and path not in _PAGES:
        return Exposed(path, 200, "own-page", size=reply.size), []
    matches = scan_bytes(reply.head, url, Place.SERVED, private, code=False).matches
    found = [Found(match, Place.SERVED) for match in matches]
    return Exposed(path, 200, _state(path, reply, mark, found), mark, reply.size), found


def _state(path: str, reply: Reply, mark: str, found: list[Found]) -> str:
    if any(one.match.counts and one.match.grade in (Grade.MASTER, Grade.SECRET) for one in found):
        return "secret"
    if mark:
        return "format"
    if path.startswith("/.env") and _ENV_LINE.search(reply.head):
        return "env"
    return "public" if path in ("/config.json", "/firebase.json") and reply.head.lstrip()[:1] in (b"{", b"[") else "odd"


def _is_page(reply: Reply) -> bool:
    return reply.media == "text/html" or bool(
        re.match(rb"\s{0,200}<(?:!doctype html|html)\b", reply.head, re.IGNORECASE)
    )


def _shape(reply: Reply) -> _Shape:
    return _Shape(reply.status, reply.media, reply.size, simhash(reply.head))


def _alike(one: _Shape, other: _Shape) -> bool:
    """The same answer as for a name that cannot exist: status, type, length within 5 %, and nearly the same words."""
    if one.status != other.status or one.media != other.media:
        return False
    near = abs(one.size - other.size) <= max(one.size, other.size) * 0.05 + 16
    return near and (one.hash ^ other.hash).bit_count() <= 8


def simhash(text: bytes) -> int:
    """64 bits that differ little for texts that differ little (Charikar 2002)."""
    weights = [0] * 64
    for word in set(re.findall(rb"[A-Za-z0-9_-]{2,40}", text)[:4000]):
        number = int.from_bytes(hashlib.blake2b(word, digest_size=8).digest(), "big")
        for bit in range(64):
            weights[bit] += 1 if number >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if weights[bit] > 0)
