"""The bootstrap file, as a module with its surroundings replaced: what it says, what it runs, when it does nothing."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[1]
SOURCE = TOP / "start.py"


class Became(Exception):
    """The process turned into another."""


@dataclass
class World:
    """The module on a machine of our making. `lacks`: words of commands that fail; `programs`: what is on the path."""

    start: ModuleType
    place: Path
    ran: list[list[str]] = field(default_factory=list)
    lacks: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    became: list[list[str]] = field(default_factory=list)
    pango: bool = True

    def run(self, command: list[str], **_: Any) -> SimpleNamespace:
        self.ran.append([str(word) for word in command])
        failed = any(word in " ".join(self.ran[-1]) for word in self.lacks)
        if "venv" in self.ran[-1] and not failed:
            inside = self.start.python_of(self.start.VENV)
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.write_text("")
        return SimpleNamespace(returncode=1 if failed else 0)

    def main(self, *words: str) -> int:
        try:
            return int(self.start.main(list(words)))
        except Became:
            return 0

    def become(self, _: str, command: list[str]) -> None:
        self.became.append(command)
        raise Became

    def installs(self) -> list[list[str]]:
        return [command for command in self.ran if "install" in command and "apt-get" not in command]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    spec = importlib.util.spec_from_file_location("start_under_test", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    made = World(start, tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(start, "HERE", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start.subprocess, "run", made.run)
    monkeypatch.setattr(start.shutil, "which", lambda name: f"/bin/{name}" if name in made.programs else None)
    monkeypatch.setattr(start, "find_library", lambda name: name if made.pango else None)
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(start.os, "execv", made.become)
    monkeypatch.setattr(start.os, "chdir", lambda _: None)
    monkeypatch.setattr(start.sys, "platform", "linux")
    return made


def as_root(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.programs.add("apt-get")
    monkeypatch.setattr(world.start.os, "geteuid", lambda: 0, raising=False)


def test_an_old_python_is_told_so_before_anything_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(world.start.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(world.start.platform, "python_version", lambda: "3.9.2")
    assert world.main("demo") == 4
    assert "3.11 or newer; this is 3.9.2" in capsys.readouterr().err
    assert world.ran == []


def test_an_old_python_can_read_the_file_at_all() -> None:
    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 7))
    assert "annotations" in {name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names}
    roots = {a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    roots |= {(n.module or "").partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert roots <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("platform", "programs", "line"),
    [
        ("linux", {"apt-get"}, "sudo apt install python3-venv"),
        ("linux", {"dnf"}, "package manager"),
        ("darwin", set(), "brew install python"),
        ("win32", set(), 'tick "pip"'),
    ],
)
def test_without_the_venv_parts_it_says_the_one_line_and_ends(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    platform: str,
    programs: set[str],
    line: str,
) -> None:
    world.lacks, world.programs = {"ensurepip"}, programs
    monkeypatch.setattr(world.start.sys, "platform", platform)
    assert world.main("demo") == 4
    said = capsys.readouterr()
    assert line in said.err
    assert said.out == ""
    assert not world.became
    assert not world.installs()


def test_root_with_apt_installs_the_venv_parts_and_pango_itself(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_root(world, monkeypatch)
    world.lacks, world.pango = {"ensurepip"}, False
    run = world.run

    def apt_mends(command: list[str], **more: Any) -> SimpleNamespace:
        if "apt-get" in command and any("venv" in word for word in command):
            world.lacks.clear()
        return run(command, **more)

    monkeypatch.setattr(world.start.subprocess, "run", apt_mends)
    world.main("demo")
    added = [word for command in world.ran if command[0] == "apt-get" for word in command]
    assert {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"} <= set(added)
    assert any(word.endswith("-venv") for word in added)
    assert world.became
    assert "sudo" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("platform", "programs", "line"),
    [
        ("linux", {"apt-get"}, "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
        ("linux", {"dnf"}, "sudo dnf install pango"),
        ("darwin", set(), "brew install pango"),
        ("win32", set(), "pacman -S mingw-w64-ucrt-x86_64-pango"),
        ("linux", set(), "the package that is called pango"),
    ],
)
def test_without_pango_it_says_the_one_line_and_goes_on(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    platform: str,
    programs: set[str],
    line: str,
) -> None:
    world.pango, world.programs = False, programs
    monkeypatch.setattr(world.start.sys, "platform", platform)
    world.main("demo")
    assert line in capsys.readouterr().err
    assert world.installs()


def test_the_second_start_installs_nothing_and_says_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.main("demo")
    assert len(world.installs()) == 1
    capsys.readouterr()
    world.ran.clear()
    world.main("demo", "--careful")
    assert world.ran == []
    assert capsys.readouterr() == ("", "")
    inside = str(world.start.python_of(world.place / ".venv"))
    assert world.became[-1] == [inside, "-m", "wizard", "demo", "--careful"]


@pytest.mark.parametrize("changed", ["project", "python", "interpreter"])
def test_what_the_set_up_was_made_from_decides_whether_it_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    world.main("demo")
    if changed == "project":
        (world.place / "pyproject.toml").write_text("[project]\nversion = 2\n")
    elif changed == "python":
        monkeypatch.setattr(world.start.platform, "python_version", lambda: "3.99.0")
    else:
        world.start.python_of(world.place / ".venv").unlink()
    world.main("demo")
    assert len(world.installs()) == 2


def test_the_test_command_adds_the_test_extra_once_and_then_serves_both(world: World) -> None:
    world.main("demo")
    world.main("test", "-x")
    world.main("demo")
    assert [command[-1] for command in world.installs()] == [str(world.place), f"{world.place}[test]"]
    assert world.became[1][1:] == ["-m", "pytest", "-x"]


def test_a_failed_set_up_is_no_set_up(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.lacks = {"pip install"}
    assert world.main("demo") == 4
    assert "did not finish" in capsys.readouterr().err
    assert not (world.place / ".venv" / "launch-ready.stamp").exists()
    world.lacks = set()
    world.main("demo")
    assert world.became


def test_uv_is_used_where_it_is(world: World) -> None:
    world.programs = {"uv"}
    world.main("demo")
    assert {Path(command[0]).name for command in world.ran if "install" in command or "venv" in command} == {"uv"}
    assert world.became


def test_help_from_the_checkout_goes_through(tmp_path: Path) -> None:
    """Really, in a process: an environment that is current is entered without a word."""
    script = (
        "import importlib.util, sys, pathlib\n"
        f"spec = importlib.util.spec_from_file_location('start', {str(SOURCE)!r})\n"
        "start = importlib.util.module_from_spec(spec); spec.loader.exec_module(start)\n"
        f"start.VENV = pathlib.Path({str(tmp_path)!r}) / 'v'\n"
        f"start.python_of = lambda venv: pathlib.Path({sys.executable!r})\n"
        "start.VENV.mkdir(); (start.VENV / 'launch-ready.stamp').write_text(start.stamp(''))\n"
        "start.main(['--version'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=TOP, check=True)
    assert done.stdout.startswith("launch-ready ")
    assert done.stderr == ""
