"""Files on request: names only, what is known filled in, nothing overwritten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wizard.cli import run
from wizard.model import Assessment, Evidence, Observation, Run, Subject, Trouble
from wizard.probes.code.deploy.envnames import Names
from wizard.probes.code.deploy.recipe import Recipe
from wizard.probes.code.deploy.version import Running
from wizard.probes.code.deployment_read import Seen
from wizard.session import Session, drafts
from wizard.store import dump
from wizard.words import say

SEEN = Seen(
    repository=True,
    env=Names(read=("DATABASE_URL", "TOKEN_SECRET"), optional=("LOG_LEVEL",), code=3),
    recipe=Recipe(files=("fly.toml", "Dockerfile"), migrations=4),
    running=Running("0123456789abcdef", "https://api.example.test/version"),
)


def session(seen: Seen | None = SEEN) -> Session:
    observations = (Observation("deployment", seen, "2026-11-20T10:00:00Z", 0.1),) if seen else ()
    return Session(Assessment(Subject("A"), Run("r"), Evidence(observations)))


def test_both_files_are_written_once(tmp_path: Path) -> None:
    first = drafts.write(session(), tmp_path, "2026-11-20")
    assert len(first) == 2
    (tmp_path / "ROLLBACK.md").write_text("mine")
    again = drafts.write(session(), tmp_path, "2026-11-21")
    assert all("already" in line for line in again)
    assert (tmp_path / "ROLLBACK.md").read_text() == "mine"


def test_the_settings_have_names_and_no_values() -> None:
    lines = drafts.env_example(SEEN).splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["DATABASE_URL=", "TOKEN_SECRET="]
    assert "# LOG_LEVEL=" in lines


@pytest.mark.parametrize(
    ("file", "says"),
    [("fly.toml", "fly deploy"), ("vercel.json", "vercel rollback"), ("Procfile", "heroku rollback"), ("x", "git log")],
)
def test_the_way_back_fits_the_host(file: str, says: str) -> None:
    text = drafts.rollback(replace(SEEN, recipe=Recipe(files=(file,), migrations=4)), "2026-11-20")
    assert says in text
    assert "{" not in text
    assert "0123456789ab" in text
    assert "4 migrations" in text


def test_without_a_look_there_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(Trouble):
        drafts.write(session(None), tmp_path, "2026-11-20")
    assert not list(tmp_path.iterdir())


def test_names_and_addresses_from_strangers_stay_text() -> None:
    bad = replace(
        SEEN,
        env=Names(read=("GOOD", "A=1\nB", "$(id)", "X Y", ""), optional=("`id`", "OK_2"), code=1),
        running=Running("<script>`x`", "https://a.test/\n# Owned"),
    )
    lines = drafts.env_example(bad).splitlines()
    assert [line for line in lines if line.endswith("=")] == ["GOOD=", "# OK_2="]
    text = drafts.rollback(bad, "2026-11-20")
    assert "<script>" not in text
    assert "\n# Owned" not in text


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        drafts.write(session(), tmp_path / "none")
    text = say(caught.value.key, **caught.value.slots)
    assert str(tmp_path / "none") in text
    assert "{" not in text


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "ROLLBACK.md").symlink_to(tmp_path / "elsewhere")
    lines = drafts.write(session(), tmp_path)
    assert "already" in lines[1]
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_writes_the_drafts_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "assessment.json"
    file.write_bytes(dump(session().assessment, "1"))
    assert run(["export", str(file), "--drafts", str(tmp_path)]) == 0
    assert run(["export", str(file), "--drafts", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("Written: ") == said.err.count("there already") == 2
    assert run(["export", str(file), "--drafts", str(tmp_path / "none")]) == 4
