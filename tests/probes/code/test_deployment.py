"""Repositories whole and broken one thing at a time (S90), read without running anything of theirs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.checklist import load
from wizard.demo.parts.http import Request, Response, reply, serve
from wizard.model import Finding, Outcome
from wizard.net import Access, Reply, open_net
from wizard.probe import Target
from wizard.probes.code.deploy import envnames, pins, version
from wizard.probes.code.deployment import PROBE
from wizard.probes.code.deployment_read import Seen

HEX = "a" * 40
FILES = {
    "package.json": '{"name":"x","engines":{"node":"22.x"},"dependencies":{"pg":"8.1.0"}}',
    "package-lock.json": '{"packages":{"node_modules/pg":{"version":"8.1.0"}}}',
    ".nvmrc": "22.1.0\n",
    "Dockerfile": "FROM node:22.1.0 AS build\nCOPY . .\nFROM build\nCMD node a.js\n",
    ".dockerignore": ".env\n.env.*\n",
    ".gitignore": ".env\n.env.*\n!.env.example\n",
    ".env.example": "DATABASE_URL=\nTOKEN_SECRET=\n",
    "src/a.js": 'const u = process.env.DATABASE_URL;\nconst { TOKEN_SECRET, LOG_LEVEL = "info" } = process.env;\n',
    "src/b.py": "import os\nx = os.environ['DATABASE_URL']\ny = os.getenv('OPTIONAL', 'z')\n",
    "migrations/001.sql": "create table a (id int);",
    ".github/workflows/deploy.yml": (
        "on:\n  push:\n    branches: [main]\npermissions: {contents: read}\njobs:\n  d:\n    runs-on: x\n    steps:\n"
        f"      - uses: actions/checkout@{HEX}\n      - uses: other/setup@{HEX}\n"
        "      - run: flyctl deploy\n        env: {T: '${{ secrets.T }}'}\n"
    ),
    "ROLLBACK.md": (
        "Who: Ada Osei or Tom Okafor. It takes 10 minutes.\n\n1. `flyctl releases` lists the last good version.\n2. `flyctl deploy` with it.\n"
        "3. Check the health page and send one message as a test client.\n\nData: going back does not undo a migration of the database. "
        "Restore the backup of the night first if rows were damaged. Tell the other person, and write down what went wrong, when it began, and how it ended.\n"
    ),
}
Change = Callable[[Path], None]


def put(name: str, text: str) -> Change:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return change


def gone(*names: str) -> Change:
    def change(root: Path) -> None:
        for name in names:
            (root / name).unlink()

    return change


def both(*changes: Change) -> Change:
    def change(root: Path) -> None:
        for one in changes:
            one(root)

    return change


def commit(root: Path, message: str = "x", days: int = 0) -> str:
    at = f"{1_790_000_000 - days * 86_400} +0000"
    environ = {
        "GIT_AUTHOR_DATE": at,
        "GIT_COMMITTER_DATE": at,
        "HOME": str(root),
        "PATH": "/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    who = ["-c", "user.name=x", "-c", "user.email=x@example.test"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-q", "--allow-empty", "-m", message]):
        subprocess.run(["git", *words], cwd=root, env=environ, check=True, capture_output=True)
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, env=environ, check=True, capture_output=True, text=True
    ).stdout.strip()


def make(root: Path, *changes: Change, git: bool = True) -> str:
    for name, text in FILES.items():
        put(name, text)(root)
    for change in changes:
        change(root)
    return commit(root) if git else ""


async def look(root: Path | None, says: str = "", **more: object) -> dict[str, Finding]:
    """The probe whole, with a product that tells its version; one finding a check, the worst."""

    def handler(request: Request) -> Response:
        return reply({"commit": says}) if says and request.path == "/version" else reply({}, 404)

    async with serve(handler) as web:
        target = Target(base_url=web.url, repository=root, **more)  # type: ignore[arg-type]
        async with open_net(Access(hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net:
            seen = await PROBE.observe(target, net)
    again = msgspec.json.decode(msgspec.json.encode(seen), type=Seen)
    assert again == seen
    order = [Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.FAIL]
    findings = sorted(PROBE.read(again), key=lambda f: order.index(f.outcome))
    checklist = load()
    for finding in findings:
        words = checklist.words(finding)
        assert "{" not in (words.text + words.next).replace(finding.where, ""), finding
        assert finding.outcome is not Outcome.FAIL or finding.evidence
    return {f.check: f for f in findings}


async def test_a_complete_repository_passes_everything(tmp_path: Path) -> None:
    head = make(tmp_path)
    found = await look(tmp_path, head)
    assert {check: str(f.outcome) for check, f in found.items()} == dict.fromkeys(found, "pass")
    assert len(found) == 12


BROKEN: dict[str, tuple[Change, str, str, str]] = {
    "no lock": (gone("package-lock.json"), "lockfile", "fail", "fail-no-lock"),
    "lock ignored": (put(".gitignore", ".env\n.env.*\npackage-lock.json\n"), "lockfile", "fail", "fail-lock-ignored"),
    "lock out of step": (put("package-lock.json", '{"packages":{}}'), "lockfile", "fail", "fail-out-of-step"),
    "two locks": (put("yarn.lock", "pg@8.1.0"), "lockfile", "pass", "rivals"),
    "loose requirements": (put("requirements.txt", "flask\nhttpx==0.28\n"), "lockfile", "fail", "fail-loose"),
    "exact requirements": (put("requirements.txt", "# x\nflask==3.0\n-r more.txt\n"), "lockfile", "pass", "pass"),
    "two runtimes": (put(".nvmrc", "18\n"), "runtime-pinned", "fail", "fail"),
    "no recipe": (gone("Dockerfile"), "recipe", "unknown", "unknown"),
    "no workflow": (gone(".github/workflows/deploy.yml"), "ci-deploys", "unknown", "unknown"),
    "linked host": (put("vercel.json", "{}"), "ci-deploys", "pass", "pass"),
    "setting not documented": (put(".env.example", "DATABASE_URL=\n"), "env-example", "fail", "fail"),
    "no sample": (gone(".env.example"), "env-example", "fail", "fail-no-file"),
    "computed name": (put("src/c.js", "const v = process.env[key];"), "env-example", "pass", "computed"),
    "setting in a comment": (
        put("src/c.js", "// process.env.OLD_NAME\n/* process.env.ELSE_NAME */"),
        "env-example",
        "pass",
        "pass",
    ),
    "setting in a test": (put("src/a.test.js", "process.env.ONLY_TEST"), "env-example", "pass", "pass"),
    "platform's own": (put("src/c.js", "process.env.VERCEL_URL + process.env.PORT"), "env-example", "pass", "pass"),
    "a tracked .env documents the names": (
        both(gone(".env.example"), put(".gitignore", "node_modules\n"), put(".env", FILES[".env.example"])),
        "env-ignored",
        "fail",
        "fail",
    ),
    "setting of a test tool": (put("playwright.config.ts", "process.env.ONLY_TEST"), "env-example", "pass", "pass"),
    "compose for building": (
        put("compose.override.yml", "services: {m: {image: mail}}"),
        "image-pinned",
        "pass",
        "pass",
    ),
    "compose with an image of its own": (
        put("compose.yml", "services: {b: {image: 'b:latest', build: .}}"),
        "image-pinned",
        "pass",
        "pass",
    ),
    "compose with a floating image": (
        put("compose.yml", "services: {a: {image: adminer}}"),
        "image-pinned",
        "fail",
        "fail",
    ),
    "pydantic field": (
        put("src/s.py", "class S(BaseSettings):\n    api_key: str\n    level: int = 1\n"),
        "env-example",
        "fail",
        "fail",
    ),
    "env not ignored": (put(".gitignore", "node_modules\n"), "env-ignored", "fail", "fail"),
    "env in the image": (put(".dockerignore", "node_modules\n"), "env-ignored", "fail", "fail-image"),
    "schema alone": (
        both(gone("migrations/001.sql"), put("prisma/schema.prisma", "model A {}")),
        "migrations",
        "fail",
        "fail",
    ),
    "no database": (gone("migrations/001.sql"), "migrations", "unknown", "unknown"),
    "no way back": (gone("ROLLBACK.md"), "rollback-doc", "unknown", "unknown"),
    "thin way back": (put("ROLLBACK.md", "Run the last version again."), "rollback-doc", "unknown", "thin"),
    "unfinished way back": (
        put("ROLLBACK.md", FILES["ROLLBACK.md"] + "\nTODO: phone numbers\n"),
        "rollback-doc",
        "unknown",
        "unfinished",
    ),
    "floating image": (put("Dockerfile", "FROM node:latest\nCOPY a a\n"), "image-pinned", "fail", "fail"),
    "image without a tag": (put("Dockerfile", "FROM node\nCOPY a a\n"), "image-pinned", "fail", "fail"),
    "image by digest": (put("Dockerfile", f"FROM node@sha256:{'0' * 64}\nCOPY a a\n"), "image-pinned", "pass", "pass"),
    "floating action with secrets": (
        put(
            ".github/workflows/deploy.yml",
            FILES[".github/workflows/deploy.yml"].replace(f"other/setup@{HEX}", "other/setup@v1"),
        ),
        "actions-pinned",
        "fail",
        "fail",
    ),
    "the host's own action by tag": (
        put(
            ".github/workflows/deploy.yml",
            FILES[".github/workflows/deploy.yml"].replace(f"checkout@{HEX}", "checkout@v4"),
        ),
        "actions-pinned",
        "pass",
        "own-tags",
    ),
}


@pytest.mark.parametrize(("change", "check", "outcome", "say"), BROKEN.values(), ids=BROKEN)
async def test_one_thing_at_a_time(tmp_path: Path, change: Change, check: str, outcome: str, say: str) -> None:
    head = make(tmp_path, change)
    found = await look(tmp_path, head)
    assert (str(found[check].outcome), found[check].say) == (outcome, say)
    others = [c for c, f in found.items() if c != check and f.outcome is Outcome.FAIL]
    assert not others


async def test_versions_against_the_repository(tmp_path: Path) -> None:
    make(tmp_path, git=False)
    old = commit(tmp_path, "old", days=40)
    recent = commit(tmp_path, "recent", days=10)
    head = commit(tmp_path, "new")
    assert (await look(tmp_path, head[:8]))["head-match"].outcome is Outcome.PASS
    assert (await look(tmp_path, old))["head-match"].outcome is Outcome.FAIL
    assert (await look(tmp_path, recent))["head-match"].say == "behind"
    assert (await look(tmp_path, "f" * 40))["head-match"].say == "absent"
    assert (await look(tmp_path))["version-endpoint"].outcome is Outcome.UNKNOWN


async def test_no_repository_is_unknown_but_a_handed_over_document_counts(tmp_path: Path) -> None:
    (tmp_path / "BACK.md").write_text(FILES["ROLLBACK.md"])
    found = await look(None, rollback=tmp_path / "BACK.md")
    assert found["rollback-doc"].outcome is Outcome.PASS
    assert found["rollback-doc"].files[0].name == "BACK.md"
    assert {f.outcome for c, f in found.items() if c not in ("rollback-doc",)} == {Outcome.UNKNOWN}


async def test_without_git_the_files_still_count(tmp_path: Path) -> None:
    make(tmp_path, git=False)
    found = await look(tmp_path)
    assert found["lockfile"].outcome is Outcome.PASS
    assert found["env-ignored"].say == "no-git"


async def test_a_monorepo_is_held_by_the_lock_above(tmp_path: Path) -> None:
    make(tmp_path, put("apps/web/package.json", '{"dependencies":{"pg":"8"}}'))
    assert (await look(tmp_path))["lockfile"].outcome is Outcome.PASS


async def test_a_python_project(tmp_path: Path) -> None:
    put("pyproject.toml", '[project]\nname="x"\ndependencies=["httpx>=0.28","pydantic[email]"]\n')(tmp_path)
    put("uv.lock", 'name = "httpx"\nname = "pydantic"\n')(tmp_path)
    commit(tmp_path)
    assert (await look(tmp_path))["lockfile"].outcome is Outcome.PASS


async def test_an_empty_folder_accuses_nobody(tmp_path: Path) -> None:
    found = await look(tmp_path)
    assert not [f for f in found.values() if f.outcome is Outcome.FAIL]


async def test_hostile_files_harm_nothing(tmp_path: Path) -> None:
    make(
        tmp_path,
        put("package.json", '{"dependencies": ' + "[" * 50_000),
        put(".github/workflows/deploy.yml", "a: &a [x]\n" + "b: [*a, *a, *a]\n" * 500),
        put("src/b.py", "(" * 5_000),
        put("pyproject.toml", "[project\n"),
        lambda root: (root / "uv.lock").symlink_to("/etc/passwd"),
    )
    (tmp_path / ".git" / "config").write_text("[core]\n\tfsmonitor = touch " + str(tmp_path / "ran") + "\n")
    await look(tmp_path, "f" * 40)
    assert not (tmp_path / "ran").exists()


SCRIPTS = {
    'process.env["A_NAME"]': ("A_NAME", False),
    "process.env.A_NAME ?? 'x'": ("A_NAME", True),
    "import.meta.env.VITE_NAME": ("VITE_NAME", False),
    'Deno.env.get("A_NAME")': ("A_NAME", False),
    "Bun.env.A_NAME || 1": ("A_NAME", True),
}


@pytest.mark.parametrize(("text", "wanted"), SCRIPTS.items())
def test_names_in_scripts(text: str, wanted: tuple[str, bool]) -> None:
    assert envnames._of_file("a.ts", text)[0] == [wanted]


TOLD = {
    b'{"commit": "0123456789abcdef"}': "0123456789abcdef",
    b'{"status": "ok", "version": "v1.2.3"}': "v1.2.3",
    b'{"version": "1.8.0", "git_sha": "abcdef1"}': "abcdef1",
    b"abcdef1": "abcdef1",
    b"<html><meta name='commit' content='abcdef1'>": "abcdef1",
    b'{"version": "latest"}': "",
    b'{"commit": 7}': "",
    b"<html>deadbeef cafe</html>": "",
}


@pytest.mark.parametrize(("body", "wanted"), TOLD.items())
def test_what_a_reply_tells(body: bytes, wanted: str) -> None:
    assert version.told(Reply(200, head=body)) == wanted


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_reply_is_read_without_raising(body: bytes) -> None:
    version.told(Reply(200, head=body))


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_workflow_is_read_without_raising(text: str) -> None:
    table = pins.load_yaml(text)
    pins.deploys_on_main(text, table)
    pins._actions(table)


def test_the_read_is_total_over_an_empty_look() -> None:
    assert {f.id for f in PROBE.read(Seen())} == set(PROBE.checks)
    assert {f.id for f in PROBE.read(Seen(repository=True))} == set(PROBE.checks)
