"""What stands in front of the sample business, and what the demo may lean on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.demo.visit import APP, Visit
from wizard.demo import repo
from wizard.demo.business import business
from wizard.demo.flaws import chosen


async def test_every_name_answers_as_from_the_edge(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        for name in visit.profile["site"]["domains"]:
            home = await visit.send("GET", f"https://{name}/")
            trace = await visit.send("GET", f"https://{name}/cdn-cgi/trace")
            plain = await visit.send("GET", f"http://{name}/lr-none?x=1")
            assert home.headers["server"] == "cloudflare", name
            assert home.headers["cf-ray"].endswith("-AMS"), name
            assert "max-age" in home.headers["strict-transport-security"], name
            assert f"h={name}\n" in trace.text, name
            assert (plain.status_code, plain.headers["location"]) == (301, f"https://{name}/lr-none?x=1"), name
            assert (await visit.address(name)).startswith("104.16."), name


async def test_only_its_own_names_and_files_are_served(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        stranger = await visit.send("GET", APP + "/", headers={"host": "elsewhere.example"})
        assert stranger.status_code == 404
        for path in (
            "/.env",
            "/.git/HEAD",
            "/config.json",
            "/index.html",
            "//index.html",
            "/assets/../.env",
            "/lr-abc",
        ):
            assert (await visit.send("GET", APP + path)).status_code == 404, path
        assert (await visit.send("POST", APP + "/")).status_code == 405
        assert "Contact: mailto:" in (await visit.send("GET", APP + "/.well-known/security.txt")).text


async def test_the_page_names_scripts_that_exist(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, Visit(running) as visit:
        page = (await visit.send("GET", APP + "/")).text
        assert "@@" not in page
        names = [part.partition('"')[0] for part in page.split('"/assets/')[1:]]
        index = next(name for name in names if name.startswith("index-"))
        script = (await visit.send("GET", f"{APP}/assets/{index}")).text
        assert "@@" not in script
        names += [part.partition('"')[0] for part in script.split('"assets/')[1:]]
        names += [part.partition('"')[0] for part in script.split('"./')[1:]]
        assert len(set(names)) >= 5
        for name in set(names):
            answer = await visit.send("GET", f"{APP}/assets/{name}")
            assert (name, answer.status_code) == (name, 200)
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["cf-cache-status"] == "HIT"
            assert (running.folder / "repository" / "dist" / "assets" / name).read_bytes() == answer.content


async def test_plain_port_survives_odd_targets(tmp_path: Path):
    async with business(tmp_path, careful=True) as running, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request("OPTIONS", running.doors["plain"].url, extensions={"target": b"*"})
        assert answer.status_code == 301
        assert running.doors["plain"].errors == []


def test_without_git_the_files_stand_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(repo.shutil, "which", lambda _: None)
    commit = repo.write(tmp_path, frozenset(), "made-up")
    assert len(commit) == 40
    assert not (tmp_path / ".git").exists()
    assert (tmp_path / "package.json").exists()


def test_a_history_that_git_accepts(tmp_path: Path):
    commit = repo.write(tmp_path, frozenset(), "made-up")
    done = subprocess.run(["git", "fsck", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "error" not in done.stderr
    log = subprocess.run(
        ["git", "log", "--format=%H %an"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert log.startswith(f"{commit} Tom Okafor")
    assert len(log.splitlines()) == 3
    status = subprocess.run(
        ["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert status == ""


def test_which_switches_are_on():
    assert chosen(None, careful=True) == frozenset()
    assert len(chosen(None, careful=False)) > 5
    assert chosen(frozenset({"swap"}), careful=False) == {"swap"}


def test_the_demo_leans_on_nothing_of_the_wizard():
    code = (
        "import sys, wizard.demo.business;"
        "print([m for m in sys.modules if m.startswith('wizard.') and not m.startswith(('wizard.demo', 'wizard.model'))],"
        "[m for m in ('httpx', 'textual', 'weasyprint', 'pyhanko') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
