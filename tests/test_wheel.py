"""The wheel, built and installed outside the checkout: everything that is read at run time must be in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from wizard.words import data

TOP = Path(__file__).resolve().parents[1]
SHIPPED = {".toml", ".html", ".css", ".tcss", ".woff2", ".txt", ".js", ".json", ".md", ".py"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wheel")


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(place)]
    subprocess.run([*command, str(TOP)], check=True, cwd=place)
    (made,) = place.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def scripts(wheel: Path, place: Path) -> Path:
    """The programs of a fresh environment that has the wheel, and of the tests' own only the dependencies."""
    home = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    python = scripts / ("python.exe" if sys.platform == "win32" else "python")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True)
    (site,) = home.rglob("site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return scripts


def run(scripts: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environ |= {"LAUNCH_READY_HOME": str(cwd / "home"), "XDG_CONFIG_HOME": str(cwd / "config")}
    command = [str(scripts / words[0]), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environ, check=False)


def test_the_installed_package_is_not_the_checkout(scripts: Path, place: Path) -> None:
    code = "import wizard, wizard.words; print(wizard.__file__); print(wizard.words.root())"
    shown = run(scripts, "python", "-c", code, cwd=place).stdout.split()
    assert len(shown) == 2
    assert all(Path(path).is_relative_to(place / "venv") for path in shown)


def test_every_file_that_is_read_at_run_time_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(path.relative_to(TOP)) for path in (TOP / "wizard").rglob("*") if path.is_file() and path.suffix in SHIPPED
    }
    for folder in ("checklists", "templates"):
        files = (path for path in (TOP / folder).rglob("*") if path.is_file())
        wanted |= {f"wizard/_data/{path.relative_to(TOP)}" for path in files}
    assert not {name for name in wanted if "__pycache__" not in name} - held
    assert not [name for name in held if name.startswith("tests") or "__pycache__" in name]
    assert data("templates/report/fonts").is_dir()


def test_help_and_the_checklist_are_found(scripts: Path, place: Path) -> None:
    help_ = run(scripts, "launch-ready", "--help", cwd=place)
    assert help_.returncode == 0
    assert "demo" in help_.stdout
    assert help_.stderr == ""


def test_the_demo_runs_from_the_wheel_alone(scripts: Path, place: Path) -> None:
    done = run(scripts, "launch-ready", "demo", "--headless", "--out", "out", cwd=place)
    assert done.returncode in (0, 4), done.stderr
    assert len(json.loads((place / "out" / "results.json").read_text())["items"]) == 13
    paper = "handover.pdf" if done.returncode == 0 else "handover.html"
    assert (place / "out" / paper).stat().st_size > 20_000
    if done.returncode == 0:
        assert run(scripts, "launch-ready", "verify", "out/handover.pdf", cwd=place).returncode == 0


def test_the_screens_find_their_style(scripts: Path, place: Path) -> None:
    code = (
        "import asyncio\nfrom wizard.session.desk import Desk\nfrom wizard.tui.app import Wizard\n"
        "async def main():\n    app = Wizard(Desk({'LAUNCH_READY_HOME': 'home'}))\n"
        "    async with app.run_test() as pilot:\n        await pilot.pause()\n        print(type(app.screen).__name__)\n"
        "asyncio.run(main())"
    )
    done = run(scripts, "python", "-c", code, cwd=place)
    assert done.stdout.strip() == "Home", done.stderr
