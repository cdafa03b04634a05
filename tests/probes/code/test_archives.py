"""Archives from strangers: read one level deep, and never more than the bounds allow, whatever their headers say."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from wizard.probes.code import archives
from wizard.probes.code.archives import Opened, look, pieces


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return file.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as packed:  # type: ignore[call-overload]
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            packed.addfile(info, io.BytesIO(body))
    return file.getvalue()


def header(kind: bytes, size: int, body: bytes = b"") -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.USTAR_FORMAT) + body


def opened(data: bytes, name: str) -> tuple[dict[str, bytes], Opened]:
    found: dict[str, bytes] = {}

    def take(member: str) -> Callable[[bytes], None]:
        found[member] = b""

        def put(piece: bytes) -> None:
            found[member] += piece[:64]

        return put

    return found, look(io.BytesIO(data), name, len(data), take)


MEMBERS = {"a.log": b"one\n", "empty.log": b"", "folder/b.log": b"two\n"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (zipped(MEMBERS), "a.zip"),
        (zipped(MEMBERS, zipfile.ZIP_STORED), "A.ZIP"),
        (tarred(MEMBERS), "a.tar"),
        (tarred(MEMBERS, "w:gz"), "a.tar.gz"),
        (tarred(MEMBERS, "w:gz"), "a.tgz"),
        (tarred(MEMBERS, "w:gz"), "a.tar"),
    ],
)
def test_every_member_comes_whole_and_in_order(data: bytes, name: str) -> None:
    found, how = opened(data, name)
    assert found == MEMBERS
    assert list(found) == list(MEMBERS)
    assert (how.why, how.nested, how.members) == ("", 0, 3)


def locked() -> bytes:
    data = bytearray(zipped({"a.log": b"one"}))
    data[6] |= 1  # the flag in the member's own header, and in the list
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def far_list() -> bytes:
    """A zip whose end says that its list of members is larger than any honest one."""
    data = zipped({"a.log": b"one"})
    at = data.rindex(b"PK\x05\x06")
    return data[: at + 12] + struct.pack("<L", 1 << 30) + data[at + 16 :]


BOMBS = [
    (zipped({"z.log": bytes(70 << 20)}), "a.zip", "bomb"),
    (zipped({f"{n}.log": bytes(1 << 20) for n in range(70)}), "a.zip", "bomb"),
    (gzip.compress(bytes(70 << 20)), "a.gz", "bomb"),
    (tarred({"z.log": bytes(70 << 20)}, "w:gz"), "a.tgz", "bomb"),
    (gzip.compress(tarred({"deep.zip": bytes(70 << 20)})), "a.tgz", "bomb"),  # passed over, and unpacked all the same
    (gzip.compress(header(b"Z", 70 << 20, bytes(70 << 20))), "a.tgz", "bomb"),
    (gzip.compress(header(tarfile.XHDTYPE, 60 << 20, b"1" * (60 << 20))), "a.tgz", "bomb"),  # digits: a slow read
    (header(tarfile.GNUTYPE_LONGNAME, 9 << 20, b"n" * (9 << 20)), "a.tar", "bomb"),
    (far_list(), "a.zip", "members"),
    (zipped({f"{n}": b"" for n in range(2_001)}), "a.zip", "members"),
    (tarred({f"{n}": b"" for n in range(2_001)}), "a.tar", "members"),
    (locked(), "a.zip", "encrypted"),
    (zipped({"a.log": b"one"}, zipfile.ZIP_LZMA), "a.zip", "method"),
    (zipped({"a.log": b"one"}, zipfile.ZIP_BZIP2), "a.zip", "method"),
    (b"PK\x03\x04nonsense", "a.zip", "broken"),
    (b"", "a.zip", "broken"),
    (b"", "a.tar", "broken"),
    (b"\x1f\x8b" + b"x" * 90, "a.tgz", "broken"),
    (bz2.compress(b"one"), "a.tar", "broken"),
    (zipped({"a.log": b"one" * 400})[:60], "a.zip", "broken"),
    (tarred({"a.log": bytes(range(256)) * 40}, "w:gz")[:300], "a.tgz", "broken"),
]


@pytest.mark.parametrize(("data", "name", "why"), BOMBS)
def test_a_hostile_archive_ends_with_its_reason(data: bytes, name: str, why: str) -> None:
    tracemalloc.start()
    try:
        _, how = opened(data, name)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert how.why == why
    assert how.out <= archives.MOST_OUT + archives.PIECE
    assert most < 24 << 20


def test_a_small_archive_may_not_give_more_than_a_hundred_times_itself() -> None:
    data = zipped({"z.log": bytes(1 << 20)})
    _, how = opened(data, "a.zip")
    assert how.why == "bomb"
    assert how.out < (4096 * 100) + archives.PIECE + 1


def test_archives_in_archives_are_counted_and_stay_shut() -> None:
    found, how = opened(zipped({"in.zip": zipped(MEMBERS), "a.log": b"one", "b.log.gz": gzip.compress(b"x")}), "a.zip")
    assert (list(found), how.nested, how.why) == (["a.log"], 2, "")


def test_a_wrong_sum_is_a_broken_member() -> None:
    data = bytearray(zipped({"a.log": b"one"}, zipfile.ZIP_STORED))
    sum_at = data.index(struct.pack("<L", zlib.crc32(b"one")))
    data[sum_at] ^= 1
    data[data.index(b"PK\x01\x02") + 16] ^= 1
    assert opened(bytes(data), "a.zip")[1].why == "broken"


def test_a_reader_may_stop_early() -> None:
    how = Opened()
    stream = pieces(io.BytesIO(zipped(MEMBERS)), "a.zip", 300, how)
    assert next(stream)[1] == "a.log"
    stream.close()  # type: ignore[attr-defined]
    assert how.why == ""
