"""Streams, exit codes and saved work: one rule of the commands a test."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.command import TOP, profile, run, start
from wizard import __version__
from wizard.demo.parts.http import Request, Response, Web, serve
from wizard.model import Assessment, Evidence, Run, Subject
from wizard.probes import PROBES
from wizard.store import Folder

PIPED: dict[str, tuple[str, Callable[[str], object]]] = {
    "json": ("{", json.loads),
    "sarif": ("{", json.loads),
    "junit": ("<?xml", str),
}


@pytest.mark.parametrize("kind", PIPED)
async def test_a_result_on_standard_output_stands_there_alone(tmp_path: Path, kind: str) -> None:
    done = await run("check", profile(tmp_path), "--item", "cors", f"--{kind}", "-", home=tmp_path)
    begins, reads = PIPED[kind]
    assert done.code == 3
    assert done.out.startswith(begins)
    assert reads(done.out)


async def test_two_results_on_standard_output_are_wrong_usage(tmp_path: Path) -> None:
    done = await run("check", profile(tmp_path), "--json", "-", "--sarif", "-", home=tmp_path)
    assert (done.code, done.out) == (2, "")


async def test_times_are_told_to_the_second(tmp_path: Path) -> None:
    done = await run("check", profile(tmp_path), "--item", "cors", "--json", "-", home=tmp_path)
    times = json.loads(done.out)["run"]
    for name in ("started", "finished"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", times[name])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
async def test_a_pipe_or_a_link_stays_what_it_is(tmp_path: Path) -> None:
    pipe, link, real = tmp_path / "pipe", tmp_path / "link.json", tmp_path / "real.json"
    os.mkfifo(pipe)
    link.symlink_to(real)
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    done = await run("check", profile(tmp_path), "--item", "cors", "--sarif", pipe, "--json", link, home=tmp_path)
    assert done.code == 3
    assert json.loads(await reading)["version"] == "2.1.0"
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert json.loads(real.read_text())["schema"] == 1


NOWHERE = {
    "json": ["check", "profile.toml", "--json", "none/x"],
    "assessment": ["check", "profile.toml", "--assessment", "none/x"],
    "a folder": ["check", "profile.toml", "--pdf", "folder"],
    "quick": ["quick", "http://127.0.0.1:9", "--json", "none/x"],
    "demo": ["demo", "--headless", "--out", "profile.toml/x"],
}


@pytest.mark.parametrize("words", NOWHERE.values(), ids=NOWHERE)
async def test_a_place_that_is_none_is_wrong_usage_before_anything_runs(tmp_path: Path, words: list[str]) -> None:
    profile(tmp_path)
    (tmp_path / "folder").mkdir()
    done = await run(*words, home=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1


async def test_without_a_pdf_engine_check_keeps_the_rest_and_says_where(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "weasyprint"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    lacking = {"PYTHONPATH": f"{broken.parent}{os.pathsep}{TOP}"}
    words = ("--item", "cors", "--json", "x.json", "--pdf", "x.pdf")
    done = await run("check", profile(tmp_path), *words, home=tmp_path, **lacking)
    assert done.code == 4
    assert json.loads((tmp_path / "x.json").read_text())["schema"] == 1
    (kept,) = (tmp_path / "home").glob("check-*/assessment.json")
    assert str(kept) in done.err
    assert (await run("export", kept, "--json", "-", home=tmp_path)).code == 0


async def test_the_folder_that_stands_in_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environ = {"LAUNCH_READY_HOME": str(tmp_path / "file" / "home")}
    done = await run("check", profile(tmp_path), "--item", "cors", home=tmp_path, **environ)
    assert done.code == 3
    assert str(tmp_path / "launch-ready-home") in done.err


def _assessment(path: Path, **changes: object) -> Path:
    empty = {
        "schema": 1,
        "tool": {"name": "launch-ready", "version": __version__},
        "checklist": "coach-chatbot",
        "subject": {"business": "A"},
        "run": {"id": "0123456789abcdef"},
        "observations": [],
        "answers": [],
    }
    path.write_text(json.dumps(empty | changes))
    return path


async def test_an_id_in_a_file_never_becomes_a_place(tmp_path: Path) -> None:
    """A run's id comes from a file that others wrote; the work folder, which is removed at the end, must not follow it."""
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "file").write_text("mine")
    hostile = _assessment(tmp_path / "x.json", run={"id": "/../../keep"})
    done = await run("check", profile(tmp_path), "--item", "cors", "--assessment", hostile, home=tmp_path)
    assert done.code == 3
    assert [path.name for path in (tmp_path / "keep").iterdir()] == ["file"]


