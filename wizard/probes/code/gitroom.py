"""Reads another's git objects without running anything of theirs: a clean room of our own, pointed only at their objects.

With plain ``git`` a hostile ``.git/config`` runs commands (fsmonitor, textconv, an ``ext::`` promisor). Here the repository's config, hooks,
attributes, aliases and pager are never read; refs are read as text by us; no object is ever fetched.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MOST_REFS = 10 << 20
_FLAGS = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "protocol.allow=never",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "pack.useBitmaps=false",
    "core.bigFileThreshold=8m",
    "core.packedGitWindowSize=1m",
    "core.packedGitLimit=64m",
    "core.deltaBaseCacheLimit=16m",
    "core.untrackedCache=false",
]
_ID = re.compile(r"\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b")


@dataclass(frozen=True, slots=True)
class Store:
    """Where a repository keeps things. `refused` says why it is not read: none, outside, alternates, no-git, odd."""

    git_dir: Path
    common: Path
    refused: str = ""
    shallow: bool = False
    sha256: bool = False

    @property
    def objects(self) -> Path:
        """The folder of objects."""
        return self.common / "objects"


def open_store(repository: Path) -> Store | None:
    """The store of `repository`, or None when it is no git repository. What leads out of the folder is refused (a worktree or submodule too)."""
    dot = repository / ".git"
    try:
        mode = dot.lstat().st_mode
    except OSError:
        return None
    home = repository.resolve()
    git_dir = dot
    if stat.S_ISREG(mode):
        told = re.match(r"gitdir: (.+)", _text(dot, 4096))
        git_dir = (repository / told[1].strip()) if told else dot
    resolved = git_dir.resolve()
    common = resolved
    with contextlib.suppress(OSError):
        if (resolved / "commondir").is_file():
            common = (resolved / _text(resolved / "commondir", 4096).strip()).resolve()
    if not resolved.is_relative_to(home) or not common.is_relative_to(home):
        return Store(resolved, common, "outside")
    objects = common / "objects"
    inside = all(part.resolve().is_relative_to(home) for part in (objects, objects / "pack"))
    if not objects.is_dir() or not inside:
        return Store(resolved, common, "odd" if not objects.is_dir() else "outside")
    config = _text(common / "config", 1 << 18)
    refused = "alternates" if _alternates(objects, home) else "" if _reader(objects) else "no-git"
    sha256 = bool(re.search(r"(?im)^\s*objectformat\s*=\s*\"?sha256", config))
    return Store(resolved, common, refused, (common / "shallow").exists(), sha256)


def _reader(objects: Path) -> str:
    """Who reads the objects: git, else dulwich (which we let read one store only), else nobody."""
    if shutil.which("git"):
        return "git"
    more = any(_text(objects / "info" / name, 1 << 16).strip() for name in ("alternates", "http-alternates"))
    return "dulwich" if importlib.util.find_spec("dulwich") is not None and not more else ""


def _alternates(objects: Path, home: Path) -> bool:
    """Another store outside the repository would be read as if it were part of it."""
    for name in ("alternates", "http-alternates"):
        for line in _text(objects / "info" / name, 1 << 16).splitlines():
            if line.strip() and not line.startswith("#"):
                target = (objects / line.strip()).resolve()
                if not target.is_relative_to(home) or _text(target / "info" / "alternates", 1 << 16).strip():
                    return True
    return False


def _text(path: Path, most: int) -> str:
    """The text of a regular file, or "": never a link, a pipe or a device."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return ""
    with os.fdopen(handle, "rb") as file:
        return file.read(most).decode("utf-8", "replace") if stat.S_ISREG(os.fstat(handle).st_mode) else ""


def refs(store: Store) -> tuple[list[str], list[str]]:
    """Object ids that refs point at, and those that only the reflog knows. Read as text, 10 MB at most."""
    ids: dict[str, None] = {}
    left = MOST_REFS
    places = [store.git_dir / "HEAD", store.common / "packed-refs"]
    for base, folders, files in os.walk(store.common / "refs", followlinks=False):
        folders.sort()
        places += [Path(base) / name for name in sorted(files)]
    for place in places:
        text = _text(place, max(left, 0))
        left -= len(text)
        ids.update(dict.fromkeys(_ID.findall(text)))
    logged = dict.fromkeys(_ID.findall(_text(store.git_dir / "logs" / "HEAD", max(left, 0))))
    zero = re.compile(r"^0+$")
    return [i for i in ids if not zero.match(i)], [i for i in logged if i not in ids and not zero.match(i)]


