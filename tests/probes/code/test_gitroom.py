"""A repository's past: where a key may hide, and that nothing of a hostile repository runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.probes.code.samples import ALNUM, Make, private
from tests.probes.code.test_tree import ENV, git, write
from wizard.checklist import load
from wizard.model import Finding, Outcome
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.code import gitroom, history, repository_history
from wizard.probes.code.repository_history import read

M = Make(41)


def commit(root: Path, message: str = "m", **files: str | bytes) -> str:
    write(root, {name.replace("__", "/"): body for name, body in files.items()})
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    commit(root, a="hello\n")
    return root


async def findings(root: Path | None) -> list[Finding]:
    async with open_net(Access(run_id="t1")) as net:
        seen = await repository_history.observe(Target(repository=root), net)
    made = list(read(seen))
    for finding in made:
        words = load().words(finding)
        assert "{" not in words.text + words.next + (words.fix if finding.outcome is Outcome.FAIL else ""), words
    return [f for f in made if f.check == "repo-history"]


async def only(root: Path) -> Finding:
    (finding,) = await findings(root)
    return finding


async def test_a_clean_past_passes(repo: Path) -> None:
    finding = await only(repo)
    assert (finding.outcome, finding.basis) == (Outcome.PASS, "evidenced")


async def test_no_folder_no_git() -> None:
    (finding,) = await findings(None)
    assert finding.say == "reasons.no-repository"


async def test_a_folder_without_git(tmp_path: Path) -> None:
    assert (await only(write(tmp_path, {"a": "b"}))).say == "refused-none"


async def test_a_deleted_key_is_found_with_its_commit_and_day(repo: Path) -> None:
    key = M.stripe()
    first = commit(repo, src__pay_py=f"a = 1\nKEY = '{key}'\n")
    commit(repo, src__pay_py="a = 1\n")
    commit(repo, b="x")
    finding = await only(repo)
    assert finding.outcome is Outcome.FAIL and finding.severity == "high"
    second = git(repo, "rev-parse", "HEAD~1")
    assert finding.where in (f"src/pay_py:2@{first[:7]}", f"src/pay_py:2@{second[:7]}")
    assert len(dict(finding.slots)["since"]) == 10 and key not in repr(finding)


async def test_messages_are_read(repo: Path) -> None:
    id_ = commit(repo, message=f"use {M.stripe()}")
    finding = await only(repo)
    assert finding.outcome is Outcome.FAIL and finding.where.startswith(f"commit message {id_[:7]}")


async def test_a_tags_message(repo: Path) -> None:
    git(repo, "tag", "-a", "v1", "-m", f"key {M.stripe()}")
    assert (await only(repo)).where.startswith("tag message")


async def test_packed_and_as_a_delta(repo: Path) -> None:
    lines = "\n".join(M.text(ALNUM, 40) for _ in range(400))
    for n in range(6):
        commit(repo, big_txt=lines + f"\nversion {n}\n" + (f"KEY={M.stripe()}\n" if n == 2 else ""))
    git(repo, "gc", "-q", "--aggressive", "--prune=now")
    assert (await only(repo)).outcome is Outcome.FAIL


async def test_reflog_only_and_dangling_are_for_a_person(repo: Path) -> None:
    commit(repo, a=f"KEY={M.stripe()}\n")
    git(repo, "reset", "-q", "--hard", "HEAD~1")
    git(repo, "hash-object", "-w", "--stdin", stdin=f"other {M.supabase()}".encode())
    made = await findings(repo)
    assert {f.outcome for f in made} == {Outcome.UNKNOWN, Outcome.PASS}
    assert sum(f.say == "dangling" for f in made) == 2


async def test_a_branch_and_packed_refs_reach_it(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "old")
    commit(repo, a=f"KEY={M.stripe()}\n")
    git(repo, "checkout", "-q", "main")
    git(repo, "pack-refs", "--all")
    assert (await only(repo)).outcome is Outcome.FAIL


async def test_sha256(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    commit(tmp_path, a=f"KEY={M.stripe()}\n")
    assert (await only(tmp_path)).outcome is Outcome.FAIL


async def test_a_shallow_clone_never_passes(repo: Path, tmp_path: Path) -> None:
    for n in range(3):
        commit(repo, a=f"{n}")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    assert (await only(tmp_path / "shallow")).say == "shallow"
    commit(tmp_path / "shallow", a=f"KEY={M.stripe()}\n")
    found = await findings(tmp_path / "shallow")
    assert [(one.outcome, one.say) for one in found] == [(Outcome.FAIL, "fail"), (Outcome.UNKNOWN, "shallow")]


async def test_a_worktree_outside_is_refused(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "w", str(tmp_path / "tree"))
    assert (await only(tmp_path / "tree")).say == "refused-outside"


async def test_a_git_link_outside_is_refused(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").symlink_to(repo / ".git")
    assert (await only(other)).say == "refused-outside"


@pytest.mark.parametrize("name", ["alternates"])
async def test_another_store_is_refused(repo: Path, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    git(victim, "init", "-q")
    commit(victim, a=f"KEY={M.stripe()}\n")
    (repo / ".git/objects/info" / name).write_text(f"{victim}/.git/objects\n")
    assert (await only(repo)).say == "refused-alternates"


async def test_a_linked_objects_folder_is_refused(repo: Path, tmp_path: Path) -> None:
    shutil.move(repo / ".git/objects", tmp_path / "objects")
    (repo / ".git/objects").symlink_to(tmp_path / "objects")
    assert (await only(repo)).say == "refused-outside"


async def test_a_large_text_is_not_read_and_said(repo: Path) -> None:
    commit(repo, big_txt=b"x " * (5 << 20))
    assert (await only(repo)).say == "partly"


async def test_a_large_picture_does_not_count(repo: Path) -> None:
    commit(repo, big_bin=os.urandom(9 << 20))
    assert (await only(repo)).outcome is Outcome.PASS


HOSTILE = """
[core]
\tfsmonitor = touch {canary}
\thooksPath = {hooks}
\tpager = touch {canary}
\tsshCommand = touch {canary}
\teditor = touch {canary}
\tattributesFile = {hooks}/attributes
[pager]
\tlog = touch {canary}
[alias]
\tlog = !touch {canary}
\tcat-file = !touch {canary}
[filter "x"]
\tsmudge = touch {canary}
\tclean = touch {canary}
\tprocess = touch {canary}
[diff "x"]
\ttextconv = touch {canary}
\tcommand = touch {canary}
[diff]
\texternal = touch {canary}
[gpg]
\tprogram = touch {canary}
[log]
\tshowSignature = true
[credential]
\thelper = !touch {canary}
[remote "origin"]
\turl = ext::touch {canary}
\tpromisor = true
\tpartialCloneFilter = blob:none
[extensions]
\tpartialClone = origin
[protocol "ext"]
\tallow = always
[include]
\tpath = {hooks}/more
"""


def hostile(repo: Path, tmp_path: Path) -> Path:
    """Everything in the repository's own settings that makes git run a command; the canary is a file that such a command would make."""
    canary, hooks = tmp_path / "canary", tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "pre-commit", "reference-transaction", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {canary}\n")
        (hooks / name).chmod(0o755)
        shutil.copy(hooks / name, repo / ".git/hooks" / name)
    (hooks / "more").write_text(f"[core]\n\tfsmonitor = touch {canary}\n")
    text = HOSTILE.format(canary=canary, hooks=hooks)
    (repo / ".git/config").write_text("[core]\n\trepositoryformatversion = 1\n" + text)
    (repo / ".gitattributes").write_text("* filter=x diff=x\n")
    (repo / ".git/info/attributes").write_text("* filter=x diff=x\n")
    return canary


