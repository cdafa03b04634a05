"""Two programs on one set-up, turn by turn: warm (a process that stays) and cold (a command from its start to its end)."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
RACERS = Path(__file__).parent / "racers"
TURNS, COLD_TURNS = 5, 5


def python_with(module: str) -> str:
    """A Python that has the peer: this one, or one of those in BENCH_PYTHONS (paths, as in PATH); else the bench is skipped."""
    for python in (sys.executable, *filter(None, os.environ.get("BENCH_PYTHONS", "").split(os.pathsep))):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip(f"no Python with {module} here: name one in BENCH_PYTHONS")


@dataclass
class Racer:
    """One side: a command that does a turn for each line it reads, and answers with seconds and a count."""

    name: str
    command: list[str]
    home: Path
    warm: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    count: int = 0
    _process: subprocess.Popen[str] | None = None

    def turn(self, *, counted: bool) -> None:
        if self._process is None:
            self._process = self._start()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("turn\n")
        self._process.stdin.flush()
        took, self.count = json.loads(self._process.stdout.readline())
        if counted:
            self.warm.append(took)

    def once(self) -> None:
        began = time.perf_counter()
        process = self._start()
        process.communicate("once\n")
        self.cold.append(time.perf_counter() - began)

    def stop(self) -> None:
        if self._process is not None:
            self._process.communicate("")
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | {"LAUNCH_READY_HOME": str(self.home), "PYTHONPATH": str(TOP)}
        return subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.home / "racers.err").open("ab"),
            text=True,
            cwd=self.home,
            env=environment,
        )


def race(title: str, theirs: Racer, *ours: Racer) -> None:
    """All in turn, the first turn of each to warm up; medians and their ratios printed."""
    racers = (theirs, *ours)
    try:
        for turn in range(TURNS + 1):
            for racer in racers:
                racer.turn(counted=turn > 0)
    finally:
        for racer in racers:
            racer.stop()
    for _ in range(COLD_TURNS):
        for racer in racers:
            racer.once()
    print(f"\n{title}: {theirs.name} told of {theirs.count}")
    for racer in ours:
        print(f"  {racer.name}: {racer.count} checks failed")
        for kind in ("warm", "cold"):
            mine, other = getattr(racer, kind), getattr(theirs, kind)
            pairs = [b / a for a, b in zip(mine, other, strict=True)]
            ratio = statistics.median(other) / statistics.median(mine)
            print(
                f"    {kind}: {statistics.median(mine):.3f} s against {statistics.median(other):.3f} s: {ratio:.1f} times; "
                f"pair by pair {min(pairs):.1f} to {max(pairs):.1f}"
            )


def ours(item: str, profiles: list[Path], home: Path) -> Racer:
    """The whole command: profile, look, judge, word, JSON."""
    return Racer("whole command", [sys.executable, str(RACERS / "ours.py"), item, *map(str, profiles)], home)
