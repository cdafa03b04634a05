"""Logs in archives: read like the same lines unpacked; what stays shut is said, and nothing passes over it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.probes.code.log_writers import FORMS, morning, seen
from tests.probes.code.test_archives import BOMBS, locked, tarred, zipped
from tests.probes.code.test_logs_forms import judged, told
from wizard.model import Outcome
from wizard.probes.code.logs.read import ALWAYS, read

P, F, U = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
LINES = [FORMS["pino"](hit) + "\n" for hit in morning("pino")]
CLEAN = "".join(LINES).encode()
HALF = len("".join(LINES[: len(LINES) // 2]))
PARTS = {"logs/a.log": CLEAN[:HALF], "logs/b.log": CLEAN[HALF:]}
LEAK = CLEAN + b'{"level":30,"msg":"new client","email":"rosa.winter@web-post.de"}\n'
QUIET = ("no-secrets", "no-pii", "no-content")


def put(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(PARTS)),
        ("a.tar", tarred(PARTS)),
        ("a.tar.gz", tarred(PARTS, "w:gz")),
        ("a.tgz", tarred(PARTS, "w:gz")),
    ],
)
def test_packed_logs_read_like_plain_ones(name: str, data: bytes, tmp_path: Path) -> None:
    plain = put(tmp_path / "plain", {"a.log": CLEAN})
    packed = put(tmp_path / "packed", {name: data})
    one, two = seen(plain), seen(packed)
    assert judged(one) == judged(two)
    assert (one.records, one.requests, one.read) == (two.records, two.requests, two.read)
    assert all(judged(two)[check] is P for check in QUIET)
    assert (two.unopened, two.skipped, two.unread) == ((), (), 0)


@pytest.mark.parametrize("name", ["a.zip", "a.tgz"])
def test_what_stands_in_a_packed_log_is_found_at_its_place(name: str, tmp_path: Path) -> None:
    members = {"logs/clean.log": CLEAN, "logs/leak.log": LEAK}
    data = zipped(members) if name == "a.zip" else tarred(members, "w:gz")
    found = seen(put(tmp_path / "logs", {name: data}))
    fail = next(one for one in read(found) if one.check == "no-pii")
    assert fail.outcome is F
    assert fail.where == f"logs/{name}!logs/leak.log:{len(LINES) + 1}"
    assert len(fail.files) == 1


SHUT = [
    *[(f"x-{name}", data, why) for data, name, why in BOMBS if data and not name.endswith(".gz")],
    ("deep.zip", zipped({"in.zip": zipped(PARTS)}), "nested"),
    ("deep.tgz", tarred({"a.log.gz": gzip.compress(CLEAN)}, "w:gz"), "nested"),
    ("old.log.bz2", b"BZh9", "other"),
    ("old.log.zst", b"\x28\xb5\x2f\xfd", "other"),
    ("inside.zip", zipped({"old.log.zst": b"\x28\xb5\x2f\xfd"}), "other"),
    ("bomb.log.gz", gzip.compress(bytes(8 << 20), 9), "bomb"),
    ("broken.gz", b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 40, "broken"),
]


@pytest.mark.parametrize(("name", "data", "why"), SHUT)
def test_what_stays_shut_holds_a_pass_back_and_is_named(name: str, data: bytes, why: str, tmp_path: Path) -> None:
    found = seen(put(tmp_path / "logs", {"a.log": CLEAN * 40, name: data}))
    outcomes = judged(found)
    assert all(outcomes[check] is U for check in QUIET)
    assert outcomes["request-id"] is P
    one = next(one for one in read(found) if one.check == "no-pii")
    assert name in told(one)
    assert f"{why}" in one.evidence
    assert found.read < 70 << 20


def test_what_is_found_fails_whatever_stays_shut(tmp_path: Path) -> None:
    found = seen(put(tmp_path / "logs", {"a.log": LEAK, "b.zip": locked()}))
    assert judged(found)["no-pii"] is F


def test_an_archive_that_cannot_be_opened_is_not_called_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(locked())
    found = read(seen(path))
    assert {one.check for one in found} == set(ALWAYS)
    assert all(one.outcome is U and "password" in told(one) for one in found)


def test_pictures_and_mails_in_an_archive_are_passed_over(tmp_path: Path) -> None:
    found = seen(put(tmp_path / "logs", {"a.zip": zipped({**PARTS, "shot.png": b"\x89PNG", "a.eml": b"From: x"})}))
    assert dict(found.skipped) == {"not-a-log": 2}
    assert all(judged(found)[check] is P for check in QUIET)


def test_an_odd_name_in_an_archive_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"\x1b[31m" + "n" * 400 + ".log": LEAK}))
    fail = next(one for one in read(seen(path)) if one.check == "no-pii")
    assert fail.where.isprintable()
    assert len(fail.where) < 200
