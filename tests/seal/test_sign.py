from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.seal.paper import EVIDENCE, paper
from tests.seal.test_keys import PASS, issued_bundle
from wizard.model import Trouble
from wizard.seal import Key, imported_key, own_key, sign
from wizard.seal.document import inspect
from wizard.words import say


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def good(pdf: bytes) -> list[str]:
    """Roles of a document on which every rule holds."""
    found = inspect(pdf)
    assert found.problem == "" and found.whole and found.sound
    assert all(mark.intact and mark.valid for mark in found.marks)
    return [mark.role for mark in found.marks]


@pytest.mark.parametrize("order", [("founder", "consultant", "reviewer"), ("consultant", "founder"), ("reviewer",)])
def test_every_role_signs_in_its_own_field_and_all_stay_valid(tmp_path, plain, ada, cy, order):
    path = written(tmp_path / "handover.pdf", plain)
    for place, role in enumerate(order, 1):
        before = path.read_bytes()
        signed = sign(path, role=role, key=ada if role == "founder" else cy)
        after = path.read_bytes()
        assert after.startswith(before), "a signature only adds"
        assert good(after) == list(order[:place])
        assert signed.sha256 == hashlib.sha256(after).hexdigest()
    last = inspect(path.read_bytes()).marks[-1]
    assert (last.covers, last.changes_after) == ("whole-file", "none")
    assert [mark.changes_after for mark in inspect(path.read_bytes()).marks[:-1]] == ["signature-only"] * (
        len(order) - 1
    )


def test_the_first_signature_certifies_and_makes_all_three_fields(once):
    assert once.count(b"/DocMDP") >= 2 and re.search(rb"/P 2\b", once)
    assert [once.count(b"/T (%s)" % name) for name in (b"Founder", b"Consultant", b"Reviewer")] == [1, 1, 1]
    assert once.count(b"/TU (Founder signs here)") == 1
    assert b"/AP" not in once, "fields are invisible: nothing is drawn that is neither tagged nor embedded"


def test_the_metadata_is_left_alone(plain, twice):
    assert twice.count(b"/Type /Metadata") == plain.count(b"/Type /Metadata") == 1
    assert twice.count(b"x:xmpmeta") == plain.count(b"x:xmpmeta")


@pytest.mark.parametrize("with_root", [True, False])
def test_an_imported_key_signs(tmp_path, plain, cy, with_root):
    key = imported_key(issued_bundle(tmp_path / "work.p12", with_root=with_root), PASS)
    path = written(tmp_path / "handover.pdf", plain)
    sign(path, role="founder", key=key, name="Ada Osei", reason="Handover to a buyer")
    sign(path, role="consultant", key=cy)
    assert good(path.read_bytes()) == ["founder", "consultant"]
    assert inspect(path.read_bytes()).marks[0].name == "Ada At Work", "the key's own name counts"


def test_a_key_with_a_passphrase_signs(tmp_path, plain):
    key = own_key("Ada Osei", PASS, organisation="Brightside", email="a@example.com", folder=tmp_path)
    path = written(tmp_path / "handover.pdf", plain)
    sign(path, role="founder", key=key)
    assert good(path.read_bytes()) == ["founder"]


def test_out_leaves_the_original_alone(tmp_path, plain, ada):
    path, out = written(tmp_path / "handover.pdf", plain), tmp_path / "signed.pdf"
    assert sign(path, role="founder", key=ada, out=out).path == out
    assert path.read_bytes() == plain
    assert good(out.read_bytes()) == ["founder"]


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path, plain, ada):
    path = written(tmp_path / "real.pdf", plain)
    path.chmod(0o640)
    link = tmp_path / "link.pdf"
    link.symlink_to(path)
    sign(link, role="founder", key=ada)
    assert link.is_symlink() and good(path.read_bytes()) == ["founder"]
    assert path.stat().st_mode & 0o777 == 0o640


