"""The document as a file: both profiles, what is attached, the same bytes everywhere, nothing fetched."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import outloud
import page as validator
import pytest

from tests.report import pdftext, samples
from wizard import report
from wizard.judge.decide import decide
from wizard.report import child
from wizard.report.document import build

PROFILES = (validator.ValidationProfile.PDF_A_3A, validator.ValidationProfile.PDF_UA_1)
ACCEPTED = {"PAG-001", "ORD-001", "LNK-010"}
"""Warnings that are known: running lines count as content, paint order inside the diagram, addresses that are deliberately no links."""


def failures(raw: bytes) -> list[str]:
    found = [validator.validate_pdf_bytes(raw, profile=profile) for profile in PROFILES]
    return [f"{failure.rule_id} {failure.message}" for one in found for failure in one.failures]


@pytest.mark.parametrize("name", ["full_pdf", "flagged_pdf", "public_pdf"])
def test_both_profiles_hold(name: str, request: pytest.FixtureRequest, tmp_path) -> None:
    raw = request.getfixturevalue(name)
    assert failures(raw) == []
    path = tmp_path / "one.pdf"
    path.write_bytes(raw)
    said = outloud.check(str(path))
    assert [(f.rule, f.message) for f in said.findings if f.rule not in ACCEPTED] == []


def test_attached_files_and_their_sums(full_pdf: bytes) -> None:
    one = samples.assessment()
    files = pdftext.attached(full_pdf)
    assert set(files) == {"evidence.json", "results.json", "SHA256SUMS"}
    assert files["evidence.json"] == samples.evidence(one)
    assert json.loads(files["results.json"]) == report.results(one, samples.judged(one), samples.checklist())
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    specs = [f.get_object() for f in pdftext.reader(full_pdf).root["/AF"]]
    assert {str(spec["/AFRelationship"]) for spec in specs} == {"/Data"}


def test_file_id_begins_with_the_fingerprint_of_the_evidence(full_pdf: bytes) -> None:
    digest = hashlib.sha256(samples.evidence(samples.assessment())).digest()
    first = pdftext.reader(full_pdf).trailer["/ID"][0]
    raw = first.original_bytes if hasattr(first, "original_bytes") else bytes(first)
    assert raw[:16] == digest[:16]
    hexed = digest.hex()
    assert " ".join(hexed[i : i + 4] for i in range(0, 32, 4)) in pdftext.pages(full_pdf)[0]


def test_same_bytes_in_another_process_place_and_language_without_any_font(
    full_pdf: bytes, tmp_path, monkeypatch
) -> None:
    """An empty fontconfig, too: the shipped fonts must be enough, and must be all that is used."""
    conf = tmp_path / "fonts.conf"
    conf.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    for name, value in {
        "FONTCONFIG_FILE": str(conf),
        "TZ": "Pacific/Kiritimati",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
        "PYTHONHASHSEED": "4242",
    }.items():
        monkeypatch.setenv(name, value)
    one = samples.assessment()
    again = report.make_pdf(one, samples.judged(one), samples.checklist(), samples.evidence(one))
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(full_pdf).hexdigest()
    assert report.engine().startswith("WeasyPrint ")


def test_only_the_shipped_fonts_are_in_it_and_all_are_embedded(full_pdf: bytes) -> None:
    names = set(re.findall(rb"/FontName /([A-Za-z0-9+-]+)", full_pdf))
    assert {n.partition(b"+")[2] for n in names} == {
        b"Document-Sans",
        b"Document-Sans-Semi-Bold",
        b"Document-Sans-Italic",
        b"Document-Mono",
    }
    assert full_pdf.count(b"/FontFile") >= len(names)


def test_headings_bookmarks_and_page_numbers(full_pdf: bytes) -> None:
    root = pdftext.reader(full_pdf).root
    assert root["/Outlines"]["/Count"] != 0
    tags = [str(e.get("/S")) for e in pdftext.elements(full_pdf)]
    assert tags.count("/H1") >= 10
    assert tags.count("/H2") >= 13
    pages = pdftext.pages(full_pdf)
    assert f"2 / {len(pages)}" in pages[1]
    assert str(root["/Lang"]) == "en"


def test_every_figure_has_words(full_pdf: bytes) -> None:
    figures = [e for e in pdftext.elements(full_pdf) if str(e.get("/S")) == "/Figure"]
    assert len(figures) == 2
    words = " ".join(str(f["/Alt"]) for f in figures)
    assert "Clients to Browser with e-mail link" in words
    assert "holds the fingerprint" in words


def test_contents_of_the_reviewers_edition(full_pdf: bytes) -> None:
    pages = pdftext.pages(full_pdf)
    assert "Ask Bright" in pages[0]
    assert "Fix it yourself" in pages[0]
    assert "Not signed yet" in pages[0]
    card = next(
        p
        for p in pages
        if p.lstrip().startswith("Ask Bright · Reviewer edition") and "Known by" in p and "Behind an edge" in p
    )
    for title in samples.TITLES.values():
        assert title in card
    whole = " ".join(" ".join(pages).split())
    for wanted in (
        "The five-minute proof",
        "A reviewer's questions",
        "What was not tested",
        "Aftercare",
        "Glossary",
        "LR-TEST",
        "eight sentences",
    ):
        assert wanted in whole


def test_senior_engineer_gets_the_plan_and_the_signer_is_named(flagged_pdf: bytes) -> None:
    whole = " ".join(pdftext.text(flagged_pdf).split())
    assert "Get a senior engineer" in whole
    assert "Hours 36 to 48" in whole
    assert "3f2a 99c1 0b7d 41e8" in whole
    assert "Raised: Clients' data is mixed." in whole


def test_public_edition_tells_no_finding_and_no_name_from_inside(public_pdf: bytes) -> None:
    whole = pdftext.text(public_pdf)
    assert pdftext.attached(public_pdf) == {}
    assert "Public edition" in whole
    for secret in ("/conversations", "Supabase", "OPENAI_API_KEY", "api.brightside.example", "Fly.io", "amb…"):
        assert secret not in whole
    assert b"/conversations" not in public_pdf


def test_paper_sizes(full_pdf: bytes, flagged_pdf: bytes) -> None:
    box = [
        [round(float(v)) for v in pdftext.reader(raw).root["/Pages"]["/Kids"][0]["/MediaBox"]]
        for raw in (full_pdf, flagged_pdf)
    ]
    assert box == [[0, 0, 595, 842], [0, 0, 612, 792]]


HOSTILE = (
    "</td><script>alert(1)</script><img src=file:///etc/passwd><link rel=attachment href=file:///etc/passwd>"
    "<style>@import url(http://evil.example/x.css); * { background: url(http://evil.example/p) }</style>"
    "{{ 7*7 }} {% raw %} {business} \x1b[31m\x00\x07 \u202egpj.exe\u2066 \U0001f600 \u200b" + "W" * 300
)


def test_hostile_text_stays_text(tmp_path) -> None:
    endless = HOSTILE + "W" * 9_000
    one = samples.assessment(business=endless, product=endless, site="javascript:alert(1)", assessor=endless)
    rows = [{"store": HOSTILE, "kind": HOSTILE, "provider": HOSTILE, "region": HOSTILE, "encrypted": endless}]
    told = (
        *one.evidence.answers,
        replace(one.evidence.answers[0], question="boundaries.data.stores", value=rows, at="2026-11-22"),
    )
    one = replace(one, evidence=replace(one.evidence, answers=told), aftercare=(HOSTILE,), scope=(HOSTILE,))
    found = [replace(f, evidence=HOSTILE, where=HOSTILE) if f.evidence else f for f in samples.findings()]
    judged = samples.judged(one, found)
    html = report.make_html(one, judged, samples.checklist(), samples.evidence(one))
    assert "<script" not in html
    assert "evil.example/p) }</style>" not in html
    assert set(re.findall(r"<(?:img|link|script|iframe|object|embed)\b[^>]*?(?:src|href)=\W?(\w+):", html)) == {"data"}
    assert not re.search(r"""\b(?:src|href)=["'](?!data:|#)""", html)
    raw = report.make_pdf(one, judged, samples.checklist(), samples.evidence(one))
    assert failures(raw) == []
    whole = pdftext.text(raw)
    assert "root:" not in whole
    assert not set(whole) & set("\x1b\x00\x07\u202e\u2066\u200b")
    assert "[U+202E]" in whole
    assert set(pdftext.attached(raw)) == {"evidence.json", "results.json", "SHA256SUMS"}
    assert b"/URI" not in raw


