"""What was handed over is named by its SHA-256, also a repository (contract: basis)."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from tests.contract.command import profile, run
from wizard.probes.code import handed

FILES = {"Dockerfile": "FROM scratch\n", "package.json": '{"scripts": {"start": "node x"}}\n', ".gitignore": ".env\n"}


def _repository(folder: Path) -> str:
    """A small repository at `folder`; the SHA-256 of its ``sha256sum`` list."""
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    lines = [f"{hashlib.sha256(FILES[name].encode()).hexdigest()}  {name}\n" for name in sorted(FILES)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("item", ["frontend-secrets", "deployment"])
async def test_every_evidenced_finding_names_its_files(tmp_path: Path, item: str) -> None:
    mark = _repository(tmp_path / "code")
    subject = profile(tmp_path, '[repository]\npath = "code"\n')
    done = await run("check", subject, "--item", item, "--json", "-", home=tmp_path)
    findings = json.loads(done.out)["items"][0]["findings"]
    evidenced = [f for f in findings if f["basis"] == "evidenced"]
    assert evidenced
    for finding in evidenced:
        assert finding["files"] == [{"name": "code", "sha256": mark}], finding["id"]


def test_the_mark_changes_with_a_byte_and_with_nothing_else(tmp_path: Path) -> None:
    mark = _repository(tmp_path / "code")
    (tmp_path / "code" / "node_modules").mkdir()
    (tmp_path / "code" / "node_modules" / "x.js").write_text("x")
    (tmp_path / "code" / "link").symlink_to(tmp_path)
    assert handed.refs(tmp_path / "code", tmp_path / "none", None)[0].sha256 == mark
    (tmp_path / "code" / "Dockerfile").write_text("FROM scratch \n")
    assert handed.refs(tmp_path / "code")[0].sha256 != mark
