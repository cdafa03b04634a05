"""The commands from outside, as programs and people call them: files, streams, exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from wizard.checklist import load
from wizard.demo.business import business
from wizard.report.schema import Results

TOP = Path(__file__).resolve().parents[2]


@dataclass
class Done:
    code: int
    out: str
    err: str


async def run(*words: str | Path, home: Path, environ: dict[str, str] | None = None, cwd: Path | None = None) -> Done:
    """One command in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wizard",
        *map(str, words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(TOP), "LAUNCH_READY_HOME": str(home), **(environ or {})},
        cwd=cwd or home,
    )
    out, err = await process.communicate()
    return Done(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@dataclass
class Whole:
    """One careless run with every output, and what must stand in none of them."""

    done: Done
    folder: Path
    secrets: tuple[str, ...]
    results: dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(place: Path) -> AsyncIterator[Whole]:
    out = place / "out"
    out.mkdir()
    async with business(place / "business") as running:
        outputs = {kind: out / f"x.{kind}" for kind in ("json", "sarif", "junit", "pdf", "assessment")}
        flags = [word for kind, path in outputs.items() for word in (f"--{kind}", str(path))]
        done = await run("check", running.profile, *flags, home=out, environ=running.environ)
        profile = tomllib.loads(running.profile.read_text())
        words = [w for account in profile["accounts"].values() for w in account.get("marker", "").split()]
        headers = [v for account in profile["accounts"].values() for v in account.get("headers", {}).values()]
        tokens = [v.removeprefix("Bearer ") for v in (*headers, *running.environ.values()) if not v.startswith("env:")]
        tokens.append(profile["webhook"]["secret"])
        secrets = (*words, *tokens, profile["chat"]["canary"])
        yield Whole(done, out, tuple(s for s in secrets if len(s) > 5), json.loads(outputs["json"].read_text()))


async def test_check_prints_the_scorecard_and_exits_by_the_verdict(whole: Whole) -> None:
    assert whole.done.code == 1
    for item in load().items:
        assert item.title in whole.done.out
    assert "Get a senior engineer" in whole.done.out
    assert "Traceback" not in whole.done.err


async def test_results_have_the_contracts_shape(whole: Whole) -> None:
    results = msgspec.convert(whole.results, Results)
    assert [item.id for item in results.items] == list(load().order)
    assert len(results.red_flags) == 5
    for item in results.items:
        for finding in item.findings:
            assert (finding.outcome == "unknown") == bool(finding.reason), finding
            assert finding.outcome != "fail" or (finding.severity and finding.evidence), finding
            assert "{" not in re.sub(r"/\{[\w-]+\}", "", finding.summary), finding
    failed = [i for i in results.items if any(f.outcome == "fail" and not f.root for f in i.findings)]
    assert [i.id for i in failed] == list(results.decision.failed)


async def test_no_credential_marker_or_canary_stands_in_any_byte_written(whole: Whole) -> None:
    assert len(whole.secrets) > 8
    texts = {"stdout": whole.done.out.encode(), "stderr": whole.done.err.encode()}
    texts |= {str(p): p.read_bytes() for p in whole.folder.rglob("*") if p.is_file()}
    pdf = whole.folder / "x.pdf"
    texts["pages"] = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=False).stdout
    found = [(name, secret[:4]) for name, text in texts.items() for secret in whole.secrets if secret.encode() in text]
    assert not found


async def test_a_finished_run_leaves_no_folder_behind(whole: Whole) -> None:
    assert not list(whole.folder.glob("check-*"))


async def test_an_assessment_judges_again_to_the_same_results(whole: Whole) -> None:
    done = await run("export", whole.folder / "x.assessment", "--json", "-", home=whole.folder)
    assert done.code == 0
    assert json.loads(done.out) == whole.results


async def test_a_pdf_carries_the_same_assessment(whole: Whole) -> None:
    done = await run("export", whole.folder / "x.pdf", "--json", "-", home=whole.folder)
    assert json.loads(done.out) == whole.results


async def test_an_unsigned_pdf_is_not_verified(whole: Whole) -> None:
    assert (await run("verify", whole.folder / "x.pdf", home=whole.folder)).code == 1


async def test_sign_verify_rebuild_and_trust(whole: Whole) -> None:
    pdf, home = whole.folder / "x.pdf", whole.folder
    signed = await run("sign", pdf, "--name", "Ada Osei", "--role", "founder", "--out", home / "s.pdf", home=home)
    assert signed.code == 0
    again = await run("sign", home / "s.pdf", "--name", "Cy", "--role", "consultant", home=home)
    assert again.code == 0
    told = await run("verify", home / "s.pdf", "--rebuild", "--json", "-", home=home)
    assert told.code == 0
    facts = json.loads(told.out)
    assert facts["evidence"] == {"attached": True, "matches": True, "rebuilt": "same"}
    assert [s["role"] for s in facts["signatures"]] == ["founder", "consultant"]
    fingerprint = facts["signatures"][0]["fingerprint"]
    assert (await run("verify", home / "s.pdf", "--trust", fingerprint, home=home)).code == 0
    assert (await run("verify", home / "s.pdf", "--trust", "0" * 64, home=home)).code == 1
    (home / "t.pdf").write_bytes((home / "s.pdf").read_bytes() + b"\n")
    assert (await run("verify", home / "t.pdf", home=home)).code == 1