@dataclass(slots=True)
class Room:
    """A bare directory of ours. Use as a context manager; every child is killed with its group on leaving."""

    store: Store
    _folder: str = ""
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Room:
        self._folder = tempfile.mkdtemp(prefix="launch-ready-")
        room = Path(self._folder) / "room"
        (room / "objects").mkdir(parents=True)
        (room / "refs").mkdir()
        (Path(self._folder) / "home").mkdir()
        (room / "HEAD").write_text("ref: refs/heads/none\n")
        extra = "[extensions]\n\tobjectFormat = sha256\n" if self.store.sha256 else ""
        version = 1 if self.store.sha256 else 0
        (room / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extra}")
        if self.store.shallow:
            (room / "shallow").write_text(
                "".join(f"{i}\n" for i in _ID.findall(_text(self.store.common / "shallow", 1 << 20)))
            )
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            _kill(child)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, *arguments: str, index: Path | None = None) -> subprocess.Popen[bytes]:
        """A git child on the room, with pipes in and out. Its environment is ours alone."""
        flags = [part for flag in _FLAGS for part in ("-c", flag)]
        git = shutil.which("git")
        first = [git, "--no-pager", *flags] if git else self._without()
        child = subprocess.Popen(  # noqa: S603
            [*first, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(index),
            cwd=self._folder,
            start_new_session=True,
        )
        self._children.append(child)
        return child

    def _without(self) -> list[str]:
        """A program of ours that answers in git's words; it runs apart, as git does, so that it can be bounded and killed."""
        program = Path(__file__).resolve().with_name("without_git.py")
        form = "sha256" if self.store.sha256 else "sha1"
        return [sys.executable, "-I", str(program), str(self.store.objects), self._folder, form]

    def _environment(self, index: Path | None) -> dict[str, str]:
        own = {
            "PATH": os.defpath if not os.environ.get("PATH") else os.environ["PATH"],
            "HOME": str(Path(self._folder) / "home"),
            "LC_ALL": "C",
            "GIT_DIR": str(Path(self._folder) / "room"),
            "GIT_OBJECT_DIRECTORY": str(self.store.objects),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PAGER": "cat",
            "GIT_ADVICE": "0",
        }
        if os.name == "nt":
            own["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        return own | ({"GIT_INDEX_FILE": str(index)} if index else {})

    def lines(self, *arguments: str, feed: str = "", most: int = 64 << 20, index: Path | None = None) -> bytes:
        """All that a short command prints, `most` bytes at the most."""
        child = self.start(*arguments, index=index)
        out, into = child.stdout, child.stdin
        if out is None or into is None:
            return b""
        writer = threading.Thread(target=_pour, args=(into, [feed.encode()]), daemon=True)
        writer.start()
        text = out.read(most)
        _kill(child)
        writer.join(5)
        return text

    def tracked(self) -> frozenset[str] | None:
        """Names of the files in the index (as `os.fsdecode` gives them), or None when it cannot be read."""
        index = self.store.git_dir / "index"
        try:
            if not stat.S_ISREG(index.lstat().st_mode):
                return None
        except OSError:
            return frozenset()
        return frozenset(os.fsdecode(name) for name in self.lines("ls-files", "-z", index=index).split(b"\0") if name)


def _pour(into: IO[bytes], pieces: list[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for piece in pieces:
            into.write(piece)
        into.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def is_text(room: Room, id_: str) -> bool:
    """Whether a blob that is too large to read holds text, by its first 8 KiB (no NUL). The rest is never unpacked."""
    child = room.start("cat-file", "--batch")
    if child.stdin is None or child.stdout is None:
        return True
    _pour(child.stdin, [f"{id_}\n".encode()])
    child.stdout.readline(4096)
    head = child.stdout.read(8192)
    _kill(child)
    return b"\0" not in head


def batch(room: Room, ids: list[str], most: int) -> Iterator[tuple[str, str, bytes]]:
    """(id, type, bytes) of each object, in order; one of more than `most` bytes is skipped. Objects that are absent are passed over."""
    child = room.start("cat-file", "--batch", "--buffer")
    out, into = child.stdout, child.stdin
    if out is None or into is None:
        return
    pieces = ["".join(f"{i}\n" for i in ids[at : at + 1000]).encode() for at in range(0, len(ids), 1000)]
    writer = threading.Thread(target=_pour, args=(into, pieces), daemon=True)
    writer.start()
    while head := out.readline(4096):
        fields = head.decode("ascii", "replace").split()
        if len(fields) != 3 or not fields[2].isdigit():
            continue
        size = int(fields[2])
        if size > most:
            left = size
            while left > 0 and (piece := out.read(min(left, 1 << 20))):
                left -= len(piece)
            out.read(1)
            continue
        body = out.read(size)
        out.read(1)
        yield fields[0], fields[1], body
    writer.join(5)
