"""What a person without the key may try on a signed handover. In-process, on a small document: every byte of it is within reach."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import replace
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields

from tests.seal.paper import EVIDENCE, RESULTS, paper, sums
from wizard.model import Trouble
from wizard.seal import Verification, own_key, sign
from wizard.seal.cms import assemble, take
from wizard.seal.document import inspect
from wizard.seal.signing import KeySigner, QuietWriter
from wizard.seal.verdict import judge

FLIPS = 500


def verdict(pdf: bytes, **more) -> Verification:
    return judge(inspect(pdf), pdf, wanted=[], **more)


def gaps(pdf: bytes) -> list[range]:
    return [range(found.start(1), found.end(1)) for found in re.finditer(rb"/Contents (<[0-9a-fA-F]+>)", pdf)]


def flipped(pdf: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(pdf)
    changed[place] ^= 1 << bit
    return bytes(changed)


def test_untouched_documents_verify(once, twice):
    assert verdict(once).state == "verified-one"
    assert verdict(twice).state == "verified-two"
    assert len(gaps(once)) == 1 and len(gaps(twice)) == 2


def test_no_random_flip_is_taken(twice):
    rng = random.Random(20261123)
    taken = []
    for _ in range(FLIPS):
        place, bit = rng.randrange(len(twice)), rng.randrange(8)
        if verdict(flipped(twice, place, bit)).verified:
            taken.append((place, bit))
    assert taken == []


def test_no_flip_in_a_signature_gap_is_taken(twice):
    taken = []
    for gap in gaps(twice):
        for place in gap:
            if place % 11 == 0 or place in (gap[0], gap[-1]):
                bit = 5 if place % 2 else place // 11 % 8  # bit 5 is a letter's case
                if verdict(flipped(twice, place, bit)).verified:
                    taken.append((place, bit))
    assert taken == []


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.floats(0, 1))
def test_no_cut_document_passes_as_the_whole(twice, part):
    cut = twice[: int(len(twice) * part * 0.9999)]
    found = verdict(cut, expect=["founder", "consultant"])
    assert not found.verified


def test_cut_back_to_the_first_signature_or_to_none(plain, once, twice):
    assert twice.startswith(once) and once.startswith(plain)
    assert verdict(once).verified, "said plainly: one signature"
    assert verdict(once, expect=["founder", "consultant"]).state == "incomplete"
    assert verdict(plain).state == "unsigned"


@pytest.mark.parametrize("more", [b"\n", b" ", b"\x00", b"%", b"% a comment\n", b"%%EOF\n", b"x" * 5_000])
def test_nothing_may_follow(once, twice, more):
    for pdf in (once, twice):
        found = verdict(pdf + more)
        assert found.state in ("changed", "unreadable")
        if found.signatures:
            assert (found.signatures[-1].covers, found.signatures[-1].changes_after) == ("earlier-revision", "other")


def appended(pdf: bytes, change) -> bytes:
    writer = QuietWriter(BytesIO(pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf) and len(out.getvalue()) > len(pdf)
    return out.getvalue()


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0]


def replace_page(writer):
    page = page_of(writer)
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 12 Tf 20 100 Td (Decision: sorry) Tj ET")
    )
    writer.update_container(page)


def add_note(writer):
    page = page_of(writer)
    note = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 200, 100))),
        generic.pdf_name("/Contents"): generic.pdf_string("All fine"),
    })  # fmt: skip
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
    writer.update_container(page)


def swap_metadata(writer):
    meta = writer.root.raw_get("/Metadata").get_object()
    meta._data = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>other</x:xmpmeta>"
    meta._encoded_data = None
    writer.mark_update(writer.root.raw_get("/Metadata").reference)


def add_dss(writer):
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/DSS")})
    )
    writer.update_root()


def add_orphan(writer):
    writer.add_object(generic.DictionaryObject({generic.pdf_name("/A"): generic.NumberObject(1)}))


def add_script(writer):
    writer.root["/OpenAction"] = generic.DictionaryObject({
        generic.pdf_name("/S"): generic.pdf_name("/JavaScript"), generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)")
    })  # fmt: skip
    writer.update_root()


def swap_attachment(writer):
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    spec = next(names[place + 1] for place in range(0, len(names), 2) if names[place] == "results.json")
    spec["/EF"]["/F"] = writer.add_object(generic.StreamObject(stream_data=RESULTS.replace(b'ready"}', b'other"}')))
    writer.update_container(spec["/EF"])


def add_attachment(writer):
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    names.append(generic.pdf_string("evidence.json"))
    names.append(names[1])
    writer.update_container(names)


def change_title(writer):
    writer.trailer["/Info"].get_object()["/Title"] = generic.pdf_string("Other")
    writer.mark_update(writer.trailer.raw_get("/Info").reference)


def fill_with_rubbish(writer):
    form = writer.root["/AcroForm"]
    field = form["/Fields"][2]
    field["/V"] = writer.add_object(generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/Sig")}))
    writer.mark_update(form["/Fields"].raw_get(2).reference)


CHANGES = [
    replace_page, add_note, swap_metadata, add_dss, add_orphan, add_script, swap_attachment, add_attachment, change_title, fill_with_rubbish,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_no_appended_revision_is_taken(once, twice, change):
    for pdf in (once, twice):
        found = verdict(appended(pdf, change))
        assert not found.verified
        assert found.state in ("changed", "unreadable")


def signed_by(writer, key, field: str, *, certify: bool = False, level=fields.MDPPerm.FILL_FORMS) -> bytes:
    """What somebody with a key and a copy of our code could make."""
    meta = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=level,
    )
    return PdfSigner(meta, KeySigner(key, None)).sign_pdf(writer, bytes_reserved=8192).getvalue()


MEDDLING = [replace_page, add_note, swap_metadata, add_dss, add_script, swap_attachment, add_attachment, change_title]


@pytest.mark.parametrize("change", MEDDLING)
def test_a_second_signer_cannot_change_anything_under_cover_of_signing(once, cy, change):
    writer = QuietWriter(BytesIO(once), strict=True)
    change(writer)
    found = verdict(signed_by(writer, cy, "Consultant"))
    assert found.state in ("changed", "unreadable")


@pytest.mark.parametrize("change", MEDDLING)
def test_a_first_signer_cannot_change_the_pages_under_cover_of_signing(plain, ada, change):
    writer = QuietWriter(BytesIO(plain), strict=True)
    for name in ("Founder", "Consultant", "Reviewer"):
        fields.append_signature_field(
            writer, fields.SigFieldSpec(name, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True))
        )
    honest = verdict(signed_by(QuietWriter(BytesIO(plain), strict=True), ada, "Founder", certify=True))
    assert honest.state == "changed", "a document without the other two fields is not one of ours"
    change(writer)
    found = verdict(signed_by(writer, ada, "Founder", certify=True))
    assert found.state in ("changed", "unreadable")


@pytest.mark.parametrize(("certify", "level"), [(False, fields.MDPPerm.FILL_FORMS), (True, fields.MDPPerm.ANNOTATE)])
def test_the_first_signature_must_certify_at_level_two(plain, ada, certify, level):
    writer = QuietWriter(BytesIO(plain), strict=True)
    for name in ("Founder", "Consultant", "Reviewer"):
        fields.append_signature_field(
            writer, fields.SigFieldSpec(name, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True))
        )
    assert verdict(signed_by(writer, ada, "Founder", certify=certify, level=level)).state == "changed"


def stranger(tmp_path):
    return own_key("Ada Osei", folder=tmp_path)


def test_a_stranger_of_the_same_name_is_told_apart(tmp_path, plain, ada):
    path = tmp_path / "handover.pdf"
    path.write_bytes(plain)
    sign(path, role="founder", key=stranger(tmp_path))
    found = verdict(path.read_bytes(), known=[ada.fingerprint.replace("-", "").lower()])
    assert (found.verified, found.state) == (False, "other-signer")
    assert found.signatures[0].signer == "other-than-named"
    assert found.signatures[0].trusted is False
    assert found.signatures[0].intact and found.signatures[0].valid


def test_a_stranger_on_pages_that_name_nobody_is_not_vouched_for(tmp_path, ada):
    path = tmp_path / "handover.pdf"
    path.write_bytes(paper())
    sign(path, role="founder", key=stranger(tmp_path))
    found = verdict(path.read_bytes(), known=[ada.fingerprint.replace("-", "").lower()])
    assert (found.verified, found.signatures[0].signer, found.signatures[0].trusted) == (True, "not-vouched-for", False)
    asked = judge(inspect(path.read_bytes()), b"", wanted=[ada.fingerprint.replace("-", "").lower()])
    assert (asked.verified, asked.state) == (False, "not-trusted")


def other_s(pdf: bytes) -> bytes:
    """The same signature value in its other arithmetic form: (r, order - s)."""
    (gap,) = gaps(pdf)
    der = bytes.fromhex(pdf[gap[1] : gap[-1]].decode())
    der = der[: int.from_bytes(der[2:4], "big") + 4]
    parts, _signer, _leaf = take(der)
    r, s = decode_dss_signature(parts.signature)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    changed = assemble(replace(parts, signature=encode_dss_signature(r, order - s)))
    text = changed.hex().encode().ljust(len(gap) - 2, b"0")
    return pdf[: gap[0] + 1] + text + pdf[gap[-1] :]


def test_a_signature_has_one_form_only(once):
    assert not verdict(other_s(once)).verified
    (gap,) = gaps(once)
    body = once[gap[1] : gap[-1]]
    assert body.upper() == body
    assert not verdict(once.replace(body, body.lower())).verified
    assert verdict(once).verified


@pytest.mark.parametrize(
    ("evidence", "results", "files"),
    [
        (EVIDENCE, RESULTS, {"SHA256SUMS": sums(EVIDENCE, RESULTS + b" ")}),
        (EVIDENCE, RESULTS, {"SHA256SUMS": b""}),
        (EVIDENCE, RESULTS, {"SHA256SUMS": sums() + b"0" * 64 + b"  extra.json\n"}),
    ],
)
def test_evidence_that_does_not_fit_its_hashes_cannot_even_be_signed(tmp_path, ada, evidence, results, files):
    path = tmp_path / "handover.pdf"
    path.write_bytes(paper(files={"evidence.json": evidence, "results.json": results} | files))
    with pytest.raises(Trouble) as told:
        sign(path, role="founder", key=ada)
    assert told.value.key == "seal.not-ours"
    assert not inspect(path.read_bytes()).sound


HOSTILE = [
    b"",
    b"%PDF-1.7",
    b"\x00" * 4096,
    b"%PDF-1.7\n1 0 obj\n" + b"[" * 60_000,
    b"%PDF-1.7\nstartxref\n0\n%%EOF\n",
    b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n",
    b"PK\x03\x04" + b"zip" * 100,
]


@pytest.mark.parametrize("pdf", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_parser_says_is_unreadable(pdf):
    found = verdict(pdf)
    assert (found.verified, found.state, found.signatures) == (False, "unreadable", ())


@pytest.mark.parametrize(
    "fault", [ValueError, KeyError, AttributeError, RecursionError, MemoryError, AssertionError, OSError]
)
def test_any_exception_is_unreadable(once, monkeypatch, fault):
    def explode(*_args, **_more):
        raise fault("boom")

    monkeypatch.setattr("wizard.seal.document.PdfFileReader", explode)
    assert inspect(once).problem == "unreadable"


def rewired(old: bytes, new: bytes) -> bytes:
    """The plain document with one piece replaced by another of the same length, so that all offsets hold."""
    pdf = paper()
    assert pdf.count(old) == 1 and len(new) <= len(old)
    return pdf.replace(old, new.ljust(len(old)))


def tree(pdf: bytes) -> bytes:
    return re.search(rb"/EmbeddedFiles << .*? >> >> >>", pdf)[0]


@pytest.mark.parametrize(
    ("pdf", "problem", "sound"),
    [
        (rewired(tree(paper()), b"/EmbeddedFiles 1 0 R >> /Kids [%s] >>" % (b"1 0 R " * 6)), "unreadable", False),
        (rewired(tree(paper()), b"/EmbeddedFiles 7 >> >>"), "unreadable", False),
        (rewired(tree(paper()), b"/EmbeddedFiles << /Names 5 >> >> >>"), "unreadable", False),
        (re.sub(rb"/Size (\d+) /Root", rb"/Prev 1752 /Size \1 /Root", paper()), "unreadable", False),
        (re.sub(rb"/ID \[[^\]]*\]", b"/ID 5", paper()), "unreadable", False),
        (re.sub(rb"/Root 1 0 R", b"/Root 3 0 R", paper()), "", False),
        (rewired(b"/Kids [3 0 R] /Count 1", b"/Kids [2 0 R] /Count 1"), "", True),
    ],
    ids=["tree-loop", "tree-number", "names-number", "prev-loop", "id-number", "root-page", "pages-loop"],
)
def test_loops_and_wrong_kinds_end_soon_and_are_never_signed(tmp_path, ada, pdf, problem, sound):
    found = inspect(pdf)
    assert (found.problem, found.sound) == (problem, sound)
    path = tmp_path / "handover.pdf"
    path.write_bytes(pdf)
    with pytest.raises(Trouble):
        sign(path, role="founder", key=ada)
    assert path.read_bytes() == pdf


def test_a_bomb_in_an_attachment_is_refused():
    bomb = zlib.compress(b"\0" * 80_000_000, 9)
    body = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    plain = paper(files={"evidence.json": b"MARK"})
    start = plain.index(b"<< /Type /EmbeddedFile")
    end = plain.index(b"endstream", start) + len(b"endstream")
    assert verdict(plain[:start] + body + plain[end:]).state == "unreadable"
