"""A certificate authority in memory: a root, optionally an intermediate, and every kind of certificate that a server should not have.

Extensions follow RFC 5280 (section 4.2), strictly enough for Python's and OpenSSL's strict verification.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Time = datetime.datetime


def now() -> Time:
    """The present moment, UTC, whole seconds."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Authority:
    """A root that signs. With `intermediate`, leaves are signed one step below it and a full chain carries that step.

    `pem` is the root (what a client trusts); `issuer_pem` / `issuer_der` the certificate that signs leaves (what an AIA address serves).
    """

    def __init__(self, name: str = "Sample Root", *, intermediate: bool = False) -> None:
        self._root_key: Key = ec.generate_private_key(ec.SECP256R1())
        self._root = _authority(name, self._root_key, None, self._root_key)
        self._key, self._issuer = self._root_key, self._root
        if intermediate:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._issuer = _authority(f"{name} Issuing", self._key, self._root, self._root_key)

    @property
    def pem(self) -> bytes:
        """The root, PEM."""
        return _pem(self._root)

    @property
    def issuer_pem(self) -> bytes:
        """The certificate that signs leaves, PEM."""
        return _pem(self._issuer)

    @property
    def issuer_der(self) -> bytes:
        """The certificate that signs leaves, DER, as an AIA address serves it (RFC 5280, section 4.2.2.1)."""
        return self._issuer.public_bytes(serialization.Encoding.DER)

    def issue(
        self,
        names: Sequence[str],
        *,
        not_before: Time | None = None,
        not_after: Time | None = None,
        chain: bool = True,
        self_signed: bool = False,
        aia: str = "",
        rsa_key: bool = False,
    ) -> tuple[bytes, bytes]:
        """(certificate PEM, key PEM). Valid from yesterday for 90 days unless told; names may be IP addresses.

        `chain` appends the intermediate; `self_signed` signs with the leaf's own key; `aia` is the address of the issuer's certificate.
        """
        key: Key = rsa.generate_private_key(65537, 2048) if rsa_key else ec.generate_private_key(ec.SECP256R1())
        subject = _name(names[0] if names else "nobody")
        signer, issuer = (key, subject) if self_signed else (self._key, self._issuer.subject)
        start = not_before or now() - datetime.timedelta(days=1)
        end = not_after or start + datetime.timedelta(days=90)
        builder = _leaf(subject, issuer, key, start, end)
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(authority_key, critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_alt(name) for name in names]), critical=False)
        if aia:
            place = x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(aia)
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
        pem = _pem(builder.sign(signer, hashes.SHA256()))
        if chain and not self_signed and self._issuer is not self._root:
            pem += self.issuer_pem
        return pem, _key_pem(key)

    def context(  # noqa: PLR0913  one keyword per way a certificate can be wrong
        self,
        names: Sequence[str],
        *,
        not_before: Time | None = None,
        not_after: Time | None = None,
        chain: bool = True,
        self_signed: bool = False,
        aia: str = "",
        minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
        client_certificate: bool = False,
    ) -> ssl.SSLContext:
        """A server's context with a fresh certificate. A `minimum` below TLS 1.2 also lowers OpenSSL's security level, as it must."""
        pem, key = self.issue(
            names, not_before=not_before, not_after=not_after, chain=chain, self_signed=self_signed, aia=aia
        )
        context = server_context(pem, key)
        if minimum < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = minimum
        context.maximum_version = maximum
        if client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.pem.decode())
        return context


def server_context(pem: bytes, key: bytes) -> ssl.SSLContext:
    """A server's context from PEM bytes. They touch a private temporary folder for a moment: OpenSSL's loader takes only files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "both.pem"
        both.touch(mode=0o600)
        both.write_bytes(pem + key)
        context.load_cert_chain(both)
    context.set_alpn_protocols(["http/1.1"])
    return context


def by_name(contexts: Mapping[str, ssl.SSLContext], otherwise: ssl.SSLContext) -> ssl.SSLContext:
    """`otherwise`, switching to another context when the client names (SNI, RFC 6066 section 3) one of `contexts`."""

    def choose(line: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        if name and name.lower() in contexts:
            line.context = contexts[name.lower()]

    otherwise.sni_callback = choose
    return otherwise


def _authority(common: str, key: Key, above: x509.Certificate | None, signer: Key) -> x509.Certificate:
    issuer = above.subject if above else _name(common)
    start = now() - datetime.timedelta(days=30)
    builder = _builder(_name(common), issuer, key, start, start + datetime.timedelta(days=3650))
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    usage = _usage(sign_certificates=True)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0 if above else 1), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(authority_key, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _leaf(subject: x509.Name, issuer: x509.Name, key: Key, start: Time, end: Time) -> x509.CertificateBuilder:
    return (
        _builder(subject, issuer, key, start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, start: Time, end: Time) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=not sign_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alt(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
