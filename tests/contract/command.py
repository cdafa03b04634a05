"""Runs one command as a program would: a process of its own, its own home, no terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ALONE = 'schema = 1\n[business]\nname = "A"\nassessor = "Ada Osei"\n'


@dataclass
class Done:
    """What came of it."""

    code: int
    out: str
    err: str


async def start(*words: str | Path, home: Path, **environ: str) -> asyncio.subprocess.Process:
    """The command, running."""
    known = {"PYTHONPATH": str(TOP), "LAUNCH_READY_HOME": str(home / "home"), "PYTHONIOENCODING": "utf-8"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wizard",
        *map(str, words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **known, **environ},
        cwd=home,
    )


async def run(*words: str | Path, home: Path, **environ: str) -> Done:
    """The command, through."""
    process = await start(*words, home=home, **environ)
    out, err = await process.communicate()
    assert "Traceback" not in err.decode(), err.decode()
    return Done(process.returncode or 0, out.decode(), err.decode())


def profile(folder: Path, more: str = "", mode: int = 0o600) -> Path:
    """A profile that names the business and whatever `more` says."""
    path = folder / "profile.toml"
    path.write_text(ALONE + more, encoding="utf-8")
    path.chmod(mode)
    return path
