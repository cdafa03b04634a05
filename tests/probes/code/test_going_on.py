"""A look that ended early goes on where it ended, while what it passed is the same; else it begins again and says so."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.probes.code.samples import Make, private
from wizard.model import Assessment, Evidence, Finding, Observation, Outcome, Run, Subject
from wizard.net import Access, open_net
from wizard.probe import Consent, Probe, Target, earlier, progress, stop
from wizard.probes import PROBES
from wizard.probes.code import gather, history, repository, repository_history
from wizard.probes.code.repository import Seen
from wizard.probes.code.rest import listing
from wizard.probes.code.secrets import Place
from wizard.probes.code.tree import Limits, Report, Walk
from wizard.runner import run
from wizard.session import work
from wizard.session.runs import Running, Said
from wizard.store import dump, load

M = Make(91)
FILES = 200
OLD = 1_700_000_000


def age(root: Path) -> None:
    """As if nothing had been changed for long: a file that is younger than a look may have changed after it."""
    for base, _, names in os.walk(root):
        for name in names:
            os.utime(Path(base, name), (OLD, OLD))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    for n in range(FILES):
        path = root / f"part{n // 50}" / f"{n:03}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n" * 7000 + (f"k = '{M.stripe()}'\n" if n % 20 == 0 else ""))
    (root / ".env").write_text("A=1\n")
    (root / "part0" / "a.png").write_bytes(b"x")
    (root / "part3" / "z.png").write_bytes(b"x")
    age(root)
    return root


@contextmanager
def going_on(probe: str, before: object, *, stopped: bool) -> Iterator[None]:
    """What the runner tells a probe: what it saw the last time; `stopped`: somebody asks it to stop at its first word."""
    event = threading.Event()
    tokens = (stop.set(event), earlier.set({probe: before} if before else {}))
    told = progress.set(lambda _line: event.set() if stopped else None)
    try:
        yield
    finally:
        stop.reset(tokens[0])
        earlier.reset(tokens[1])
        progress.reset(told)


async def look(root: Path, *, before: Seen | None = None, stopped: bool = False) -> Seen:
    with going_on(repository.PROBE.id, before, stopped=stopped):
        async with open_net(Access(run_id="t1")) as net:
            return await repository.observe(Target(repository=root), net)


def kept(seen: Seen) -> Seen:
    """Written down and read again, as in a file of an assessment."""
    evidence = Evidence((Observation(repository.PROBE.id, seen, "2026-01-01T00:00:00Z", 1.0),))
    text = dump(Assessment(subject=Subject("X"), run=Run(id="t1"), evidence=evidence), "1")
    again = load(text, PROBES).evidence.observations[0].seen
    assert isinstance(again, Seen)
    return again


def facts(seen: Seen) -> object:
    assert seen.tree is not None
    tree = seen.tree
    return (
        sorted((f.match.name, f.match.line, f.match.kind, f.place) for f in seen.found),
        (tree.files, tree.read, tree.unread, tree.skipped, tree.capped),
        seen.envs,
        seen.rest,
    )


def about(seen: Seen) -> Finding:
    (whole,) = [f for f in repository.read(seen) if f.id.endswith("repo-tree") and f.outcome is not Outcome.FAIL][
        :1
    ] or [None]
    assert whole is not None
    return whole


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    paths: list[str] = []
    real = gather.Gather._open

    def counted(self: gather.Gather, path: str) -> tuple[int, int]:
        paths.append(path)
        return real(self, path)

    monkeypatch.setattr(gather.Gather, "_open", counted)
    return paths


async def test_it_goes_on_and_comes_to_the_same(code: Path, opened: list[str]) -> None:
    whole = await look(code)
    part = await look(code, stopped=True)
    assert part.tree is not None and part.tree.capped == "stopped" and 0 < part.tree.files < FILES
    assert part.rest is not None and 0 < len(part.rest.found) < FILES // 20
    opened.clear()
    rest = await look(code, before=kept(part))
    assert rest.begun == "on" and len(opened) <= FILES - part.tree.files + 1
    assert facts(rest) == facts(whole)


async def test_it_can_be_stopped_again_and_again(code: Path) -> None:
    whole, seen, times = await look(code), await look(code, stopped=True), 1
    while seen.rest is not None:
        seen, times = await look(code, before=seen, stopped=True), times + 1
        assert seen.begun == "on" and times < 30
    assert times > 3 and facts(seen) == facts(whole)


@pytest.mark.parametrize("change", ["content", "new", "gone", "time", "git"])
async def test_it_begins_again_when_what_was_passed_is_not_the_same(code: Path, change: str) -> None:
    part = await look(code, stopped=True)
    first = code / ".env"
    if change == "content":
        first.write_text("A=2\n")
        os.utime(first, (OLD, OLD))
    elif change == "new":
        (code / ".a").write_text("x")
    elif change == "gone":
        first.unlink()
    elif change == "time":
        os.utime(first, (OLD, OLD + 1))
    else:
        subprocess.run(["git", "init", "-q"], cwd=code, check=True)
    age(code) if change == "new" else None
    rest = await look(code, before=part)
    assert rest.begun == "again" and rest.rest is None
    assert facts(rest) == facts(await look(code))


async def test_what_comes_later_may_change(code: Path) -> None:
    part = await look(code, stopped=True)
    (code / "part3" / "199.py").write_text(f"k = '{M.stripe()}'\n")
    (code / "part3" / "new.py").write_text(f"k = '{M.stripe()}'\n")
    rest = await look(code, before=part)
    assert rest.begun == "on" and {"part3/199.py", "part3/new.py"} <= {f.match.name for f in rest.found}


async def test_a_file_that_is_younger_than_the_look_cannot_be_relied_on(code: Path) -> None:
    os.utime(code / ".env", (4_000_000_000, 4_000_000_000))
    assert (await look(code, stopped=True)).rest is None


async def test_a_pass_says_how_it_came_about(tmp_path: Path) -> None:
    for n in range(60):
        (tmp_path / f"{n}.py").write_text("x = 1\n" * 20_000)
    age(tmp_path)
    part = await look(tmp_path, stopped=True)
    assert about(part).say == "stopped"
    done = about(await look(tmp_path, before=part))
    assert done.outcome is Outcome.PASS and "went on" in done.evidence
    (tmp_path / "0.py").write_text("y = 1\n")
    again = about(await look(tmp_path, before=part))
    assert again.outcome is Outcome.PASS and "begun again" in again.evidence


def test_a_long_file_that_was_left_in_the_middle_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{M.stripe()}\n")
    with (tmp_path / "long.txt").open("wb") as file:
        file.write(M.stripe().encode() + b"\n")
        for _ in range(24):
            file.write(b"line\n" * 210_000)
        file.write(M.stripe().encode() + b"\n")
    (tmp_path / "z.txt").write_text(f"{M.stripe()}\n")
    age(tmp_path)
    event = threading.Event()
    first = Walk(
        tmp_path,
        lambda _name: Place.TRACKED,
        private,
        stop=event,
        noticed=lambda name, _: event.set() if name == "long.txt" else None,
    )
    report = first.run()
    assert (
        report.capped == "stopped" and [f.match.name for f in report.found] == ["a.txt", "long.txt"] and report.unread
    )
    rest = first.rest
    assert rest is not None and (rest.passed, rest.files, rest.read, rest.unread, len(rest.found)) == (1, 1, 33, 0, 1)
    second = Walk(tmp_path, lambda _name: Place.TRACKED, private)
    assert second.go_on(rest)
    done, plain = second.run(), Walk(tmp_path, lambda _name: Place.TRACKED, private).run()
    assert (done.found, done.files, done.read, done.unread) == (plain.found, plain.files, plain.read, plain.unread)


def test_each_limit_leaves_a_place_to_go_on_but_a_flood_does_not(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n:02}.txt").write_text("x" * 1000)
    age(tmp_path)
    for limits in (Limits(files=5), Limits(size=4500)):
        job = Walk(tmp_path, lambda _name: Place.TRACKED, private, limits=limits)
        assert job.run().files == 5 and job.rest is not None
        more = Walk(tmp_path, lambda _name: Place.TRACKED, private, limits=limits)
        assert more.go_on(job.rest) and more.run().files == 10
    job.report.capped = "matches"
    assert job.rest is None


def test_a_list_of_fewer_names_has_no_mark(tmp_path: Path) -> None:
    names = [("a", str(tmp_path / "a"))]
    assert listing(names, 2, "") == "" != listing(names, 1, "") != listing(names, 1, "salt")


# --- the past ---------------------------------------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    for n in range(300):
        (root / f"{n:03}.py").write_text(f"x = {n}\n" + (f"k = '{M.stripe()}'\n" if n % 30 == 0 else ""))
    git(root, "add", ".")
    git(root, "commit", "-qm", "m")
    git(root, "repack", "-adq")
    return root


async def past(
    root: Path, *, before: repository_history.Seen | None = None, stopped: bool = False
) -> repository_history.Seen:
    with going_on(repository_history.PROBE.id, before, stopped=stopped):
        async with open_net(Access(run_id="t1")) as net:
            return await repository_history.observe(Target(repository=root), net)


def told_of(seen: repository_history.Seen) -> object:
    found = sorted((f.match.name, f.match.line, f.place, f.commit) for f in seen.found)
    return found, seen.versions, seen.total, seen.read, seen.unread, seen.commits, seen.capped, seen.rest


async def test_the_past_goes_on_too(repo: Path) -> None:
    whole, seen = await past(repo), await past(repo, stopped=True)
    assert len(whole.found) == 10 and seen.capped == "stopped" and 0 < seen.versions < seen.total and seen.unread
    times = 1
    while seen.rest is not None:
        seen, times = await past(repo, before=seen, stopped=True), times + 1
        assert seen.begun == "on" and times < 9
    assert times > 2 and told_of(seen) == told_of(whole)


@pytest.mark.parametrize("change", ["commit", "ref"])
async def test_the_past_begins_again_when_it_is_another(repo: Path, change: str) -> None:
    part = await past(repo, stopped=True)
    git(repo, *(("tag", "t") if change == "ref" else ("commit", "-q", "--allow-empty", "-m", "n")))
    if change == "ref":
        git(repo, "checkout", "-q", "--orphan", "o")
        git(repo, "commit", "-qm", "o")
    seen = await past(repo, before=part)
    assert seen.begun == "again" and told_of(seen) == told_of(await past(repo))


async def test_more_objects_than_a_look_takes(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await past(repo)
    monkeypatch.setattr(history, "MOST_OBJECTS", 130)
    seen, times = await past(repo), 1
    assert (seen.capped, seen.versions, seen.total) == ("objects", 130, 301) and seen.unread
    while seen.rest is not None:
        seen, times = await past(repo, before=seen), times + 1
    assert times == 3 and told_of(seen) == told_of(whole)


async def test_the_runner_hands_over_what_the_last_run_saw() -> None:
    met: list[object] = []

    async def observe(_target: Target, _net: object) -> Seen:
        met.append(earlier.get().get("p"))
        return Seen()

    probe = Probe("p", "i", Consent.LOOK, Seen, observe, lambda _seen: (), ())
    before = (Observation("p", Seen(begun="on"), "", 0.0),)
    async with open_net(Access(run_id="t1")) as net:
        for given in ((), before):
            assert [event async for event in run([probe], Target(), net, before=given)]
    assert met == [None, Seen(begun="on")]


async def test_an_assessment_goes_on_where_it_was_stopped(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, kept_at = tmp_path / "p.toml", tmp_path / "a.json"
    profile.write_text('schema = 1\n[business]\nname = "X"\n[repository]\npath = "code"\n')
    environ = {"LAUNCH_READY_HOME": str(tmp_path / "home")}
    begun: list[str] = []
    halts = [True, False]

    def teller() -> Callable[[Report], None]:
        tell, halted = progress.get(), stop.get()

        def told(_report: Report) -> None:
            tell("a batch")
            if halts[0] and halted is not None:
                halted.wait(20)

        return told

    monkeypatch.setattr(repository, "teller", teller)
    while halts:
        halted = halts[0]
        with work.from_profile(profile, environ, ("frontend-secrets",), kept_at) as session:
            running = Running(session, ("frontend-secrets",))
            async for event in running.events():
                if halted and isinstance(event, Said) and event.probe == repository.PROBE.id:
                    running.halt()
            session.keep(kept_at)
            (seen,) = [o.seen for o in session.assessment.evidence.observations if o.probe == repository.PROBE.id]
            begun.append(seen.begun)
            halts.pop(0)
    assert begun == ["", "on"] and seen.tree.files == FILES + 1 and not seen.tree.capped
