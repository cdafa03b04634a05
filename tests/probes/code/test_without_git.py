"""The past without git on the computer: dulwich reads it, with the same findings, and nothing of a hostile repository runs."""

from __future__ import annotations

import shutil
import threading
import time
import zlib
from pathlib import Path

import pytest

from tests.probes.code import test_gitroom as with_git
from tests.probes.code.samples import Make, private
from tests.probes.code.test_gitroom import commit, git, hostile, repo  # noqa: F401  fixtures
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.code import gitroom, history, repository_history
from wizard.session import doctor

M = Make(17)
REAL = shutil.which


@pytest.fixture
def none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitroom.shutil, "which", lambda name: None if name == "git" else REAL(name))


async def seen(root: Path, which: str) -> repository_history.Seen:
    with pytest.MonkeyPatch.context() as patch:
        if which == "dulwich":
            patch.setattr(gitroom.shutil, "which", lambda name: None if name == "git" else REAL(name))
        async with open_net(Access(run_id="t1")) as net:
            return await repository_history.observe(Target(repository=root), net)


async def both(root: Path) -> repository_history.Seen:
    """The same with git and without, but for the seconds and the order."""
    told = []
    for which in ("git", "dulwich"):
        one = await seen(root, which)
        found = sorted((f.match.name, f.match.line, f.match.kind, f.place, f.commit, f.since) for f in one.found)
        told.append(
            (
                one.refused,
                one.shallow,
                one.versions,
                one.total,
                one.commits,
                one.read,
                one.unread,
                one.large,
                one.capped,
                found,
            )
        )
    assert told[0] == told[1]
    return one


async def test_each_place_of_the_past(repo: Path) -> None:  # noqa: F811
    commit(repo, "one", **{"app.py": f"KEY = '{M.stripe()}'\n", "lib/deep/a b.py": f"k='{M.stripe()}'"})
    commit(repo, "two", **{"app.py": "KEY = os.environ['K']\n"})
    commit(repo, f"oops {M.supabase()}", **{"b.py": "y = 1\n"})
    git(repo, "tag", "-a", "v1", "-m", f"key {M.stripe()}")
    git(repo, "branch", "other")
    git(repo, "checkout", "-q", "-b", "gone")
    commit(repo, "lost", **{"c.py": f"KEY = '{M.stripe()}'\n"})
    git(repo, "checkout", "-q", "other")
    git(repo, "branch", "-D", "gone")
    git(repo, "hash-object", "-w", "--stdin", stdin=f"k = {M.stripe()}\n".encode())
    one = await both(repo)
    assert len({f.place for f in one.found}) == 2 and len(one.found) == 6
    assert {f.commit for f in one.found if f.match.name == "app.py"} != {""}


async def test_packed_deltas_merges_and_packed_refs(repo: Path) -> None:  # noqa: F811
    body = "".join(f"line {n} {M.alnum(4)}\n" for n in range(3000))
    for n in range(6):
        commit(repo, f"c{n}", **{"big.txt": body + f"K{n} = '{M.stripe()}'\n", f"d{n}/x.py": f"x={n}"})
    git(repo, "checkout", "-q", "-b", "side", "HEAD~2")
    commit(repo, "side", **{"side.py": f"k = '{M.stripe()}'\n"})
    git(repo, "checkout", "-q", "-")
    git(repo, "merge", "-q", "--no-edit", "side", "-X", "ours")
    git(repo, "repack", "-adfq", "--depth=50", "--window=50")
    git(repo, "pack-refs", "--all")
    assert len((await both(repo)).found) == 7


async def test_a_large_text_a_shallow_clone_and_no_commit(repo: Path, tmp_path: Path) -> None:  # noqa: F811
    commit(repo, "large", **{"large.txt": "line of text\n" * 800_000, "a.bin": b"\0" * (9 << 20)})
    assert (await both(repo)).large == 2
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    assert (await both(tmp_path / "shallow")).shallow
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    assert (await both(tmp_path / "empty")).total == 0


async def test_sha256(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    git(root, "init", "-q", "--object-format=sha256")
    commit(root, "m", **{"app.py": f"KEY = '{M.stripe()}'\n", "sub/b.py": "x = 1\n"})
    git(root, "repack", "-adq")
    commit(root, "n", **{"app.py": "x = 1\n"})
    assert len((await both(root)).found) == 1


@pytest.mark.usefixtures("none")
def test_what_git_tracks(repo: Path) -> None:  # noqa: F811
    with_git.test_tracked_files_come_from_the_index(repo)


@pytest.mark.usefixtures("none")
async def test_nothing_of_a_hostile_repository_runs(repo: Path, tmp_path: Path) -> None:  # noqa: F811
    await with_git.test_nothing_of_a_hostile_repository_runs(repo, tmp_path)


@pytest.mark.usefixtures("none")
async def test_without_the_library_the_past_stays_unread(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(gitroom.importlib.util, "find_spec", lambda _name: None)
    assert (await with_git.only(repo)).say == "refused-no-git"


@pytest.mark.usefixtures("none")
async def test_an_alternate_of_its_own_is_not_followed(repo: Path) -> None:  # noqa: F811
    info = repo / ".git" / "objects" / "info"
    info.mkdir(exist_ok=True)
    (repo / ".git" / "more" / "info").mkdir(parents=True)
    (info / "alternates").write_text("../more\n")
    assert (await with_git.only(repo)).say == "refused-no-git"


async def test_bombs_and_broken_objects_are_not_read_and_not_passed(repo: Path) -> None:  # noqa: F811
    """Headers that lie about the size, bytes that are none, a gigabyte of zeros in a megabyte: nothing hangs, and nothing passes."""
    objects = repo / ".git" / "objects"
    bombs = {
        "aa" + "1" * 38: zlib.compress(b"blob 5\0" + bytes(64 << 20)),
        "aa" + "2" * 38: b"nonsense",
        "aa" + "3" * 38: zlib.compress(b"blob " + b"9" * 5000),
        "aa" + "4" * 38: zlib.compress(b"blob 1000000000\0" + bytes(600 << 20), 1),
    }
    for id_, body in bombs.items():
        (objects / id_[:2]).mkdir(exist_ok=True)
        (objects / id_[:2] / id_[2:]).write_bytes(body)
    began = time.monotonic()
    one = await seen(repo, "dulwich")
    assert time.monotonic() - began < 30 and one.unread >= 4 * history.MOST_BLOB
    (found,) = repository_history.read(one)
    assert (found.outcome, found.say) == ("unknown", "partly")


@pytest.mark.usefixtures("none")
def test_a_stop_is_heard_while_the_objects_are_listed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    commit(repo, "many", **{f"f{n}.py": f"x = {n}\n" for n in range(600)})
    store, event = gitroom.open_store(repo), threading.Event()
    assert store is not None
    event.set()
    past = history.look(store, private, lambda _past: None, event)
    assert past.capped == "stopped" and past.total < 300 and past.versions <= 64


def test_doctor_tells_who_reads_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    def row() -> doctor.Row:
        return doctor._git()

    assert (row().state, row().mend) == ("ok", "") and row().means.startswith("git is here")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None if name == "git" else REAL(name))
    assert row().state == "ok" and "dulwich reads" in row().means
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda _name: None)
    assert row().state == "warning" and row().mend