async def test_compare_with_itself_changes_nothing(whole: Whole) -> None:
    done = await run("compare", whole.folder / "x.pdf", whole.folder / "x.assessment", "--json", "-", home=whole.folder)
    assert done.code == 0
    assert {item["change"] for item in json.loads(done.out)["items"]} <= {"same"}


async def test_one_item_alone_speaks_of_itself_alone(place: Path) -> None:
    async with business(place / "one", careful=True) as running:
        home = place / "one-home"
        home.mkdir()
        done = await run(
            "check", running.profile, "--item", "cors", "--json", "-", "--quiet", home=home, environ=running.environ
        )
        assert done.err == ""
        results = json.loads(done.out)
        assert [item["id"] for item in results["items"]] == ["cors"]
        assert done.code == 0, results


BAD = {
    "no profile": (["check", "none.toml"], 2, "none.toml"),
    "unknown key": (["check", "typo.toml"], 2, "url"),
    "not TOML": (["check", "broken.toml"], 2, "line 2"),
    "unknown item": (["check", "typo.toml", "--item", "csrf"], 2, "csrf"),
    "result in no folder": (["check", "typo.toml", "--json", "none/x.json"], 2, "none"),
    "no such assessment": (["export", "none.json", "--json", "-"], 2, "none.json"),
    "nothing to export": (["export", "typo.toml"], 2, "--pdf"),
    "no assessment in it": (["export", "typo.toml", "--json", "-"], 2, "typo.toml"),
    "no such PDF": (["verify", "none.pdf"], 2, "none.pdf"),
    "not a PDF": (["verify", "typo.toml"], 1, "cannot be read"),
    "sign no PDF": (["sign", "typo.toml", "--name", "A", "--role", "founder"], 1, "typo.toml"),
    "not an address": (["quick", "http://a b"], 2, "a b"),
    "unknown command": (["chek"], 2, "chek"),
    "not a checklist": (["checklist", "validate", "none"], 2, "checklist.toml"),
}


@pytest.mark.parametrize(("words", "code", "says"), BAD.values(), ids=BAD)
async def test_bad_input_is_one_sentence_and_the_right_code(
    tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    (tmp_path / "typo.toml").write_text('schema = 1\n[business]\nname = "A"\n[site]\nurll = "https://a.example"\n')
    (tmp_path / "broken.toml").write_text("schema = 1\n[business\n")
    done = await run(*words, home=tmp_path)
    told = done.err + done.out
    assert done.code == code, told
    assert says in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) <= 8
    assert not re.search(r"[A-Za-z]+Error\b", told)


@pytest.mark.parametrize("which", ["profile", "results"])
async def test_schemas_are_json(tmp_path: Path, which: str) -> None:
    done = await run("schema", which, home=tmp_path)
    assert json.loads(done.out)["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
async def test_completions(tmp_path: Path, shell: str) -> None:
    done = await run("completions", shell, home=tmp_path)
    assert done.code == 0
    assert "launch" in done.out


async def test_doctor_tells_each_part(tmp_path: Path) -> None:
    done = await run("doctor", "--json", home=tmp_path)
    rows = {row["id"]: row["state"] for row in json.loads(done.out)["checks"]}
    assert rows["python"] == rows["place"] == rows["pdf"] == "ok"
    assert done.code == 0


async def test_the_shipped_checklist_validates(tmp_path: Path) -> None:
    assert (await run("checklist", "validate", TOP / "checklists" / "coach-chatbot", home=tmp_path)).code == 0


async def test_demo_ends_with_a_signed_pdf_that_verifies(tmp_path: Path) -> None:
    done = await run("demo", "--headless", "--out", tmp_path / "d", home=tmp_path)
    assert done.code == 0, done.err
    assert {p.name for p in (tmp_path / "d").iterdir()} >= {"handover.pdf", "results.json"}
    assert (await run("verify", tmp_path / "d" / "handover.pdf", home=tmp_path)).code == 0


async def test_without_a_pdf_engine_the_demo_leaves_a_signed_trio(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "weasyprint"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    lacking = {"PYTHONPATH": f"{broken.parent}{os.pathsep}{TOP}"}
    done = await run("demo", "--headless", "--out", tmp_path / "d", home=tmp_path, environ=lacking)
    assert done.code == 4, done.err
    assert {"handover.html", "evidence.json", "evidence.json.p7s"} <= {p.name for p in (tmp_path / "d").iterdir()}
    assert not (tmp_path / "d" / "handover.pdf").exists()
    assert (await run("verify", tmp_path / "d" / "evidence.json", home=tmp_path, environ=lacking)).code == 0


async def test_an_interrupt_keeps_what_was_found(tmp_path: Path) -> None:
    async with business(tmp_path / "b", careful=True) as running:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "wizard",
            "check",
            str(running.profile),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(TOP), "LAUNCH_READY_HOME": str(tmp_path), **running.environ},
        )
        assert process.stderr is not None
        await process.stderr.readline()
        process.send_signal(2)
        _, err = await process.communicate()
    assert process.returncode == 130, err
    (kept,) = tmp_path.glob("check-*")
    assert (kept / "assessment.json").is_file()
    assert str(kept) in err.decode()
