"""What this computer has and lacks for each part of the product. Asks nothing of anybody's site."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wizard import report
from wizard.model import Trouble
from wizard.probes.edge.ranges import ranges
from wizard.store import home
from wizard.words import root, say

LEAST = (3, 11)
YEAR = 366


@dataclass(frozen=True, slots=True)
class Row:
    """One thing looked at. `state`: ok, warning (a part is missing), broken (the main job is impossible). `mend` is one command."""

    id: str
    state: str
    means: str
    detail: str = ""
    mend: str = ""


def examine(environ: Mapping[str, str]) -> list[Row]:
    """All rows, in the order in which a person would mend them."""
    rows = [_python(), _place(environ), _pdf(), _fonts(), _terminal(environ), _edges()]
    rows += [_git(), *(_module(name, module) for name, module in _MODULES.items())]
    return rows


_MODULES = {"web": "textual_serve", "keyring": "keyring", "hyperscan": "hyperscan"}


def system() -> str:
    """debian, fedora, mac, windows or other: which command mends a thing here."""
    if sys.platform in ("darwin", "win32"):
        return "mac" if sys.platform == "darwin" else "windows"
    if shutil.which("apt-get"):
        return "debian"
    return "fedora" if shutil.which("dnf") else "other"


def _row(id_: str, state: str, detail: str = "", *, mend: bool = True) -> Row:
    wanted = f"doctor.{id_}.mend-{system()}"
    means = say(f"doctor.{id_}.{'ok' if state == 'ok' else 'lacks'}")
    return Row(id_, state, means, detail, _mend(id_, wanted) if mend and state != "ok" else "")


def _mend(id_: str, wanted: str) -> str:
    for key in (wanted, f"doctor.{id_}.mend"):
        try:
            return say(key)
        except KeyError:
            continue
    return ""


def _python() -> Row:
    found = ".".join(map(str, sys.version_info[:3]))
    return _row("python", "ok" if sys.version_info >= LEAST else "broken", found)


def _place(environ: Mapping[str, str]) -> Row:
    try:
        folder = home(dict(environ))
    except Trouble as trouble:
        return Row("place", "broken", say(trouble.key, **trouble.slots))
    return _row("place", "ok", str(folder))


def _pdf() -> Row:
    """Pango is tried in a child process: a machine without it prints into our output, one without fonts dies."""
    try:
        return _row("pdf", "ok", report.engine())
    except report.PdfUnavailable as lacking:
        return _row("pdf", "warning", str(lacking))


def _fonts() -> Row:
    folder = root() / "templates/report/fonts"
    found = [path for path in folder.glob("*") if path.suffix in (".ttf", ".otf", ".woff2")]
    return _row("fonts", "ok" if found else "warning", str(len(found)))


def _edges() -> Row:
    """Networks add addresses now and then: an old list calls a host unshielded that is not."""
    since = ranges().cloudflare.date
    return _row("edges", "ok" if (date.today() - since).days <= YEAR else "warning", since.isoformat())


def _terminal(environ: Mapping[str, str]) -> Row:
    size = shutil.get_terminal_size()
    encoding = getattr(sys.__stdout__, "encoding", None) or ""  # the wizard's screens put their own in place of stdout
    utf8 = encoding.lower().startswith("utf")
    wide = size.columns >= 60 and size.lines >= 20
    state = "ok" if utf8 and wide and environ.get("TERM") != "dumb" else "warning"
    return _row("terminal", state, f"{size.columns}x{size.lines}, {encoding}")


def _git() -> Row:
    """Without git, a library may read the objects in its place."""
    if not shutil.which("git") and importlib.util.find_spec("dulwich") is not None:
        return Row("git", "ok", say("doctor.git.instead"))
    return _row("git", "ok" if shutil.which("git") else "warning")


def _module(name: str, module: str) -> Row:
    there = importlib.util.find_spec(module) is not None
    return _row(name, "ok" if there else "warning")