def test_the_page_for_browsers_calls_itself_no_pdf() -> None:
    one = samples.assessment()
    html = report.make_html(one, samples.judged(one), samples.checklist(), samples.evidence(one))
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S)
    assert "pdf" not in words.lower()
    assert "the file beside this one" in words


def test_no_address_is_fetched(tmp_path) -> None:
    """A template that names outside addresses gets none of them, and the file is made all the same."""
    from wizard.report.paint import Refuse

    for url in ("http://evil.example/", "file:///etc/passwd", "ftp://x/", "https://x/"):
        with pytest.raises(ValueError, match=r"refused|disallowed"):
            Refuse(allowed_protocols=["data"]).fetch(url)


def test_every_correction_is_needed(monkeypatch) -> None:
    """Leave one out, and a validator or the reader sees it."""
    from wizard.report import paint, pdfa

    job = {"created": "2026-11-23T18:00:00Z"}
    page = (
        '<html lang="en"><head><title>t</title></head><body><h1>t</h1>'
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row">x</th><td>1</td></tr></tbody></table></body></html>'
    )
    one_face = paint.css().partition("}")[0] + "}"
    assert one_face.count("@font-face") == 1
    monkeypatch.setattr(
        paint,
        "html",
        lambda _page: page.replace(
            "<head>", f"<head><style>{one_face} body {{ font-family: 'Document Sans' }}</style>"
        ),
    )

    def made() -> bytes:
        return paint.pdf(job, [], "00" * 16)

    good = made()
    assert failures(good) == []
    assert b"/ObjStm" not in good
    assert good.count(b"/Scope /Column") == 2
    assert good.count(b"/Scope /Row") == 1
    with monkeypatch.context() as without:
        without.setattr(pdfa, "_UA", b"")
        assert any("PDFUA1" in one for one in failures(made()))
    with monkeypatch.context() as without:
        without.setattr(pdfa, "_UA", pdfa._UA.partition(b"<rdf:Description xmlns:pdfaExtension")[0])
        assert any("PDFA3A" in one for one in failures(made()))
    with monkeypatch.context() as without:
        without.setattr(pdfa, "prepare", lambda _document: None)
        assert any("PDFA3A" in one for one in failures(made()))
    with monkeypatch.context() as without:
        without.setattr(pdfa, "finish", lambda _document, _pdf: None)
        bare = made()
        assert b"/Scope" not in bare
        assert b"/ObjStm" in bare


