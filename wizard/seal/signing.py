"""Signs a handover PDF: PAdES, first a certification that allows nothing but filling form fields, then counter-signatures in their own fields."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from wizard.model import Trouble
from wizard.seal.cms import Parts, assemble, raw_signature
from wizard.seal.document import inspect
from wizard.seal.keys import clean_name
from wizard.seal.stamp import Stamper, token_for
from wizard.seal.types import EVIDENCE, FIELDS, RESULTS, SUMS, Key, Reading, Send, Signed
from wizard.seal.writing import read_file, replace
from wizard.words import say

_ROOM, _TOKEN_ROOM = 1_200, 12_000
"""Bytes kept free for a signature beside its certificates, and for a timestamp."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who signs, as what, and why."""

    role: str
    key: Key
    name: str
    reason: str


class QuietWriter(IncrementalPdfFileWriter):
    """Adds a revision and leaves the metadata alone: rewriting the XMP packet would damage its PDF/A extension schema."""

    def _update_meta(self) -> None:
        """Write no metadata."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay at PDF 1.7, on which PDF/A-3 stands."""
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Announce PAdES (ETSI EN 319 142-1, 5.6) only: what depends on the key's kind would change the catalog again in a counter-signature."""
        if ext.prefix_name == "/ESIC":
            super().register_extension(ext)


class KeySigner(Signer):
    """Signs with our key and writes the container down in our one way (see `wizard.seal.cms`)."""

    def __init__(self, key: Key, stamper: Stamper | None) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([x509.Certificate.load(der) for der in key.chain])
        super().__init__(signing_cert=x509.Certificate.load(key.certificate), cert_registry=store)
        self._key = key
        self._stamper = stamper

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The bare signature."""
        return raw_signature(self._key, data)[0]

    async def async_sign_prescribed_attributes(
        self,
        digest_algorithm: str,
        signed_attrs: cms.CMSAttributes,
        cms_version: Any = "v1",
        dry_run: Any = False,
        timestamper: Any = None,
        encap_content_info: Any = None,
    ) -> cms.ContentInfo:
        """The container around these attributes, with a timestamp if one is to be had."""
        signature, scheme = raw_signature(self._key, signed_attrs.dump())
        token = await token_for(self._stamper, signature) if self._stamper else b""
        parts = Parts(
            certificates=(self._key.certificate, *self._key.chain),
            attributes=signed_attrs.contents,
            signature=signature,
            scheme=scheme,
            token=token,
        )
        return cms.ContentInfo.load(assemble(parts))


def sign(  # noqa: PLR0913  the command's own options
    pdf: Path,
    *,
    role: str,
    key: Key,
    name: str = "",
    out: Path | None = None,
    timestamp_url: str = "",
    send: Send | None = None,
    reason: str = "",
) -> Signed:
    """Add a signature to `pdf` in place, or to `out`: whole or not at all. A timestamp that cannot be had is left out, which the result says.

    Blocking: call it from a thread. `name` is what viewers show, by default the key's own name, which is what `verify` reports.

    Raises Trouble (words under ``seal``): bad-role, no-file, too-large, unreadable, not-ours, already-signed, changed, disk-full, read-only,
    changed-meanwhile, cannot-sign.
    """
    if role not in FIELDS:
        raise Trouble("seal.bad-role", role=role)
    act = Act(role, key, clean_name(name, empty=True) or key.name, clean_name(reason, empty=True))
    before = read_file(pdf)
    _may_sign(inspect(before, twice=False), pdf, role)
    stamper = Stamper(timestamp_url, send) if timestamp_url and send else None
    stamped = "none" if not timestamp_url else "failed"
    after = b""
    if stamper is not None:
        try:
            after = _add(before, act, stamper)
            stamped = "made"
        except Exception as error:  # whatever a far-away authority does, the signature itself must not be lost
            logging.getLogger(__name__).info("no timestamp: %s", type(error).__name__)
    try:
        after = after or _add(before, act, None)
    except Exception as error:
        raise Trouble("seal.cannot-sign", code=4, path=pdf, error=type(error).__name__) from error
    in_place = out is None or out.resolve() == pdf.resolve()
    replace(out or pdf, after, unchanged=before if in_place else None)
    digest = hashlib.sha256(after).hexdigest()
    return Signed(out or pdf, role, key.name, key.fingerprint, key.words, stamped, digest)


def _may_sign(found: Reading, pdf: Path, role: str) -> None:
    if found.problem:
        raise Trouble("seal.unreadable-file", code=1, path=pdf)
    if not {EVIDENCE, RESULTS, SUMS} <= found.files.keys() or not found.sound:
        raise Trouble("seal.not-ours", code=1, path=pdf)
    if any(mark.role == role for mark in found.marks):
        raise Trouble("seal.already-signed", code=1, path=pdf, role=role)
    if not found.unbroken:
        raise Trouble("seal.changed-file", code=1, path=pdf)


def _add(before: bytes, act: Act, stamper: Stamper | None) -> bytes:
    writer = QuietWriter(BytesIO(before), strict=True)
    first = "/AcroForm" not in writer.root
    if first:
        for known, name in FIELDS.items():
            fields.append_signature_field(writer, _field(known, name))
    meta = PdfSignatureMetadata(
        field_name=FIELDS[act.role],
        name=act.name,
        reason=act.reason or None,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=first,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    room = _ROOM + len(act.key.certificate) + sum(map(len, act.key.chain)) + (_TOKEN_ROOM if stamper else 0)
    signer = PdfSigner(meta, KeySigner(act.key, stamper))
    work = signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=room * 2)
    after: bytes = asyncio.run(work).getvalue()
    found = inspect(after, twice=False)
    if not found.unbroken:
        raise ValueError("the new signature does not verify")
    return after


def _field(role: str, name: str) -> fields.SigFieldSpec:
    invisible = fields.InvisSigSettings(box_out_of_bounds=True)
    return fields.SigFieldSpec(name, invis_sig_settings=invisible, readable_field_name=say(f"seal.field-{role}"))
