"""Reads a PDF's signatures and attachments: every rule that the document's form must obey. Meant for a child process; never raises."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data
from pyhanko.sign.validation.status import SignatureCoverageLevel

from wizard.seal.cms import Malformed, sound, take
from wizard.seal.fingerprint import of_certificate
from wizard.seal.revisions import only_signs
from wizard.seal.stamp import read_token
from wizard.seal.types import EVIDENCE, FIELDS, RESULTS, SUMS, Mark, Reading

_ROLES = {name: role for role, name in FIELDS.items()}
MAX_ATTACHMENTS = 16


def inspect(pdf: bytes, *, twice: bool = True) -> Reading:
    """All that can be said about these bytes; whatever goes wrong in a parser is `unreadable`.

    `twice`: let pyHanko judge a counter-signature's changes too, after our own and stricter rule; that takes 25 times as long as all the rest.
    """
    try:
        return _inspect(pdf, twice)
    except Exception:  # the parser meets hostile bytes here: this is the one door (also RecursionError, MemoryError)
        return Reading(problem="unreadable")


def _inspect(pdf: bytes, twice: bool) -> Reading:
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    if reader.encrypted or reader.xrefs.hybrid_xrefs_present:
        raise Malformed
    files = attachments(reader)
    found = sorted(reader.embedded_signatures, key=lambda one: int(one.signed_revision))
    signing = _signing_revisions(reader, found)
    whole = len(signing) == len(found) and reader.xrefs.total_revisions == 1 + len(found) and all(signing)
    marks = tuple(_mark(pdf, one, found[place + 1 :], whole) for place, one in enumerate(found))
    if twice:
        marks = tuple(_judged_twice(one, mark) for one, mark in zip(found, marks, strict=True))
    if marks:
        whole = whole and marks[-1].covers == "whole-file" and _certified(reader, found)
    identifier = bytes(reader.trailer["/ID"][0].original_bytes)
    evidence = files.get(EVIDENCE)
    return Reading(
        whole=whole and (bool(marks) or "/AcroForm" not in reader.root),
        marks=marks,
        files=files,
        sound=evidence is not None and sums_hold(files) and identifier == hashlib.sha256(evidence).digest()[:16],
        first_end=_first_end(pdf, reader),
        facts=_facts(reader, identifier),
        named=named_signers(files.get(SUMS, b"")),
    )


def _signing_revisions(reader: PdfFileReader, found: list[EmbeddedPdfSignature]) -> list[bool]:
    last = reader.xrefs.total_revisions
    return [one.signed_revision == place < last and only_signs(reader, place) for place, one in enumerate(found, 1)]


def _certified(reader: PdfFileReader, found: list[EmbeddedPdfSignature]) -> bool:
    terms = read_certification_data(reader)
    if terms is None or terms.permission != MDPPerm.FILL_FORMS:
        return False
    author = terms.author_sig.get_object()
    first, *later = found
    return author.container_ref == first.sig_object.container_ref and all(one.docmdp_level is None for one in later)


def _mark(pdf: bytes, one: EmbeddedPdfSignature, later: list[EmbeddedPdfSignature], whole: bool) -> Mark:
    parts, _signer, leaf = take(_container(pdf, one))
    digest = one.compute_digest("sha256")
    intact, valid = sound(_container(pdf, one), digest)
    coverage = one.evaluate_signature_coverage()
    ends = int(one.byte_range[2]) + int(one.byte_range[3]) == len(pdf)
    covers = "whole-file" if coverage == SignatureCoverageLevel.ENTIRE_FILE and ends else "earlier-revision"
    intact = intact and coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    changes = "none" if covers == "whole-file" else "signature-only" if whole and later else "other"
    stamp = read_token(parts.token, parts.signature) if parts.token else ""
    claimed = one.self_reported_timestamp
    inside = _inside(leaf, claimed)
    return Mark(
        role=_ROLES.get(one.field_name, shown(one.field_name)),
        name=subject(leaf),
        fingerprint=of_certificate(parts.certificates[0]),
        intact=intact,
        valid=valid and inside and _proper(one) and bool(stamp or not parts.token),
        covers=covers,
        changes_after=changes,
        time=stamp or utc(claimed),
        stamped=bool(stamp),
    )


def _judged_twice(one: EmbeddedPdfSignature, mark: Mark) -> Mark:
    if not (mark.intact and mark.valid and mark.changes_after == "signature-only"):
        return mark
    one.compute_integrity_info()  # type: ignore[no-untyped-call]
    return mark if one.summarise_integrity_info()["docmdp_ok"] else replace(mark, changes_after="other")


def _container(pdf: bytes, one: EmbeddedPdfSignature) -> bytes:
    """The signature's bytes out of the gap that the byte range leaves: ``<`` upper-case hex, then only zeros ``>`` (ISO 32000-2, 12.8.1)."""
    start, first, second, _rest = (int(number) for number in one.byte_range)
    gap = pdf[first:second]
    padded = gap[1:-1]
    if start != 0 or not re.fullmatch(rb"<[0-9A-F]+>", gap) or len(padded) % 2:
        raise Malformed
    content = bytes.fromhex(padded.decode("ascii"))
    if content != one.pkcs7_content or content[:2] not in (b"\x30\x82", b"\x30\x83"):
        raise Malformed
    extra = content[1] & 0x0F
    length = 2 + extra + int.from_bytes(content[2 : 2 + extra], "big")
    if length > len(content) or content[length:].strip(b"\0"):
        raise Malformed
    return content[:length]


