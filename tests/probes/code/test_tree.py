"""A folder of code: what is read, what is not, and what a key comes to by where it stands."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from tests.probes.code.samples import URL64, Make, private
from wizard.checklist import load
from wizard.model import Finding, Outcome
from wizard.net import Access, open_net
from wizard.probe import Target, stop
from wizard.probes.code import repository
from wizard.probes.code.ignores import Ignores
from wizard.probes.code.repository import Seen, read
from wizard.probes.code.secrets import Place
from wizard.probes.code.tree import Limits, Walk

M = Make(31)
ENV = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
WHO = (
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.com",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "init.defaultBranch=main",
)


def git(root: Path, *arguments: str, stdin: bytes | None = None) -> str:
    done = subprocess.run(["git", *WHO, *arguments], cwd=root, env=ENV, check=True, capture_output=True, input=stdin)
    return done.stdout.decode().strip()


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, body in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return root


async def seen(**target: object) -> Seen:
    async with open_net(Access(run_id="t1")) as net:
        return await repository.observe(Target(**target), net)  # type: ignore[arg-type]


async def findings(**target: object) -> dict[str, list[Finding]]:
    made: dict[str, list[Finding]] = {}
    for finding in read(await seen(**target)):
        words = load().words(finding)
        assert "{" not in words.text + words.next + (words.fix if finding.outcome is Outcome.FAIL else ""), words
        made.setdefault(finding.check, []).append(finding)
    return made


def outcome(made: dict[str, list[Finding]], check: str) -> set[str]:
    return {f.outcome.value for f in made.get(check, [])}


def walk(root: Path, **more: object) -> Walk:
    job = Walk(root, lambda _name: Place.TRACKED, private, **more)  # type: ignore[arg-type]
    job.run()
    return job


async def test_nothing_handed_over() -> None:
    made = await findings()
    assert outcome(made, "repo-tree") == {"unknown"}
    assert made["repo-tree"][0].say == "reasons.no-repository"


async def test_a_clean_folder_passes(tmp_path: Path) -> None:
    made = await findings(repository=write(tmp_path, {"app.py": "import os\nKEY = os.environ['STRIPE_SECRET_KEY']\n"}))
    assert outcome(made, "repo-tree") == {"pass"} and outcome(made, "env-files") == {"pass"}


async def test_keys_without_git(tmp_path: Path) -> None:
    write(tmp_path, {"src/pay.py": f"a = 1\nKEY = '{M.stripe()}'\n", ".env": f"KEY={M.stripe()}\n"})
    made = await findings(repository=tmp_path)
    (fail,) = [f for f in made["repo-tree"] if f.outcome is Outcome.FAIL]
    assert (fail.where, fail.severity, fail.basis) == ("src/pay.py:2", "high", "evidenced")
    assert outcome(made, "env-files") == {"unknown"} and made["env-files"][0].say == "shared"


async def test_environment_files_by_how_git_sees_them(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": ".env\n.env.*\n!.env.example\n", ".env": f"K={M.stripe()}\n", "app.py": "x = 1\n"})
    git(tmp_path, "add", ".")
    made = await findings(repository=tmp_path)
    assert outcome(made, "env-files") == {"pass"} and outcome(made, "repo-tree") == {"pass"}
    write(tmp_path, {".env.local": f"K={M.stripe()}\n"})
    git(tmp_path, "add", "-f", ".env.local")
    made = await findings(repository=tmp_path)
    assert outcome(made, "env-files") == {"fail"} and made["env-files"][0].where == ".env.local:1"
    assert outcome(made, "repo-tree") == {"pass"}


async def test_what_git_does_not_track_is_no_fail_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": "private/\n", "private/sa.json": M.pem(), "loose.txt": M.stripe(), "a.py": "x=1"})
    git(tmp_path, "add", ".gitignore", "a.py")
    assert outcome(await findings(repository=tmp_path), "repo-tree") == {"pass"}
    git(tmp_path, "add", "loose.txt")
    assert outcome(await findings(repository=tmp_path), "repo-tree") == {"fail"}


async def test_a_repository_inside_another_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(
        tmp_path,
        {"a.py": "x=1", "lib/pay/.git": "gitdir: ../../.git/modules/pay\n", "lib/pay/k.py": f"k='{M.stripe()}'"},
    )
    git(tmp_path, "add", "a.py")
    fails = [f for f in (await findings(repository=tmp_path))["repo-tree"] if f.outcome is Outcome.FAIL]
    assert [f.where for f in fails] == ["lib/pay/k.py:1"]


async def test_meter_keys_in_what_ships_are_asked_about(tmp_path: Path) -> None:
    write(tmp_path, {"dist/index.html": "<html>", "dist/app.js": f"maps key='AIza{M.text(URL64, 35)}'"})
    made = await findings(repository=tmp_path)
    assert outcome(made, "meter-keys") == {"unknown"} and outcome(made, "build-output") == {"pass"}


async def test_tracked_files_in_skipped_folders_are_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"node_modules/x/a.js": f"k='{M.stripe()}'", "node_modules/y/b.js": f"k='{M.stripe()}'"})
    git(tmp_path, "add", "-f", "node_modules/x")
    fails = [f for f in (await findings(repository=tmp_path))["repo-tree"] if f.outcome is Outcome.FAIL]
    assert [f.where for f in fails] == ["node_modules/x/a.js:1"]


async def test_build_output_and_server_build(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"dist/index.html": "<html>", "dist/app.js": f"k='{M.stripe()}'", ".next/server/a.js": f"k='{M.stripe()}'"},
    )
    made = await findings(repository=tmp_path)
    assert {f.outcome.value for f in made["build-output"]} == {"fail", "pass"}
    fail = next(f for f in made["build-output"] if f.outcome is Outcome.FAIL)
    assert (fail.where, fail.severity) == ("dist/app.js:1", "critical")
    other = write(tmp_path / "elsewhere", {"app.js": f"k='{M.stripe()}'"})
    assert outcome(await findings(build=(other,)), "build-output") == {"fail"}


async def test_logs_and_texts(tmp_path: Path) -> None:
    write(
        tmp_path, {"ci.log": f"##[group]Run npm ci\nSTRIPE={M.stripe()}\n", "notes.md": f"the key is {M.supabase()}\n"}
    )
    made = await findings(texts=(tmp_path / "ci.log", tmp_path / "notes.md"))
    assert outcome(made, "ci-logs") == {"fail"} and made["ci-logs"][0].where == "ci.log:2"
    assert outcome(made, "shared-text") == {"fail"} and made["shared-text"][0].where == "notes.md:1"
    assert len(made["ci-logs"][0].files[0].sha256) == 64


async def test_public_names_of_secrets(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".env.local": f"NEXT_PUBLIC_OPENAI_API_KEY={M.alnum(30)}\n",
            "a.ts": "process.env.VITE_ADMIN_SECRET; import.meta.env.VITE_SERVICE_URL",
        },
    )
    made = await findings(repository=tmp_path)
    assert [(f.outcome.value, f.where) for f in made["env-prefix"]] == [("fail", ".env.local:1"), ("unknown", "a.ts:1")]


async def test_made_up_ones_are_listed_apart(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tests/a.py": f"token = '{M.alnum(40)}'",
            ".env.example": "STRIPE=sk_" + "live_" + "x" * 24,
            "docs/a.md": M.github(good=False),
        },
    )
    made = await findings(repository=tmp_path)
    assert (
        outcome(made, "repo-tree") == {"pass"} and outcome(made, "made-up") == {"unknown"} and len(made["made-up"]) == 3
    )


async def test_the_same_key_in_many_files_is_one_finding(tmp_path: Path) -> None:
    key = M.stripe()
    write(tmp_path, {f"f{n}.py": f"k='{key}'" for n in range(30)})
    fails = [f for f in (await findings(repository=tmp_path))["repo-tree"] if f.outcome is Outcome.FAIL]
    assert len(fails) == 1 and dict(fails[0].slots)["count"] == "30" and "+10" in fails[0].evidence


# --- hostile ----------------------------------------------------------------------------------------------------------


def test_links_pipes_and_devices_are_counted_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": M.stripe()})
    (tmp_path / "etc").symlink_to("/etc")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "zero").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    report = walk(tmp_path).report
    assert report.files == 1 and report.skipped == {"link": 3, "special": 1} and len(report.found) == 1


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_what_may_not_be_read_is_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x" * 100, "b.txt": "y", "shut/c.txt": "z"})
    (tmp_path / "b.txt").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        report = walk(tmp_path).report
    finally:
        (tmp_path / "shut").chmod(0o700)
    if os.geteuid() != 0:
        assert report.skipped["denied"] == 2 and report.unread > 0
    assert report.files >= 1


def test_odd_names_are_shown_safely(tmp_path: Path) -> None:
    for name in (b"bad\xff.txt", b"line\nbreak.txt", b"\x1b[31mred.txt"):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(M.stripe())
    names = [found.match.name for found in walk(tmp_path).report.found]
    assert sorted(names) == ["\\x1b[31mred.txt", "bad\\xff.txt", "line\\nbreak.txt"]


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return file.getvalue()


def test_archives_are_read_one_level_deep(tmp_path: Path) -> None:
    key = M.stripe().encode()
    inner = zipped({"deep.txt": key})
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as packed:
        info = tarfile.TarInfo("t.txt")
        info.size = len(key)
        packed.addfile(info, io.BytesIO(key))
    document = zipped({"word/document.xml": b"<w:t>" + key + b"</w:t>", "nested.zip": inner})
    write(
        tmp_path,
        {
            "a.docx": document,
            "b.tgz": tar.getvalue(),
            "bomb.zip": zipped({"z": bytes(200 << 20)}),
            "broken.zip": b"PK\x03\x04nonsense",
        },
    )
    report = walk(tmp_path).report
    assert sorted(found.match.name for found in report.found) == ["a.docx!word/document.xml", "b.tgz!t.txt"]
    assert report.skipped == {"archive-nested": 1, "archive-bomb": 1, "archive-broken": 1}


def test_caps_and_stop_are_said(tmp_path: Path) -> None:
    write(tmp_path, {f"f{n}.txt": "x" for n in range(20)})
    assert walk(tmp_path, limits=Limits(files=5)).report.capped == "files"
    event = threading.Event()
    event.set()
    assert walk(tmp_path, stop=event).report.capped == "stopped"


async def test_a_stopped_look_never_passes(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x"})
    event = threading.Event()
    event.set()
    token = stop.set(event)
    try:
        made = await findings(repository=tmp_path)
    finally:
        stop.reset(token)
    assert made["repo-tree"][0].say == "stopped" and outcome(made, "repo-tree") == {"unknown"}


def test_one_long_line_is_read_in_blocks(tmp_path: Path) -> None:
    with (tmp_path / "long.txt").open("wb") as file:
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.write(b" " + M.stripe().encode())
    report = walk(tmp_path).report
    assert [found.match.line for found in report.found] == [1] and report.read > 40 << 20


@pytest.mark.parametrize("change", ["grow", "shrink"])
def test_a_file_that_changes_while_it_is_read_holds_nobody(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"line\n" * 600_000)

    def changed(_name: str, _head: bytes) -> None:
        if change == "grow":
            with path.open("ab") as file:
                file.write(b"line\n" * 2_000_000)
        else:
            os.truncate(path, 10)

    job = Walk(tmp_path, lambda _name: Place.TRACKED, private, noticed=changed)
    report = job.run()
    assert report.files == 1 and report.read <= 3_000_002


def test_many_empty_files(tmp_path: Path) -> None:
    for n in range(3000):
        (tmp_path / f"{n}").touch()
    assert walk(tmp_path).report.files == 3000


IGNORES = {
    ".env": True, "a/.env": True, "keep.env": False, "build/x/y": True, "src/build.py": False, "a/only-here": True, "only-here": False,
    "docs/keep.txt": False, "docs/other.txt": True, "excluded.txt": True,
}  # fmt: skip


def test_ignore_rules_agree_with_git(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(
        tmp_path,
        {
            ".gitignore": ".env\n/build/\ndocs/*\n!docs/keep.txt\n",
            "a/.gitignore": "only-here\n",
            ".git/info/exclude": "excluded.txt\n",
        },
    )
    write(tmp_path, dict.fromkeys(IGNORES, "x"))
    ignores = Ignores(tmp_path)
    for name, wanted in IGNORES.items():
        told = subprocess.run(["git", "check-ignore", "-q", name], cwd=tmp_path, env=ENV, check=False).returncode == 0
        assert ignores.ignored(name) == told == wanted, name
