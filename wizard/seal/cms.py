"""The one way we write a CMS signature down (RFC 5652, DER, RFC 5035 certificate binding), and the check that a found one is written so.

Much of a CMS container is not covered by its own signature: padding, version numbers, letter case, algorithm parameters, order. We take the covered
facts out, write them down again, and accept nothing but the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from wizard.seal.keys import issued
from wizard.seal.types import Key

SEQUENCE, SET, OCTETS, INTEGER = 0x30, 0x31, 0x04, 0x02
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
TOKEN_ATTRIBUTE = bytes.fromhex("060b2a864886f70d010910020e")
SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
ECDSA_SHA256 = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
RSA_SHA256 = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}).dump()
_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
}


class Malformed(Exception):
    """The container is not written the way we write it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a CMS signature says, as DER: `certificates` signer first, `attributes` and `token` without their outer tag or wrapping."""

    certificates: tuple[bytes, ...]
    attributes: bytes
    signature: bytes
    digest: bytes = SHA256
    scheme: bytes = ECDSA_SHA256
    content_type: bytes = DATA
    content: bytes | None = None
    token: bytes = b""


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER element (X.690, 8.1): tag, shortest definite length, content."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def assemble(parts: Parts) -> bytes:
    """A ContentInfo with one signer, no revocation data, and no unsigned attribute but a timestamp."""
    leaf = cms.Certificate.load(parts.certificates[0])["tbs_certificate"]
    version = tlv(INTEGER, b"\x01" if parts.content is None else b"\x03")
    content = b"" if parts.content is None else tlv(0xA0, tlv(OCTETS, parts.content))
    unsigned = tlv(0xA1, tlv(SEQUENCE, TOKEN_ATTRIBUTE, tlv(SET, parts.token))) if parts.token else b""
    signer = tlv(
        SEQUENCE,
        tlv(INTEGER, b"\x01"),
        tlv(SEQUENCE, leaf["issuer"].dump(), leaf["serial_number"].dump()),
        parts.digest,
        tlv(0xA0, parts.attributes),
        parts.scheme,
        tlv(OCTETS, parts.signature),
        unsigned,
    )
    signed = tlv(
        SEQUENCE,
        version,
        tlv(SET, parts.digest),
        tlv(SEQUENCE, parts.content_type, content),
        tlv(0xA0, *sorted(parts.certificates)),
        tlv(SET, signer),
    )
    return tlv(SEQUENCE, SIGNED_DATA, tlv(0xA0, signed))


def take(der: bytes) -> tuple[Parts, Any, Any]:
    """The parts of a container, its parsed signer info and the signer's parsed certificate; Malformed when there is more or less than we write."""
    container = cms.ContentInfo.load(der, strict=True)
    signed = container["content"]
    if len(signed["signer_infos"]) != 1:
        raise Malformed
    signer = signed["signer_infos"][0]
    known = extract_certificate_info(signed)
    leaf = known.signer_cert
    info = signed["encap_content_info"]
    content = info["content"]
    parts = Parts(
        certificates=(leaf.dump(), *(other.dump() for other in known.other_certs)),
        attributes=signer["signed_attrs"].contents,
        signature=signer["signature"].native,
        digest=signer["digest_algorithm"].dump(),
        scheme=signer["signature_algorithm"].dump(),
        content_type=info["content_type"].dump(),
        content=content.contents if content.native is not None else None,
        token=_token(signer["unsigned_attrs"]),
    )
    return parts, signer, leaf


def _token(attributes: Any) -> bytes:
    if not attributes or attributes.native is None:
        return b""
    if len(attributes) != 1 or attributes[0]["type"].native != "signature_time_stamp_token":
        raise Malformed
    if len(attributes[0]["values"]) != 1:
        raise Malformed
    token: bytes = attributes[0]["values"][0].dump()
    return token


def sound(der: bytes, digest: bytes) -> tuple[bool, bool]:
    """(intact, valid) of a detached signature of ours over content with this SHA-256; raises for anything it cannot read.

    valid: the signature verifies, binds its certificate, and the container is written exactly our way.
    """
    parts, signer, leaf = take(der)
    intact, valid = validate_sig_integrity(signer, leaf, "data", digest)
    ours = parts.digest == SHA256 and parts.content is None and parts.content_type == DATA
    return intact, valid and ours and _plain(parts) and bound(signer) and assemble(parts) == der


def bound(signer: Any) -> bool:
    """Whether the signed attributes name the certificate (signing-certificate-v2); that it is the right one was checked with the signature."""
    return get_signing_cert_attr(signer["signed_attrs"]) is not None


def linked(certificates: tuple[bytes, ...]) -> bool:
    """Whether every further certificate is the checked issuer of the one before, up to a self-signed one; a single certificate is enough."""
    loaded = [x509.load_der_x509_certificate(der) for der in certificates]
    if len(loaded) == 1:
        return True
    left, now = loaded[1:], loaded[0]
    while left:
        above = next((one for one in left if issued(now, one)), None)
        if above is None:
            return False
        left.remove(above)
        now = above
    return issued(now, now)


def _plain(parts: Parts) -> bool:
    public = x509.load_der_x509_certificate(parts.certificates[0]).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return parts.scheme == RSA_SHA256 and linked(parts.certificates)
    if not isinstance(public, ec.EllipticCurvePublicKey) or parts.scheme != ECDSA_SHA256:
        return False
    return _low(parts.signature, public.curve) == parts.signature and linked(parts.certificates)


def _low(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    # (r, s) and (r, order - s) are both good signatures; we make and take only the smaller s, so that nobody can swap them.
    r, s = decode_dss_signature(signature)
    order = _ORDERS.get(curve.name, 0)
    return encode_dss_signature(r, min(s, order - s) if order else s)


def raw_signature(key: Key, data: bytes) -> tuple[bytes, bytes]:
    """The signature of `data` with SHA-256, and the algorithm identifier of its scheme (DER)."""
    private = serialization.load_der_private_key(key.private, None)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), hashes.SHA256()), RSA_SHA256
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return _low(private.sign(data, ec.ECDSA(hashes.SHA256())), private.curve), ECDSA_SHA256
