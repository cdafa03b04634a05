"""Reading certificates (RFC 5280): names, dates, and where the issuer's own certificate can be fetched. Untrusted bytes, so bounded and never raising."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

NAMES_MOST = 200
TEXT_MOST = 200
BYTES_MOST = 65_536


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. Times are epoch seconds; `fingerprint` is SHA-256 in hex; `issuer_place` the http address of its issuer, or ""."""

    der: bytes
    names: tuple[str, ...]
    subject: str
    issuer: str
    not_before: float
    not_after: float
    fingerprint: str
    issuer_place: str
    self_issued: bool


def read(der: bytes) -> Certificate | None:
    """The certificate, or None when it cannot be read."""
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            der=der,
            names=_names(found),
            subject=found.subject.rfc4514_string()[:TEXT_MOST],
            issuer=found.issuer.rfc4514_string()[:TEXT_MOST],
            not_before=found.not_valid_before_utc.timestamp(),
            not_after=found.not_valid_after_utc.timestamp(),
            fingerprint=hashlib.sha256(der).hexdigest(),
            issuer_place=_place(found),
            self_issued=found.subject == found.issuer,
        )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None


def as_issuer(raw: bytes) -> Certificate | None:
    """A fetched issuer (DER, PEM or PKCS #7). One that issued itself is never taken: loaded, it would be an anchor."""
    if not raw or len(raw) > BYTES_MOST:
        return None
    for load in (x509.load_der_x509_certificate, x509.load_pem_x509_certificate, _first_of_pkcs7):
        try:
            found = read(load(raw).public_bytes(Encoding.DER))
        except (ValueError, TypeError, IndexError, UnsupportedAlgorithm):
            continue
        return found if found is not None and not found.self_issued else None
    return None


def _first_of_pkcs7(raw: bytes) -> x509.Certificate:
    return pkcs7.load_der_pkcs7_certificates(raw)[0]


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    hosts = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    return tuple((hosts + [str(ip) for ip in names.get_values_for_type(x509.IPAddress)])[:NAMES_MOST])


def _place(found: x509.Certificate) -> str:
    try:
        access = found.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    for one in access:
        where = one.access_location
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
            where, x509.UniformResourceIdentifier
        ):
            return where.value if where.value.startswith("http://") else ""
    return ""