async def test_an_assessment_of_no_known_item_is_not_ready(tmp_path: Path) -> None:
    done = await run("export", _assessment(tmp_path / "x.json", only=["csrf"]), "--json", "-", home=tmp_path)
    results = json.loads(done.out)
    assert len(results["items"]) == 13
    assert results["decision"]["verdict"] == "not-enough-evidence"


@pytest_asyncio.fixture
async def slow() -> AsyncIterator[Web]:
    """A site that answers nothing for as long as anybody waits."""

    async def wait(_: Request) -> Response:
        await asyncio.sleep(60)
        return Response()

    async with serve(wait) as web:
        yield web


@pytest.mark.parametrize("words", [("quick",), ("check",)], ids=["quick", "check"])
async def test_an_interrupt_keeps_the_work_and_names_it(tmp_path: Path, slow: Web, words: tuple[str, ...]) -> None:
    subject = slow.url if words == ("quick",) else profile(tmp_path, f'[site]\nurl = "{slow.url}"\n')
    process = await start(*words, subject, home=tmp_path)
    while not slow.log:
        await asyncio.sleep(0.05)
    process.send_signal(2)
    out, err = await process.communicate()
    assert (process.returncode, out) == (130, b"")
    (kept,) = (tmp_path / "home").glob("check-*/assessment.json")
    assert str(kept) in err.decode()


async def test_a_second_process_on_the_same_file_says_so(tmp_path: Path, slow: Web) -> None:
    subject = profile(tmp_path, f'[site]\nurl = "{slow.url}"\n')
    words = ("check", subject, "--item", "tls", "--item", "frontend-secrets", "--assessment", "x.json")
    first = await start(*words, home=tmp_path)
    while not slow.log:
        await asyncio.sleep(0.05)
    second = await run(*words, home=tmp_path)
    first.send_signal(2)
    await first.communicate()
    assert second.code == 4
    assert str(first.pid) in second.err
    assert first.returncode == 130
    assert {path.name for path in tmp_path.iterdir()} == {"home", "profile.toml", "x.json"}


async def test_an_open_wizard_holds_its_assessment(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "own", PROBES, __version__)
    folder.open()
    try:
        folder.save(Assessment(Subject("A"), Run("1"), Evidence()))
        done = await run("check", profile(tmp_path), "--assessment", "own/assessment.json", home=tmp_path)
    finally:
        folder.close()
    assert done.code == 4


async def test_an_update_of_one_item_keeps_the_others(tmp_path: Path) -> None:
    """`--assessment` resumes and updates: the results speak of what was asked for, the file of all that it ever held."""
    answers = '[answers]\n"tls.coverage" = "yes"\n'
    first = await run(
        "check", profile(tmp_path, answers), "--assessment", "x.json", "--json", "one.json", home=tmp_path
    )
    more = profile(tmp_path, '[answers]\n"email-auth.bulk" = "no"\n')
    second = await run("check", more, "--item", "cors", "--assessment", "x.json", "--json", "-", home=tmp_path)
    assert first.code == second.code == 3
    assert [item["id"] for item in json.loads(second.out)["items"]] == ["cors"]
    whole = json.loads((await run("export", "x.json", "--json", "-", home=tmp_path)).out)
    assert len(whole["items"]) == 13
    told = {f["id"] for item in whole["items"] for f in item["findings"] if f["basis"] == "attested"}
    assert {"tls.coverage", "email-auth.bulk"} <= told


async def test_parts_that_were_looked_at_one_after_the_other_add_up(tmp_path: Path) -> None:
    for item in ("cors", "tls"):
        await run("check", profile(tmp_path), "--item", item, "--assessment", "x.json", home=tmp_path)
    whole = json.loads((await run("export", "x.json", "--json", "-", home=tmp_path)).out)
    assert [item["id"] for item in whole["items"]] == ["cors", "tls"]


async def test_a_document_without_evidence_is_not_signed_and_no_key_is_made(tmp_path: Path) -> None:
    await run("check", profile(tmp_path), "--item", "cors", "--assessment", "x.json", home=tmp_path)
    assert (await run("export", "x.json", "--pdf", "x.pdf", "--edition", "public", home=tmp_path)).code == 0
    before = (tmp_path / "x.pdf").read_bytes()
    done = await run("sign", "x.pdf", "--name", "Ada Osei", "--role", "founder", home=tmp_path)
    assert done.code == 1
    assert "evidence" in done.err
    assert (tmp_path / "x.pdf").read_bytes() == before
    assert not list(tmp_path.rglob("*.p12"))