def _cut(pdf: bytes) -> bytes:
    return pdf[: len(pdf) // 2]


@pytest.mark.parametrize(
    ("change", "role", "key", "code"),
    [
        (lambda pdf: pdf, "founder", "already-signed", 1),
        (lambda pdf: pdf, "friend", "bad-role", 2),
        (_cut, "consultant", "unreadable-file", 1),
        (lambda _pdf: b"", "consultant", "unreadable-file", 1),
        (lambda _pdf: b"%PDF-1.7\n", "consultant", "unreadable-file", 1),
        (lambda pdf: pdf + b"%more\n", "consultant", "changed-file", 1),
        (lambda pdf: pdf.replace(b"Decision: ready", b"Decision: sorry"), "consultant", "changed-file", 1),
        (lambda _pdf: paper(files={}), "consultant", "not-ours", 1),
        (lambda _pdf: paper(files={"evidence.json": EVIDENCE}), "consultant", "not-ours", 1),
        (lambda _pdf: paper().replace(b"Brightside", b"Brightsido"), "consultant", "not-ours", 1),
    ],
)
def test_what_is_not_signed(tmp_path, once, ada, change, role, key, code):
    path = written(tmp_path / "handover.pdf", change(once))
    before = path.read_bytes()
    with pytest.raises(Trouble) as told:
        sign(path, role=role, key=ada)
    assert (told.value.key, told.value.code) == (f"seal.{key}", code)
    assert "{" not in say(told.value.key, **told.value.slots)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["handover.pdf"]


@pytest.mark.parametrize("where", ["missing.pdf", ".", "no/such/folder.pdf"])
def test_a_path_that_cannot_be_opened(tmp_path, ada, where):
    with pytest.raises(Trouble) as told:
        sign(tmp_path / where, role="founder", key=ada)
    assert (told.value.key, told.value.code) == ("seal.no-file", 2)


@pytest.mark.parametrize(
    ("number", "key"),
    [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only")],
)
@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_disk_that_refuses_leaves_the_old_file_whole(tmp_path, plain, ada, monkeypatch, number, key, step):
    path = written(tmp_path / "handover.pdf", plain)

    def refuse(*_args, **_more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace"), "chmod": (Path, "chmod")}[step], refuse)
    with pytest.raises(Trouble) as told:
        sign(path, role="founder", key=ada)
    assert (told.value.key, told.value.code) == (f"seal.{key}", 4)
    assert path.read_bytes() == plain
    assert [one.name for one in tmp_path.iterdir()] == ["handover.pdf"]


def test_a_folder_that_is_gone_for_the_output(tmp_path, plain, ada):
    path = written(tmp_path / "handover.pdf", plain)
    with pytest.raises(Trouble) as told:
        sign(path, role="founder", key=ada, out=tmp_path / "gone" / "signed.pdf")
    assert told.value.key == "seal.read-only"


def test_somebody_else_signs_meanwhile(tmp_path, plain, ada, monkeypatch):
    path = written(tmp_path / "handover.pdf", plain)
    real = os.fsync

    def meddle(handle: int) -> None:
        real(handle)
        path.write_bytes(plain + b"%other\n")

    monkeypatch.setattr(os, "fsync", meddle)
    with pytest.raises(Trouble) as told:
        sign(path, role="founder", key=ada)
    assert told.value.key == "seal.changed-meanwhile"
    assert path.read_bytes() == plain + b"%other\n"
    assert [one.name for one in tmp_path.iterdir()] == ["handover.pdf"]


def test_a_signature_that_does_not_verify_is_never_written(tmp_path, plain, ada: Key, cy: Key):
    mixed = Key("Ada", ada.certificate, cy.private)
    path = written(tmp_path / "handover.pdf", plain)
    with pytest.raises(Trouble) as told:
        sign(path, role="founder", key=mixed)
    assert (told.value.key, told.value.code) == ("seal.cannot-sign", 4)
    assert path.read_bytes() == plain


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_poppler_agrees(tmp_path, twice):
    path = written(tmp_path / "handover.pdf", twice)
    said = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 2
    assert said.count("Total document signed") == 1
    broken = written(tmp_path / "broken.pdf", twice.replace(b"Decision: ready", b"Decision: sorry"))
    said = subprocess.run(["pdfsig", "-nocert", str(broken)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 0
