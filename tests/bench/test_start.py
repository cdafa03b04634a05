"""How long it takes until a person sees something, as a multiple of a bare interpreter's start on the same machine."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROUNDS = 5
PAINT = """
import asyncio, sys
from wizard.session.desk import Desk
from wizard.tui.app import Wizard

async def look(pilot):
    await pilot.pause()
    pilot.app.exit()

asyncio.run(Wizard(Desk({"LAUNCH_READY_HOME": sys.argv[1]})).run_async(headless=True, auto_pilot=look))
"""
COMMANDS = {
    "--help": (["-m", "wizard", "--help"], 8),
    "first paint": (["-c", PAINT], 60),
    "schema profile": (["-m", "wizard", "schema", "profile"], 60),
}


def best(arguments: list[str]) -> float:
    """The shortest of a few runs, in seconds: the others only measure the machine's other work."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=TOP)
        took.append(time.perf_counter() - began)
    return min(took)


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if "bench" not in (request.config.getoption("markexpr") or ""):
        pytest.skip("a bench: run it with -m bench")


@pytest.mark.bench
@pytest.mark.parametrize("name", COMMANDS)
def test_start(name: str, tmp_path: Path) -> None:
    arguments, aim = COMMANDS[name]
    bare = best(["-c", "pass"])
    took = best([*arguments, str(tmp_path)] if name == "first paint" else arguments)
    print(f"\n{name}: {took:.2f} s, {took / bare:.0f} times a bare interpreter ({bare:.3f} s); aim {aim}")
    assert took > 0
