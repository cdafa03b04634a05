"""Assessments on disk: what comes back is what went in, whatever happens in between."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.small import PROBES, found, seen, told
from wizard.model import Assessment, Evidence, FileRef, Observation, Reason, Run, Subject, Trouble, Unobserved
from wizard.probes import PROBES as ALL
from wizard.probes.code.logs.facts import Seen as LogsSeen
from wizard.store import Folder, config, dump, home, load, ownership_code
from wizard.words import say

BASE = Assessment(Subject("Brightside Coaching", assessor="Ada"), Run("r1", requests=3), Evidence())
OBSERVED = (
    *seen(found("auth.door", "pass", where="GET /x")),
    Observation("files", Unobserved("stopped", reason=Reason.NOT_TESTED), "2026-11-20T10:00:00Z", 0.5),
)
FULL = replace(
    BASE,
    evidence=Evidence(OBSERVED, (told("more.list", [{"a": "b"}]), told("ops.drill", "yes", minutes=9.0))),
    scope=("app.example.test",),
)


def test_there_and_back() -> None:
    again = load(dump(FULL, "1"), PROBES)
    assert set(again.evidence.observations) == set(FULL.evidence.observations)
    assert [a.question for a in again.evidence.answers] == ["more.list", "ops.drill"]
    assert replace(again, evidence=FULL.evidence) == FULL


def test_the_same_evidence_in_any_order_gives_the_same_bytes() -> None:
    turned = replace(FULL, evidence=Evidence(OBSERVED[::-1], FULL.evidence.answers[::-1]))
    assert dump(turned, "1") == dump(FULL, "1")


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_garbage_is_one_clear_trouble(raw: bytes) -> None:
    with pytest.raises(Trouble) as caught:
        load(raw, PROBES, "x.json")
    assert "x.json" in say(caught.value.key, **caught.value.slots)


@pytest.mark.parametrize("cut", range(0, len(dump(FULL, "1")), 97))
def test_half_a_file_is_no_assessment(cut: int) -> None:
    with pytest.raises(Trouble):
        load(dump(FULL, "1")[:cut], PROBES)


def test_what_an_unknown_probe_saw_is_kept(tmp_path: Path) -> None:
    raw = dump(FULL, "1")
    assert dump(load(raw, ()), "1") == raw


@pytest.mark.parametrize("mark", ["a" * 63, "A" * 64, "g" * 64, "<script>", "../../x", "a" * 64 + "\n", "é" * 64])
@pytest.mark.parametrize("kind", ["answer", "observation"])
def test_a_mark_of_a_file_that_is_none_is_refused_in_one_sentence(mark: str, kind: str) -> None:
    good = "0123456789abcdef" * 4
    file = FileRef("drill.eml", good)
    evidence = Evidence((), (replace(told("ops.drill", "yes"), files=(file,)),))
    if kind == "observation":
        evidence = Evidence((Observation("logging", LogsSeen(files=(file,)), "2026-11-20T10:00:00Z", 0.5),), ())
    raw = dump(replace(BASE, evidence=evidence), "1")
    assert load(raw, ALL).evidence == evidence
    with pytest.raises(Trouble) as caught:
        load(raw.replace(good.encode(), json.dumps(mark)[1:-1].encode()), ALL, "x.json")
    text = say(caught.value.key, **caught.value.slots)
    assert "x.json" in text
    assert "64 hex" in text
    assert mark not in text


def folder(path: Path) -> Folder:
    made = Folder(path / "a", PROBES, "1")
    made.open()
    return made


def test_the_journal_is_played_on_top_of_the_snapshot(tmp_path: Path) -> None:
    held = folder(tmp_path)
    held.save(BASE)
    held.append(BASE, OBSERVED[0])
    held.append(BASE, told("ops.drill", "no"))
    assert held.read().evidence == Evidence((OBSERVED[0],), (told("ops.drill", "no"),))


@pytest.mark.parametrize("lost", [1, 5, 40])
def test_a_torn_line_loses_itself_alone(tmp_path: Path, lost: int) -> None:
    held = folder(tmp_path)
    held.save(BASE)
    held.append(BASE, told("ops.drill", "no"))
    held.append(BASE, told("more.list", "dont-know"))
    journal = held.path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-lost])
    held.append(BASE, told("auth.door", "yes"))
    kept = {a.question for a in held.read().evidence.answers}
    assert {"ops.drill", "auth.door"} <= kept


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    held = folder(tmp_path)
    held.save(BASE)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_try, (tmp_path,)) == ("store.held", 4, str(os.getpid()))
    held.close()
    assert _try(tmp_path) == ("", 0, "")


def _try(path: Path) -> tuple[str, int, str]:
    try:
        folder(path)
    except Trouble as trouble:
        return trouble.key, trouble.code, trouble.slots["process"]
    return "", 0, ""


def _write(path: Path) -> None:
    held = folder(path)
    held.save(BASE)
    (path / "go").touch()
    now = BASE
    for number in range(100_000):
        answer = told("ops.drill", "yes", note=f"{number:05d}", at=f"2026-11-20T{number:08d}")
        held.append(now, answer)
        now = replace(now, evidence=Evidence((), (answer,)))
        if number % 7 == 0:
            held.save(now)
        (path / "last").write_text(str(number))


@pytest.mark.parametrize("after", [0.02, 0.05, 0.11])
def test_a_killed_process_loses_no_answer(tmp_path: Path, after: float) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(tmp_path,))
    writer.start()
    while not (tmp_path / "last").exists():
        time.sleep(0.005)
    time.sleep(after)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    known = int((tmp_path / "last").read_text() or 0)
    numbers = [int(a.note) for a in folder(tmp_path).read().evidence.answers]
    assert max(numbers) >= known


def test_a_full_disk_is_told_and_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = folder(tmp_path)
    held.save(BASE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wizard.store.folder.os.fsync", full)
    with pytest.raises(Trouble) as caught:
        held.save(FULL)
    assert caught.value.code == 4
    assert "No space left" in say(caught.value.key, **caught.value.slots)
    assert held.read() == BASE
    assert not [p for p in held.path.iterdir() if p.name.startswith(".assessment")]


def test_home_is_where_it_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home({"LAUNCH_READY_HOME": str(tmp_path / "h")}) == tmp_path / "h"
    (tmp_path / "file").touch()
    assert home({"LAUNCH_READY_HOME": str(tmp_path / "file")}) == tmp_path / "launch-ready-home"


def test_the_ownership_code_belongs_to_this_computer_and_the_domain(tmp_path: Path) -> None:
    here, there = {"LAUNCH_READY_HOME": str(tmp_path / "1")}, {"LAUNCH_READY_HOME": str(tmp_path / "2")}
    code = ownership_code("Brightside.example", here)
    assert code == ownership_code("brightside.example", here)
    assert len({code, ownership_code("other.example", here), ownership_code("brightside.example", there)}) == 3
    assert (config(here) / "ownership.secret").stat().st_mode & 0o777 == 0o600
