"""The real document, signed: both profiles must still hold, and it must still verify."""

from __future__ import annotations

import time

import page
import pytest

from tests.report import samples
from tests.seal.test_sign import good, written
from wizard import report
from wizard.seal import sign
from wizard.seal.document import inspect
from wizard.seal.verdict import judge

PROFILES = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)


@pytest.fixture(scope="module")
def document(ada) -> bytes:
    assessment = samples.assessment()
    signer = report.Signer("Ada Osei", "founder", ada.fingerprint)
    try:
        return report.make_pdf(
            assessment, samples.judged(assessment), samples.checklist(), b'{"schema":1}', signer=signer
        )
    except report.PdfUnavailable as lacking:
        pytest.skip(f"this computer makes no PDF: {lacking.why}")


def broken_rules(pdf: bytes) -> set[str]:
    found = [page.validate_pdf_bytes(pdf, profile=profile) for profile in PROFILES]
    return {failure.rule_id for one in found for failure in one.failures}


def test_signing_breaks_neither_profile(tmp_path, document, ada, cy):
    before = broken_rules(document)
    path = written(tmp_path / "handover.pdf", document)
    sign(path, role="founder", key=ada)
    assert broken_rules(path.read_bytes()) - before == set()
    sign(path, role="consultant", key=cy)
    more = broken_rules(path.read_bytes()) - before
    assert len(more) == 1 and "BYTERANGE" in more.pop().upper(), "a first range cannot reach the end once another signs"
    assert good(path.read_bytes()) == ["founder", "consultant"]


def test_the_real_document_verifies_and_is_found_the_same_when_built_again(tmp_path, document, ada, cy):
    path = written(tmp_path / "handover.pdf", document)
    sign(path, role="founder", key=ada)
    sign(path, role="consultant", key=cy)
    found = judge(inspect(path.read_bytes()), path.read_bytes(), wanted=[], rebuild=lambda _evidence, _facts: document)
    assert (found.state, found.evidence.rebuilt) == ("verified-two", "same")


def test_verifying_stays_quick_without_object_streams(document, tmp_path, ada, cy, capsys):
    path = written(tmp_path / "handover.pdf", document)
    sign(path, role="founder", key=ada)
    sign(path, role="consultant", key=cy)
    start = time.perf_counter()
    assert inspect(path.read_bytes()).whole
    took = time.perf_counter() - start
    assert b"/ObjStm" not in path.read_bytes()
    with capsys.disabled():
        print(f" [{len(path.read_bytes()) // 1024} KB read in {took:.2f} s]", end="")
