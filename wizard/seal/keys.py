"""The key a person signs with: their own (P-256, self-issued, kept in the config folder) or an imported ``.p12``."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import unicodedata
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from platformdirs import user_config_path

from wizard.model import Trouble
from wizard.seal.types import Key
from wizard.seal.writing import create_private

LIFE = datetime.timedelta(days=5 * 365)
ROUNDS = 200_000
"""PBKDF2 rounds for an own key's file: about 0.1 s a try."""
MARK = "Self-issued by launch-ready"
"""Stands in the certificate as its organisational unit: nobody vouches for the name. Data, not a sentence: it must never change."""


def config_folder() -> Path:
    """Where keys and known fingerprints are kept: never in the folder of an assessment, which gets shared."""
    return user_config_path("launch-ready", appauthor=False)


def own_key(
    name: str, passphrase: str = "", *, organisation: str = "", email: str = "", folder: Path | None = None
) -> Key:
    """The key of this person on this computer, made on first use. Without a passphrase it is made open (mode 0600): see `Key.protected`.

    Raises Trouble: seal.bad-name, seal.wrong-passphrase, seal.no-key-folder.
    """
    name = clean_name(name)
    path = (folder or config_folder()) / f"{_slug(name)}.p12"
    for _attempt in range(2):
        try:
            return _open(_read(path), path, passphrase, own=True)
        except FileNotFoundError:
            sealed = _make(name, passphrase, clean_name(organisation, empty=True), clean_name(email, empty=True))
            if create_private(path, sealed):
                return _open(sealed, path, passphrase, own=True, made=True)
    raise Trouble("seal.no-key-folder", code=4, path=path)


def imported_key(path: Path, passphrase: str = "") -> Key:
    """A key from a ``.p12`` or ``.pfx`` file. Raises Trouble: seal.no-key-file, seal.wrong-passphrase, seal.key-kind, seal.key-dates."""
    try:
        sealed = _read(path)
    except FileNotFoundError:
        raise Trouble("seal.no-key-file", path=path) from None
    return _open(sealed, path, passphrase, own=False)


def clean_name(name: str, *, empty: bool = False) -> str:
    """A name as it may stand in a certificate: 1 to 64 printable characters (RFC 5280, upper bound of a common name)."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if len(name) > 64 or not (name or empty) or any(unicodedata.category(letter)[0] == "C" for letter in name):
        raise Trouble("seal.bad-name")
    return name


def _slug(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower())
    return f"{plain.strip('-')[:40] or 'key'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1_000_000)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Trouble("seal.key-unreadable", code=4, path=path, error=error.strerror or "") from error


def _make(name: str, passphrase: str, organisation: str, email: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, MARK)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if email:
        parts.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, email))
    who = x509.Name(parts)
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # another computer's clock may lag
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, _encryption(passphrase))


def _encryption(passphrase: str) -> serialization.KeySerializationEncryption:
    if not passphrase:
        return serialization.NoEncryption()
    return (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.encode())
    )


def _open(sealed: bytes, path: Path, passphrase: str, *, own: bool, made: bool = False) -> Key:
    bundle, protected = _unlock(sealed, path, passphrase)
    key, leaf = bundle.key, bundle.cert
    if key is None or leaf is None:
        raise Trouble("seal.key-empty", path=path)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or key.key_size < 256:
        raise Trouble("seal.key-kind", path=path)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 2048:
        raise Trouble("seal.key-kind", path=path)
    certificate = leaf.certificate
    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*spki) != key.public_key().public_bytes(*spki):
        raise Trouble("seal.key-empty", path=path)
    if not certificate.not_valid_before_utc <= datetime.datetime.now(datetime.UTC) <= certificate.not_valid_after_utc:
        raise Trouble("seal.key-dates", path=path, end=certificate.not_valid_after_utc.date().isoformat())
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Key(
        name=str(names[0].value) if names else certificate.subject.rfc4514_string(),
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        private=private,
        chain=_chain(certificate, [other.certificate for other in bundle.additional_certs]),
        own=own,
        made=made,
        protected=protected,
        path=path,
    )


def _unlock(sealed: bytes, path: Path, passphrase: str) -> tuple[pkcs12.PKCS12KeyAndCertificates, bool]:
    # An open file is opened even when a passphrase is given: what counts then is that `protected` says the truth.
    for secret in (None, b"") if not passphrase else (passphrase.encode(), None, b""):
        try:
            return pkcs12.load_pkcs12(sealed, secret), bool(secret)
        except (ValueError, TypeError):
            continue
        except Exception as error:
            raise Trouble("seal.key-damaged", path=path) from error
    raise Trouble("seal.wrong-passphrase" if passphrase else "seal.passphrase-needed", path=path)


def _chain(leaf: x509.Certificate, others: list[x509.Certificate]) -> tuple[bytes, ...]:
    """The issuers up to a self-signed root, or nothing: a link that a reader cannot check would be bytes that anyone may change."""
    found: list[x509.Certificate] = []
    now = leaf
    while not issued(now, now):
        above = next((one for one in others if one not in found and issued(now, one)), None)
        if above is None or len(found) > 8:
            return ()
        found.append(above)
        now = above
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in found)


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate` (name and signature)."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # any reason not to verify, from hostile certificates as well, is a no
        return False
    return True


def passphrase_from_environment() -> str:
    """``LAUNCH_READY_PASSPHRASE``, or ""."""
    return os.environ.get("LAUNCH_READY_PASSPHRASE", "")
