"""How fast keys are looked for, as ratios to counting line ends; printed, never asserted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.probes.code.samples import private
from wizard.probes.code.gather import PICTURES
from wizard.probes.code.secrets import Place, scan_bytes
from wizard.probes.code.secrets.prefilter import choose
from wizard.probes.code.tree import Limits, Walk

BLOCK = 1 << 20


def seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(3))


@pytest.mark.bench
def test_against_counting_lines(capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        p.read_bytes() for p in sorted(Path(pytest.__file__).parent.parent.rglob("*.py"))[:4000] if not p.is_symlink()
    ]
    data = b"".join(files)[: 64 << 20]
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    lines = seconds(lambda: [block.count(b"\n") for block in blocks])
    with capsys.disabled():
        print(f"\n{len(data) / 1e6:.0f} MB of Python, line ends {len(data) / 1e6 / lines:.0f} MB/s")
        for name in ("hyperscan", "re2", "plain"):
            engine = choose(name)
            part = blocks if name == "hyperscan" else blocks[:4]
            took = (
                seconds(lambda hits=engine.hits, part=part: [hits(block) for block in part]) * len(blocks) / len(part)
            )
            print(f"  anchors, {engine.name}: {lines / took:.3f} of that")
        met = sum(len(choose().hits(block)) for block in blocks)
        print(f"  anchors met: {met / len(data) * 1e6:.0f} a MB")
        took = seconds(lambda: scan_bytes(data, "a.py", Place.TRACKED, private))
        print(f"  whole scan: {lines / took:.3f} of that")


@pytest.mark.bench
def test_a_folder_against_reading_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Many small files: walking, opening and looking, as a ratio to reading the same files and counting their line ends."""
    root = Path(pytest.__file__).parent.parent
    names: list[str] = []

    def walk() -> None:
        names.clear()
        report = Walk(root, lambda name: names.append(name) or Place.TRACKED, private, limits=Limits(files=8000)).run()
        sizes[:] = [report.files, report.read]

    def read() -> None:
        for name in names[: sizes[0]]:
            path = root / name
            if path.suffix[1:].lower() not in PICTURES and not path.is_symlink():
                path.read_bytes().count(b"\n")

    sizes = [0, 0]
    took = seconds(walk)
    plain = seconds(read)
    with capsys.disabled():
        print(
            f"\n{sizes[0]} files, {sizes[1] / 1e6:.0f} MB: {plain / took:.3f} of reading and counting, {took * 1e6 / sizes[0]:.0f} us a file"
        )
