"""Verification as a whole: the child process, the evidence, the sentence, the JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.seal.paper import EVIDENCE, RESULTS, paper
from tests.seal.test_sign import written
from wizard.model import Trouble
from wizard.seal import carried, known, pin, sign, sign_detached, sums, to_json, understood, verify
from wizard.seal import verify as verify_function
from wizard.seal.document import inspect
from wizard.seal.types import Ask
from wizard.seal.verdict import judge, read
from wizard.words import data, say

RESULT = json.loads(RESULTS)


def rejudge(_evidence: bytes) -> bytes:
    return RESULTS


def other(**changes) -> bytes:
    return json.dumps(RESULT | changes).encode()


def test_two_signatures_verify_through_the_child_process(tmp_path, twice, ada, cy):
    found = verify(written(tmp_path / "handover.pdf", twice), expect=["founder", "consultant"], rejudge=rejudge)
    assert (found.verified, found.state) == (True, "verified-two")
    assert "Ada Osei" in found.sentence and "Cy Lund" in found.sentence
    assert [one.signer for one in found.signatures] == ["named-in-document", "not-vouched-for"]
    assert [one.fingerprint for one in found.signatures] == [ada.fingerprint, cy.fingerprint]
    assert found.evidence_bytes == EVIDENCE


def test_the_json_is_the_contracts(tmp_path, twice):
    found = json.loads(json.dumps(to_json(verify(written(tmp_path / "handover.pdf", twice)))))
    assert list(found) == ["schema", "verified", "sentence", "signatures", "evidence"]
    first, second = found["signatures"]
    assert first == {
        "name": "Ada Osei",
        "role": "founder",
        "intact": True,
        "valid": True,
        "trusted": False,
        "signer": "named-in-document",
        "fingerprint": first["fingerprint"],
        "time": first["time"],
        "covers": "earlier-revision",
        "changes_after": "signature-only",
    }
    assert (second["covers"], second["changes_after"]) == ("whole-file", "none")
    assert first["time"].endswith("Z") and len(first["fingerprint"]) == 79
    assert found["evidence"] == {"attached": True, "matches": True, "rebuilt": "not-compared"}
    assert found["schema"] == 1 and found["verified"] is True


def test_verifying_needs_no_heavy_import_and_loads_nothing_of_pyhanko():
    code = "import sys, wizard.seal; print([m for m in sys.modules if m in ('pyhanko', 'cryptography', 'asn1crypto')])"
    here = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=here).stdout
    assert said.strip() == "[]"


def test_the_child_answers_garbage_with_unreadable(tmp_path):
    for content in (b"", b"%PDF-1.7 nothing", bytes(range(256)) * 64):
        found = verify(written(tmp_path / "handover.pdf", content))
        assert (found.verified, found.state, found.signatures) == (False, "unreadable", ())
        assert found.evidence.attached is False


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "print('not json')",
        "raise SystemExit(3)",
        "import time; time.sleep(30)",
        "import sys; sys.stdout.write('{\"marks\": 5}')",
    ],
)
def test_a_child_that_dies_or_talks_nonsense_is_unreadable(monkeypatch, once, code):
    real = subprocess.run

    def run(command, **more):
        return real([command[0], "-c", code], **more)

    monkeypatch.setattr("wizard.seal.verdict.subprocess.run", run)
    monkeypatch.setattr("wizard.seal.verdict.SECONDS", 2)
    assert read(Ask(pdf=once)).problem == "unreadable"


def test_the_child_is_told_no_secret_and_may_not_write(once, monkeypatch):
    seen = {}
    real = subprocess.run

    def run(command, **more):
        seen.update(more["env"])
        return real(command, **more)

    monkeypatch.setenv("LAUNCH_READY_PASSPHRASE", "x" * 9)
    monkeypatch.setattr("wizard.seal.verdict.subprocess.run", run)
    assert read(Ask(pdf=once)).problem == ""
    assert not any(name.startswith("LAUNCH_READY") for name in seen)


def test_a_file_that_is_too_large_is_unreadable(tmp_path, monkeypatch, once):
    monkeypatch.setattr("wizard.seal.writing.MAX_FILE", 100)
    assert verify(written(tmp_path / "handover.pdf", once)).state == "unreadable"


@pytest.mark.parametrize("where", ["missing.pdf", "missing.html", "."])
def test_a_path_that_is_not_there_is_an_error_of_usage(tmp_path, where):
    with pytest.raises(Trouble) as told:
        verify(tmp_path / where)
    assert (told.value.key, told.value.code) == ("seal.no-file", 2)


def test_trust_by_fingerprint_by_words_and_by_pinning(tmp_path, once, ada, cy):
    path = written(tmp_path / "handover.pdf", once)
    for typed in (ada.fingerprint, " ".join(ada.words)):
        found = verify(path, trust=typed)
        assert (found.verified, found.state) == (True, "verified-one-known")
        assert (found.signatures[0].signer, found.signatures[0].trusted) == ("pinned", True)
    pin(ada.fingerprint, "Ada", tmp_path)
    assert verify(path, known=known(tmp_path)).state == "verified-one-known"
    assert verify(path, trust="").state == "verified-one"
    found = verify(path, trust=[ada.fingerprint, cy.fingerprint])
    assert (found.verified, found.state) == (False, "not-trusted")
    with pytest.raises(Trouble) as told:
        verify(path, trust=["12 34"])
    assert told.value.key == "seal.bad-fingerprint"


def judged(pdf: bytes, **more):
    return judge(inspect(pdf), pdf, wanted=[], **more)


def raising(*_args) -> bytes:
    raise ValueError("no")


@pytest.mark.parametrize(
    ("again", "state"),
    [
        (lambda _e: RESULTS, "verified-one"),
        (lambda _e: other(tool={"name": "launch-ready", "version": "9"}), "verified-one"),
        (lambda _e: other(decision={"verdict": "fix-yourself"}), "evidence-differs"),
        (lambda _e: other(decision={}, tool={"name": "launch-ready", "version": "9"}), "evidence-other-version"),
        (lambda _e: b"{", "evidence-differs"),
        (lambda _e: b"[]", "evidence-differs"),
        (raising, "evidence-differs"),
    ],
)
def test_the_evidence_is_judged_again(once, again, state):
    found = judged(once, rejudge=again)
    assert found.state == state
    assert found.evidence.matches is found.verified


@pytest.mark.parametrize(
    ("again", "rebuilt", "verified"),
    [
        (lambda pages: pages, "same", True),
        (lambda pages: pages.replace(b"Decision", b"Decisiom"), "different", False),
        (lambda pages: pages[:-20], "different", False),
        (lambda pages: b"", "different", False),
        (lambda _pages: None, "not-compared", True),
        (raising, "not-compared", True),
    ],
)
def test_the_pages_are_built_again_and_compared(plain, twice, again, rebuilt, verified):
    facts = {}

    def rebuild(evidence, told):
        assert evidence == EVIDENCE
        facts.update(told)
        return again(plain)

    found = judged(twice, rebuild=rebuild)
    assert (found.evidence.rebuilt, found.verified) == (rebuilt, verified)
    assert (facts["media"], facts["named"], facts["first-role"]) == ("300x200", "yes", "founder")
    assert facts["Producer"] == "launch-ready 0.1.0" and len(facts["id"]) == 32
    if rebuilt == "different":
        assert found.state == "pages-differ"


def test_a_longer_rebuild_that_swallows_a_signature_is_not_the_same(plain, once, twice):
    assert judged(twice, rebuild=lambda _e, _f: once).evidence.rebuilt == "different"


def test_what_a_pdf_carries_can_be_taken_out(tmp_path, twice):
    found = carried(written(tmp_path / "handover.pdf", twice))
    assert found["evidence.json"] == EVIDENCE and found["results.json"] == RESULTS
    assert carried(written(tmp_path / "other.pdf", b"nothing")) == {}
    assert carried(written(tmp_path / "plain.pdf", paper(files={}))) == {}


def test_sums_are_what_sha256sum_checks(tmp_path, ada):
    files = {"evidence.json": EVIDENCE, "results.json": RESULTS}
    for name, content in files.items():
        written(tmp_path / name, content)
    written(tmp_path / "SHA256SUMS", sums(files, {"founder": ada.fingerprint}))
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count("OK") == 2
    assert f"# signer founder {understood(ada.fingerprint)}" in (tmp_path / "SHA256SUMS").read_text()


@pytest.fixture
def trio(tmp_path, ada) -> Path:
    written(tmp_path / "evidence.json", EVIDENCE)
    written(tmp_path / "handover.html", b"<h1>Decision: ready</h1>")
    signed = sign_detached(tmp_path, role="founder", key=ada)
    assert signed.path == tmp_path / "evidence.json.p7s"
    return tmp_path


@pytest.mark.parametrize("name", ["handover.html", "evidence.json", "evidence.json.p7s"])
def test_the_trio_verifies_from_any_of_its_files(trio, name):
    found = verify(trio / name, rejudge=rejudge)
    assert (found.verified, found.state) == (True, "verified-one")
    assert found.signatures[0].covers == "whole-file" and found.signatures[0].time.endswith("Z")
    assert found.evidence_bytes == EVIDENCE


def test_a_second_signature_lies_beside_the_first(trio, cy):
    sign_detached(trio, role="consultant", key=cy)
    assert (trio / "evidence.json.consultant.p7s").exists()
    found = verify(trio / "handover.html", expect=["founder", "consultant"])
    assert (found.verified, found.state) == (True, "verified-two")
    with pytest.raises(Trouble) as told:
        sign_detached(trio, role="consultant", key=cy)
    assert told.value.key == "seal.already-signed"
    (trio / "evidence.json.consultant.p7s").unlink()
    assert verify(trio / "handover.html", expect=["founder", "consultant"]).state == "incomplete"


@pytest.mark.parametrize(
    ("name", "content", "states"),
    [
        ("evidence.json", EVIDENCE + b" ", {"changed"}),
        ("handover.html", b"<h1>Decision: sorry</h1>", {"evidence-differs"}),
        ("evidence.json.p7s", b"rubbish", {"unreadable"}),
        ("evidence.json.p7s", b"", {"unreadable"}),
    ],
)
def test_a_changed_trio(trio, cy, name, content, states):
    written(trio / name, content)
    assert verify(trio / "evidence.json").state in states
    with pytest.raises(Trouble) as told:
        sign_detached(trio, role="consultant", key=cy)
    assert told.value.key == "seal.changed-file"


def test_no_flip_in_a_detached_signature_is_taken(trio):
    from wizard.seal.detached import inspect_trio

    evidence, pages = EVIDENCE, (trio / "handover.html").read_bytes()
    der = (trio / "evidence.json.p7s").read_bytes()
    assert judge(inspect_trio(evidence, pages, [der]), b"", wanted=[]).verified
    taken = []
    for place in range(len(der)):
        broken = bytearray(der)
        broken[place] ^= 1 << place % 8
        if judge(inspect_trio(evidence, pages, [bytes(broken)]), b"", wanted=[]).verified:
            taken.append(place)
    assert taken == []
    for cut in range(0, len(der), 37):
        assert not judge(inspect_trio(evidence, pages, [der[:cut]]), b"", wanted=[]).verified
    assert judge(inspect_trio(evidence, pages, [der + b"\0"]), b"", wanted=[]).state == "unreadable"


def test_a_trio_without_a_signature_is_unsigned(tmp_path):
    written(tmp_path / "evidence.json", EVIDENCE)
    written(tmp_path / "handover.html", b"x")
    assert verify(tmp_path / "evidence.json").state == "unsigned"


def test_openssl_would_find_a_plain_detached_cms(trio):
    done = subprocess.run(
        ["openssl", "cms", "-verify", "-inform", "DER", "-in", "evidence.json.p7s", "-content", "evidence.json",
         "-binary", "-noverify", "-out", "out"],
        cwd=trio, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_sentence_fills_its_gaps():
    words = tomllib.loads(data("templates/words/en/seal.toml").read_text("utf-8"))
    slots = dict.fromkeys(
        (
            "first",
            "second",
            "third",
            "missing",
            "role",
            "fingerprint",
            "path",
            "error",
            "limit",
            "end",
            "name",
            "words",
        ),
        "x",
    )
    for key in words:
        assert "{" not in say(f"seal.{key}", **slots), key


def test_hostile_names_are_made_safe_to_show(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ec

    from tests.seal.test_keys import PASS, bundle, certificate
    from wizard.seal import imported_key

    key = ec.generate_private_key(ec.SECP256R1())
    file = bundle(tmp_path / "k.p12", key, certificate(key, "Ada\x1b[31m\u202e Osei"))
    path = written(tmp_path / "handover.pdf", paper())
    sign(path, role="founder", key=imported_key(file, PASS), name="Ada")
    found = verify_function(path)
    assert found.verified
    assert not any(letter in found.sentence + found.signatures[0].name for letter in "\x1b\u202e")
