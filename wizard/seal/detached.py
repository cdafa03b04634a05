"""The signature of a handover that could not become a PDF: ``evidence.json.p7s`` beside ``evidence.json`` and ``handover.html``.

A CMS signature over the evidence (RFC 5652, detached). Its signed attribute content-hints (RFC 2634, 2.9) holds the role and the SHA-256 of the
pages, so that neither file can change.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, x509
from pyhanko.sign.general import as_signing_certificate_v2

from wizard.model import Trouble
from wizard.seal.cms import DATA, OCTETS, SEQUENCE, SET, Malformed, Parts, assemble, raw_signature, sound, take, tlv
from wizard.seal.document import shown, subject, utc
from wizard.seal.fingerprint import of_certificate
from wizard.seal.types import EVIDENCE, FIELDS, PAGES, Key, Mark, Reading, Signed, signature_files
from wizard.seal.writing import read_file, replace

_HINT = "1.2.840.113549.1.9.16.2.4"


class Hints(core.Sequence):  # type: ignore[misc]
    """ContentHints (RFC 2634, 2.9)."""

    _fields = [("description", core.UTF8String), ("type", core.ObjectIdentifier)]  # noqa: RUF012  asn1crypto's way


def sign_detached(folder: Path, *, role: str, key: Key) -> Signed:
    """Sign the ``evidence.json`` and ``handover.html`` in `folder`: the first signer's file is ``evidence.json.p7s``, a later one's names the role.

    Raises Trouble: seal.bad-role, seal.no-file, seal.too-large, seal.already-signed, and those of writing.
    """
    if role not in FIELDS:
        raise Trouble("seal.bad-role", role=role)
    evidence, pages = read_file(folder / EVIDENCE), read_file(folder / PAGES)
    names = signature_files(folder)
    before = inspect_trio(evidence, pages, [read_file(name) for name in names])
    if not before.sound or not before.unbroken:
        raise Trouble("seal.changed-file", code=1, path=folder / EVIDENCE)
    if any(mark.role == role for mark in before.marks):
        raise Trouble("seal.already-signed", code=1, path=folder / EVIDENCE, role=role)
    path = folder / (f"{EVIDENCE}.{role}.p7s" if names else f"{EVIDENCE}.p7s")
    sealed = seal(evidence, pages, role, key)
    replace(path, sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    return Signed(path, role, key.name, key.fingerprint, key.words, "none", digest)


def seal(evidence: bytes, pages: bytes, role: str, key: Key) -> bytes:
    """The container's bytes (DER)."""
    hint = json.dumps({"pages": hashlib.sha256(pages).hexdigest(), "role": role}, sort_keys=True)
    now = cms.Time({"utc_time": core.UTCTime(datetime.now(UTC).replace(microsecond=0))})
    values = {
        "content_type": DATA,
        "message_digest": tlv(OCTETS, hashlib.sha256(evidence).digest()),
        "signing_time": now.dump(),
        "signing_certificate_v2": as_signing_certificate_v2(x509.Certificate.load(key.certificate)).dump(),
        _HINT: tlv(SEQUENCE, core.UTF8String(hint).dump(), DATA),
    }
    attributes = b"".join(
        sorted(tlv(SEQUENCE, cms.CMSAttributeType(name).dump(), tlv(SET, value)) for name, value in values.items())
    )
    signature, scheme = raw_signature(key, tlv(SET, attributes))
    return assemble(Parts((key.certificate, *key.chain), attributes, signature, scheme=scheme))


def inspect_trio(evidence: bytes, pages: bytes, signatures: list[bytes]) -> Reading:
    """Like `wizard.seal.document.inspect`, for evidence, pages and the signatures beside them. Never raises."""
    try:
        found = [_mark(evidence, der) for der in signatures]
    except Exception:  # hostile bytes, one door
        return Reading(problem="unreadable")
    roles = [mark.role for mark, _pages in found]
    here = hashlib.sha256(pages).hexdigest()
    return Reading(
        whole=len(set(roles)) == len(roles) and set(roles) <= FIELDS.keys(),
        marks=tuple(mark for mark, _pages in found),
        files={EVIDENCE: evidence},
        sound=all(hinted == here for _mark, hinted in found),
    )


def _mark(evidence: bytes, der: bytes) -> tuple[Mark, str]:
    parts, signer, leaf = take(der)
    intact, valid = sound(der, hashlib.sha256(evidence).digest())
    hint = json.loads(_attribute(signer, _HINT, Hints)["description"].native)
    at = _attribute(signer, "1.2.840.113549.1.9.5", cms.Time).native
    validity = leaf["tbs_certificate"]["validity"]
    inside = validity["not_before"].native <= at <= validity["not_after"].native
    mark = Mark(
        role=shown(hint["role"]),
        name=subject(leaf),
        fingerprint=of_certificate(parts.certificates[0]),
        intact=intact,
        valid=bool(valid and inside and not parts.token),
        covers="whole-file",
        changes_after="none",
        time=utc(at),
    )
    return mark, str(hint["pages"])


def _attribute(signer: Any, oid: str, kind: Any) -> Any:
    found = [one for one in signer["signed_attrs"] if one["type"].dotted == oid]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise Malformed
    return kind.load(found[0]["values"][0].dump(), strict=True)
