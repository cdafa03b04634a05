"""Which version runs, as the product itself tells it, and how far that is from the repository."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from wizard.model import Consent
from wizard.net import Call, Net, Reply
from wizard.probe import Target
from wizard.probes.code import gitroom

_KEYS = ("commit", "sha", "git_sha", "gitsha", "git_commit", "revision", "commit_sha", "version", "release", "build")
_HEX = re.compile(r"^[0-9a-f]{7,64}$")
_TAG = re.compile(r"^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?$")
_META = re.compile(
    r"<meta[^>]{0,80}name=[\"'](?:commit|version|revision)[\"'][^>]{0,80}content=[\"']([\w.+-]{3,64})[\"']", re.I
)
_HEADERS = ("x-commit", "x-release", "x-version", "x-git-sha", "x-app-version")
OLD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Running:
    """`id`: what the product says it runs (hex or tag), `where` it said so. `tried`: addresses that said nothing."""

    id: str = ""
    where: str = ""
    tried: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """That id against the repository: equal, tag, ancestor (`behind` commits, `days` older than HEAD), other-branch, absent, shallow, "" not compared."""

    state: str = ""
    head: str = ""
    behind: int = 0
    days: int = 0


async def running(target: Target, net: Net) -> Running:
    """Ask the named address, else the usual ones. Look-only GETs, five at most."""
    places = [target.version_url] if target.version_url else []
    base = target.base_url or target.site
    if not places and base:
        places = [urljoin(base.rstrip("/") + "/", path) for path in ("version", "api/version", "health")]
        places += [target.site] if target.site and target.site != base else []
    tried: list[str] = []
    for place in places[:5]:
        if refused := net.refuses(Consent.LOOK, place):
            return Running(refused=refused)
        reply = await net.send(Call("GET", place, why="deployment.version-endpoint", fresh=True))
        if found := told(reply):
            return Running(found, place, tuple(tried))
        tried.append(place)
    return Running(tried=tuple(tried))


def told(reply: Reply) -> str:
    """The commit or tag that a reply names, lower case; "" for none."""
    for name in _HEADERS:
        value = reply.header(name).strip().lower()
        if _HEX.match(value) or _TAG.match(value):
            return value
    if reply.status != 200:
        return ""
    text = reply.head[:65_536].decode("utf-8", "replace")
    if found := _META.search(text):
        return found[1].lower()
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        plain = text.strip().lower()
        return plain if _HEX.match(plain) and len(plain) in (7, 8, 12, 40, 64) else ""
    if not isinstance(table, dict):
        return ""
    named = {str(key).lower().replace("-", "_"): value for key, value in table.items()}
    values = [str(named[key]).strip().lower() for key in _KEYS if isinstance(named.get(key), str)]
    return next((v for v in values if _HEX.match(v)), next((v for v in values if _TAG.match(v)), ""))


def matched(root: Path, id_: str) -> Match:
    """Compare with HEAD in a clean room. Blocking."""
    store = gitroom.open_store(root)
    if store is None or store.refused or not id_:
        return Match()
    head = _head(store.git_dir, store.common)
    if not head:
        return Match()
    if _HEX.match(id_) and head.startswith(id_):
        return Match("equal", head[:12])
    with gitroom.Room(store) as room:
        if _TAG.match(id_) and not _HEX.match(id_):
            return _tag(room, store.common, id_, head)
        whole = room.lines("rev-parse", "--verify", "--quiet", f"{id_}^{{commit}}").decode("ascii", "replace").strip()
        if not whole:
            return Match("shallow" if store.shallow else "absent", head[:12])
        between = room.lines("rev-list", "--count", f"{whole}..{head}").decode("ascii", "replace").strip()
        base = room.lines("merge-base", whole, head).decode("ascii", "replace").strip()
        if base != whole:
            return Match("other-branch", head[:12])
        return Match("ancestor", head[:12], int(between or 0), _days(room, whole, head))


def _head(git_dir: Path, common: Path) -> str:
    text = _small(git_dir / "HEAD")
    if not text.startswith("ref: "):
        return text if _HEX.match(text) else ""
    name = text[5:].strip()
    if not re.fullmatch(r"refs/[\w./-]{1,200}", name) or ".." in name:
        return ""
    direct = _small(common / name)
    if _HEX.match(direct):
        return direct
    packed = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(name)}$", _small(common / "packed-refs", 1 << 20), re.M)
    return packed[1] if packed else ""


def _tag(room: gitroom.Room, common: Path, name: str, head: str) -> Match:
    packed = re.search(
        rf"^([0-9a-f]{{40,64}}) refs/tags/{re.escape(name)}$", _small(common / "packed-refs", 1 << 20), re.M | re.I
    )
    at = packed[1] if packed else _small(common / "refs" / "tags" / name)
    commit = (
        room.lines("rev-parse", "--verify", "--quiet", f"{at}^{{commit}}").decode("ascii", "replace").strip()
        if _HEX.match(at)
        else ""
    )
    return Match("tag", head[:12]) if commit else Match("absent", head[:12])


def _days(room: gitroom.Room, one: str, other: str) -> int:
    times = [
        room.lines("log", "-1", "--format=%ct", commit).decode("ascii", "replace").strip() for commit in (one, other)
    ]
    return (int(times[1]) - int(times[0])) // 86_400 if all(t.isdigit() for t in times) else 0


def _small(path: Path, most: int = 4096) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(most).decode("ascii", "replace").strip()
    except OSError:
        return ""