async def test_nothing_of_a_hostile_repository_runs(repo: Path, tmp_path: Path) -> None:
    commit(repo, a=f"KEY={M.stripe()}\n", secret_py=f"k='{M.supabase()}'\n")
    blob = git(repo, "rev-parse", "HEAD:a")
    canary = hostile(repo, tmp_path)
    (repo / ".git/objects" / blob[:2] / blob[2:]).unlink()  # an absent object is what makes a promisor fetch
    made = await findings(repo)
    assert any(f.outcome is Outcome.FAIL for f in made)
    async with open_net(Access(run_id="t1")) as net:
        from wizard.probes.code import repository

        await repository.observe(Target(repository=repo), net)
    assert not canary.exists()


def test_the_canary_works(repo: Path, tmp_path: Path) -> None:
    """The hostile repository does run its commands under plain git, or the test above would prove nothing."""
    canary = hostile(repo, tmp_path)
    subprocess.run(["git", "status"], cwd=repo, env=ENV, check=False, capture_output=True)
    assert canary.exists()


def test_tracked_files_come_from_the_index(repo: Path) -> None:
    name = os.fsdecode(b"od\xffd.txt")
    (repo / name).write_text("x")
    (repo / "loose").write_text("x")
    git(repo, "add", name)
    store = gitroom.open_store(repo)
    assert store is not None
    with gitroom.Room(store) as room:
        assert room.tracked() == {"a", name}


def test_the_room_is_gone_afterwards(repo: Path) -> None:
    store = gitroom.open_store(repo)
    assert store is not None
    with gitroom.Room(store) as room:
        child = room.start("cat-file", "--batch")
        folder = Path(room._folder)
    assert not folder.exists() and child.poll() is not None


def test_progress_is_told_and_stop_is_heard(repo: Path) -> None:
    from threading import Event

    for n in range(130):
        (repo / f"f{n}").write_text(f"{n}")
    commit(repo)
    store = gitroom.open_store(repo)
    assert store is not None
    told: list[tuple[int, int]] = []
    event = Event()
    event.set()
    past = history.look(store, private, lambda p: told.append((p.versions, p.total)), event)
    assert past.capped == "stopped" and past.versions == 64 < past.total and told