def _proper(one: EmbeddedPdfSignature) -> bool:
    return one.sig_object_type == "/Sig" and one.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached"


def _inside(leaf: Any, at: datetime | None) -> bool:
    validity = leaf["tbs_certificate"]["validity"]
    return at is not None and bool(validity["not_before"].native <= at <= validity["not_after"].native)


def subject(leaf: Any) -> str:
    """The name in a certificate, made safe to show."""
    names = leaf.subject.native
    return shown(str(names.get("common_name") or leaf.subject.human_friendly))


def shown(text: object) -> str:
    """Hostile text for a person's eyes: at most 120 characters, no control, format or unassigned ones."""
    return "".join(letter if unicodedata.category(letter)[0] != "C" else "\ufffd" for letter in str(text)[:120])


def utc(at: datetime | None) -> str:
    """UTC, ISO 8601 with a Z; "" for no time."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z") if at else ""


def attachments(reader: PdfFileReader) -> dict[str, bytes]:
    """The document's attached files by name; a name that stands twice is Malformed: nobody could say which one is meant."""
    files: dict[str, bytes] = {}
    for spec in _leaves(_at(_at(reader.root, "/Names", {}), "/EmbeddedFiles", {})):
        name = str(spec["/UF"] if "/UF" in spec else spec["/F"])
        if name in files or len(files) >= MAX_ATTACHMENTS:
            raise Malformed
        files[name] = bytes(spec["/EF"]["/F"].data)
    return files


def _leaves(tree: Any) -> list[Any]:
    """The values of a name tree (ISO 32000-2, 7.9.6). Malformed past 64 nodes: a loop, or a tree that nobody needs for three files."""
    found: list[Any] = []
    nodes = [tree]
    for node in nodes:
        pairs = _at(node, "/Names", [])
        found += [pairs[place] for place in range(1, len(pairs), 2)]
        nodes += [kid.get_object() for kid in _at(node, "/Kids", [])]
        if len(nodes) > 64 or len(found) > MAX_ATTACHMENTS:
            raise Malformed
    return found


def _at(node: Any, key: str, default: Any) -> Any:
    """What stands at a key, references followed, which a dictionary's own `get` does not do."""
    return node[key] if key in node else default  # noqa: SIM401


def sums_hold(files: dict[str, bytes]) -> bool:
    """Whether SHA256SUMS lists evidence.json and results.json, and every file that it lists is attached with that hash."""
    lines = files.get(SUMS, b"").decode("utf-8").splitlines()
    listed = [line.split("  ", 1) for line in lines if line and not line.startswith("#")]
    true = all(name in files and hashlib.sha256(files[name]).hexdigest() == value for value, name in listed)
    return true and {EVIDENCE, RESULTS} <= {name for _value, name in listed}


def named_signers(sums: bytes) -> dict[str, str]:
    """The signers that the document names: lines ``# signer ROLE FINGERPRINT`` in SHA256SUMS, which checking tools skip as comments."""
    found = re.findall(rb"^# signer ([a-z]+) ([0-9A-Fa-f-]{64,79})\s*$", sums, re.MULTILINE)
    return {role.decode(): value.decode().replace("-", "").lower() for role, value in found if role.decode() in FIELDS}


def _first_end(pdf: bytes, reader: PdfFileReader) -> int:
    start = int(reader.xrefs.get_startxref_for_revision(0))
    return pdf.find(b"%%EOF", pdf.find(b"startxref", start))


def _facts(reader: PdfFileReader, identifier: bytes) -> dict[str, str]:
    info = _at(reader.trailer, "/Info", {})
    entries = {str(name).lstrip("/"): shown(info[name]) for name in list(info)[:40]}
    return entries | {"id": identifier.hex(), "media": _media(reader)}


def _media(reader: PdfFileReader) -> str:
    """The first page's size in points, such as ``595x842``; "" when it is not said in the usual place."""
    node = _at(reader.root, "/Pages", {})
    for _ in range(8):
        kids = _at(node, "/Kids", [])
        if not kids:
            break
        node = kids[0]
    return "x".join(str(round(float(edge))) for edge in list(_at(node, "/MediaBox", []))[2:4])