def test_a_stream_that_ends_in_a_line_break_is_written_in_hex() -> None:
    import zlib

    import pydyf

    from wizard.report import pdfa

    seen = 0
    for number in range(2000):
        raw = f"q {number} Q ".encode() * (number % 37)
        stream = pydyf.Stream([raw], compress=True)
        awkward = zlib.compress(raw, 9)[-1:] in (b"\r", b"\n")
        pdfa._guard_end(stream)
        body = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
        assert body[-1:] not in (b"\r", b"\n")
        if awkward:
            seen += 1
            assert zlib.decompress(bytes.fromhex(body[:-1].decode())) == raw
    assert seen


def test_the_child_gets_no_secret_of_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("LR_TOKEN_A", "canary-of-the-environment")
    monkeypatch.setenv("LAUNCH_READY_PASSPHRASE", "canary-of-the-environment")
    assert "canary-of-the-environment" not in " ".join(child._environment().values())


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("print('WeasyPrint could not import some external libraries')", "garbage"),
        ("import sys; sys.stderr.write('OSError: cannot load library'); sys.exit(3)", "library"),
        ("import time; time.sleep(30)", "slow"),
        ("raise SystemExit(1)", "crashed"),
    ],
)
def test_every_way_to_fail_has_its_words(script: str, why: str) -> None:
    from wizard.words import say

    with pytest.raises(report.PdfUnavailable) as caught:
        child.make({}, [], "00" * 16, command=(sys.executable, "-c", script), seconds=1.0)
    assert caught.value.why == why
    assert caught.value.code == 4
    assert "launch-ready" in say(caught.value.key, **caught.value.slots)


def test_a_missing_interpreter_is_a_crash() -> None:
    with pytest.raises(report.PdfUnavailable) as caught:
        child.make({}, [], "00" * 16, command=("/nonexistent/python",))
    assert caught.value.why == "crashed"


def test_what_a_library_prints_never_lands_in_the_pdf() -> None:
    job = json.dumps({"probe": True}).encode()
    script = "import sys, runpy; sys.argv = ['x']; runpy.run_module('wizard.report', run_name='__main__')"
    noisy = "import builtins; import weasyprint; print('banner'); " + script
    done = subprocess.run(
        [sys.executable, "-c", noisy],
        input=job,
        capture_output=True,
        check=False,
        env=os.environ | child._environment(),
    )
    assert done.returncode == 0, done.stderr
    assert re.search(rb"\d+\.\d+", done.stdout)


def test_the_door_is_light() -> None:
    code = (
        "import sys, wizard.report; heavy = {'jinja2', 'weasyprint', 'pydyf', 'pyhanko', 'textual'} & set(sys.modules);"
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=child._environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_page_data_is_plain_json() -> None:
    one = samples.assessment()
    page = build(one, samples.judged(one), samples.checklist(), samples.evidence(one))
    assert json.loads(json.dumps(page)) == page


def test_a_part_of_the_items_makes_a_whole_document() -> None:
    one = replace(samples.assessment(), only=("tls",))
    whole = samples.judged(one)
    mine = (whole.verdict("tls"),)
    part = replace(whole, verdicts=mine, decision=decide(mine, whole.flags, samples.checklist(), partial=True))
    html = report.make_html(one, part, samples.checklist(), samples.evidence(one))
    assert html.count('<section class="item"') == 1
    assert "Only these items were asked for." in html
    anchors = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors
