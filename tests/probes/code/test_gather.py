"""Files read ahead and side by side: the same findings as one by one, whatever stands beside a file, and nothing left behind."""

from __future__ import annotations

import os
import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.probes.code.samples import Make, private
from wizard.probes.code import gather
from wizard.probes.code.gather import SMALL, Batch, Gather, Single, ahead
from wizard.probes.code.secrets import Place, scan_bytes
from wizard.probes.code.secrets.prefilter import choose
from wizard.probes.code.secrets.scanner import touched
from wizard.probes.code.tree import Limits, Report, Walk

M = Make(77)


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, body in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return root


def walked(root: Path, **more: object) -> Report:
    return Walk(root, lambda _name: Place.TRACKED, private, **more).run()  # type: ignore[arg-type]


def named(root: Path) -> list[tuple[int, str, str, Place]]:
    return [(n, p.name, str(p), Place.TRACKED) for n, p in enumerate(sorted(root.iterdir()))]


def key() -> bytes:
    return M.stripe().encode()


def texts() -> dict[str, bytes]:
    """Small and large ones, of every sort, in an order of chance."""
    rolled = random.Random(5)
    made: dict[str, bytes] = {}
    for n in range(900):
        plain = b"x = 1\n" * rolled.randrange(1, 400)
        size = SMALL + 5 if n % 90 == 0 else 0
        made[f"{n:04}.py"] = b"#" * size + plain + (b"k = '" + key() + b"'\n" if n % 7 == 0 else b"") + plain
    made["0100-wide.txt"] = f"k={M.stripe()}\r\n".encode("utf-16")
    made["0200-wide.txt"] = f"k={M.stripe()}\r\n".encode("utf-16-le")
    made["0300-binary"] = (
        b"\0\1\2" * 50 + key() + b"\0AKIA" + M.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16).encode() + b"\0"
    )
    made["0400-empty"] = b""
    made["0500-ends"] = key()
    return made


@pytest.mark.parametrize("system", ["readv", "read"])
def test_the_same_as_one_by_one(tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if system == "read":
        monkeypatch.delattr(os, "readv", raising=False)
    files = texts()
    report = walked(write(tmp_path, files))
    alone = [m for name in sorted(files) for m in scan_bytes(files[name], name, Place.TRACKED, private).matches]
    assert [found.match for found in report.found] == alone and len(alone) > 130
    assert report.files == len(files) and report.read == sum(map(len, files.values()))


def test_a_key_does_not_grow_over_the_border_of_two_files(tmp_path: Path) -> None:
    whole = key()
    for cut in range(1, len(whole)):
        root = write(tmp_path / str(cut), {"a.txt": whole[:cut], "b.txt": whole[cut:]})
        alone = [m for part in (whole[:cut], whole[cut:]) for m in scan_bytes(part, "", Place.TRACKED, private).matches]
        assert [f.match.fingerprint for f in walked(root).found] == [m.fingerprint for m in alone]


@pytest.mark.parametrize("engine", ["hyperscan", "re2", "plain"])
def test_no_text_with_an_anchor_is_passed_over(engine: str) -> None:
    parts = [
        b"",
        key(),
        b"plain",
        b"token = '" + M.alnum(24).encode() + b"'",
        key()[:9],
        key()[9:],
        b"\xff\xfe",
        b"sk_",
    ]
    buffer, bounds, at = bytearray(b"".join(parts)), [], 0
    for part in parts:
        bounds.append((at, at + len(part)))
        at += len(part)
    known = choose(engine)
    met = [n for n, part in enumerate(parts) if known.hits(part)]
    assert met == [1, 3] and set(met) <= set(known.touched(buffer, bounds))
    assert known.touched(buffer, []) == [] and 2 not in touched(buffer, bounds)


def test_marks_spare_the_rest(tmp_path: Path) -> None:
    files = {f"{n}.txt": b"plain" for n in range(5)} | {
        "9.txt": b"a " + b"VITE_" + b"X",
        "large.txt": b"x" * (SMALL + 1),
    }
    seen: list[str] = []
    write(tmp_path, files)
    walked(tmp_path, noticed=lambda name, _head: seen.append(name), marks=(b"VITE_",))
    assert "9.txt" in seen and "large.txt" not in seen
    seen.clear()
    walked(tmp_path, noticed=lambda name, _head: seen.append(name), marks=(b"REACT_",))
    assert seen == []


def test_limits_count_what_was_opened(tmp_path: Path) -> None:
    write(tmp_path, {f"{n:02}.txt": b"x" * 1000 for n in range(30)})
    for limits, capped, files in (
        (Limits(files=7), "files", 7),
        (Limits(size=4500), "bytes", 5),
        (Limits(files=31), "", 30),
    ):
        report = walked(tmp_path, limits=limits)
        assert (report.capped, report.files) == (capped, files)


def handles() -> int:
    """How many files this process has open (of the first 200 numbers)."""
    open_ones = 0
    for number in range(200):
        with suppress(OSError):
            os.fstat(number)
            open_ones += 1
    return open_ones


def test_leaving_early_closes_all_and_ends_the_thread(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}.txt": b"x" * (gather.WHOLE + 1 if n == 0 else SMALL + 1) for n in range(9)})
    before, threads = handles(), threading.active_count()
    source = ahead(Gather().read(named(tmp_path)))
    first = next(source)
    assert isinstance(first, Single) and len(first.head) == gather.PIECE
    os.close(first.handle)
    source.close()
    assert handles() == before and threading.active_count() == threads


def test_a_fault_in_the_reading_thread_is_raised_where_it_was_asked() -> None:
    def broken() -> object:
        yield Batch(bytearray(b"x"))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(ahead(broken()))  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": b"x", "b.txt": key()})
    real = gather.fill

    def broken(handle: int, view: memoryview) -> int:
        if os.fstat(handle).st_size == 1:
            raise OSError(5, "input/output error")
        return real(handle, view)

    monkeypatch.setattr(gather, "fill", broken)
    report = walked(tmp_path)
    assert report.files == 1 and report.skipped == {"vanished": 1} and report.unread and len(report.found) == 1


def test_a_long_file_that_tells_no_size_is_read_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in /proc. What it says first is looked at, and no more than two pieces of it."""
    write(tmp_path, {"a.txt": key() + b"\n" + b"x" * (3 << 20)})
    monkeypatch.setattr(Gather, "_open", lambda _self, path: (os.open(path, os.O_RDONLY), 0))
    report = walked(tmp_path)
    assert len(report.found) == 1 and report.read == SMALL + gather.PIECE


def test_what_is_opened_ahead_does_not_cut_a_long_file_short(tmp_path: Path) -> None:
    body = b"line\n" * ((gather.WHOLE + (2 << 20)) // 5)
    write(tmp_path, {"a.txt": body + key(), "b.txt": body + key(), "c.txt": key()})
    report = walked(tmp_path, limits=Limits(size=len(body) + 1000))
    assert report.capped == "bytes" and [found.match.name for found in report.found] == ["a.txt"]
    assert report.files == 2 and report.read + report.unread == 2 * (len(body) + 32)
    report = walked(tmp_path, limits=Limits(files=2))
    assert report.capped == "files" and [found.match.name for found in report.found] == ["a.txt", "b.txt"]
