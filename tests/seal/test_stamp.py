from __future__ import annotations

import datetime
import urllib.request

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.seal.test_sign import good, written
from wizard.demo.parts.http import Response, serve
from wizard.seal import sign
from wizard.seal.document import inspect

LONG_AGO = datetime.datetime.now(datetime.UTC).replace(microsecond=0) - datetime.timedelta(minutes=3)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """A timestamp authority with a small CA above it; answers request bytes with reply bytes."""

    def __init__(self, *, usage=ExtendedKeyUsageOID.TIME_STAMPING, root=True, at=LONG_AGO) -> None:
        now = datetime.datetime.now(datetime.UTC)
        top, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)

        def build(subject, issuer, public):
            return (
                x509.CertificateBuilder()
                .subject_name(named(subject))
                .issuer_name(named(issuer))
                .public_key(public)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=9))
            )

        above = build("Clock CA", "Clock CA", top.public_key()).sign(top, hashes.SHA256())
        leaf = (
            build("Clock", "Clock CA", key.public_key())
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
            .sign(top, hashes.SHA256())
        )
        der = serialization.Encoding.DER
        private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.asked: list[str] = []
        self._dummy = DummyTimeStamper(
            asn1_x509.Certificate.load(leaf.public_bytes(der)),
            keys.PrivateKeyInfo.load(private),
            certs_to_embed=[asn1_x509.Certificate.load(above.public_bytes(der))] if root else [],
            fixed_dt=at,
        )

    def __call__(self, url: str, body: bytes) -> bytes:
        self.asked.append(url)
        return self._dummy.request_tsa_response(tsp.TimeStampReq.load(body)).dump()


@pytest.mark.parametrize("root", [True, False])
def test_a_timestamp_is_taken_and_its_time_reported(tmp_path, plain, ada, cy, root):
    path, clock = written(tmp_path / "handover.pdf", plain), Authority(root=root)
    signed = sign(path, role="founder", key=ada, timestamp_url="https://clock.example/tsa", send=clock)
    assert signed.timestamp == "made"
    assert clock.asked == ["https://clock.example/tsa"], "asked once, with nothing sent twice"
    sign(path, role="consultant", key=cy, timestamp_url="https://clock.example/tsa", send=clock)
    assert good(path.read_bytes()) == ["founder", "consultant"]
    mark = inspect(path.read_bytes()).marks[0]
    assert mark.stamped
    assert mark.time == LONG_AGO.isoformat().replace("+00:00", "Z")


async def test_a_real_authority_on_loopback(tmp_path, plain, ada):
    import asyncio

    clock = Authority()

    def answer(request):
        return Response(200, (("content-type", "application/timestamp-reply"),), clock("x", request.body))

    def send(url: str, body: bytes) -> bytes:
        ask = urllib.request.Request(url, body, {"content-type": "application/timestamp-query"})
        with urllib.request.urlopen(ask, timeout=10) as reply:
            return reply.read()

    path = written(tmp_path / "handover.pdf", plain)
    async with serve(answer) as web:
        signed = await asyncio.to_thread(sign, path, role="founder", key=ada, timestamp_url=f"{web.url}/tsa", send=send)
    assert signed.timestamp == "made"
    assert good(path.read_bytes()) == ["founder"]


def unreachable(_url: str, _body: bytes) -> bytes:
    raise ConnectionRefusedError("nobody there")


def other_digest(_url: str, body: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(body)
    asked["message_imprint"]["hashed_message"] = b"\x07" * 32
    return Authority()("", asked.dump())


@pytest.mark.parametrize(
    "send",
    [
        unreachable,
        other_digest,
        lambda _url, _body: b"",
        lambda _url, _body: b"<html>busy</html>",
        lambda _url, _body: b"\x30" * 70_000,
        lambda _url, _body: None,
        Authority(usage=ExtendedKeyUsageOID.SERVER_AUTH),
        Authority(at=datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)),
        None,
    ],
)
def test_an_authority_that_fails_costs_only_the_timestamp(tmp_path, plain, ada, send):
    path = written(tmp_path / "handover.pdf", plain)
    signed = sign(path, role="founder", key=ada, timestamp_url="https://clock.example/tsa", send=send)
    assert signed.timestamp == "failed"
    assert good(path.read_bytes()) == ["founder"]
    assert not inspect(path.read_bytes()).marks[0].stamped


def test_no_flip_in_a_stamped_signature_is_taken(tmp_path, plain, ada):
    path = written(tmp_path / "handover.pdf", plain)
    sign(path, role="founder", key=ada, timestamp_url="u", send=Authority())
    pdf = path.read_bytes()
    start = pdf.index(b"/Contents <") + 11
    end = pdf.index(b">", start)
    frame = pdf.index(
        b"060B2A864886F70D0109100104", start
    )  # what kind of content the token holds: outside its signature
    tries = [(place, 0) for place in range(start, end, 211)]
    tries += [(place, bit) for place in range(frame - 60, frame + 40) for bit in (0, 2)]
    taken = []
    for place, bit in tries:
        broken = bytearray(pdf)
        broken[place] ^= 1 << bit
        found = inspect(bytes(broken))
        if not found.problem and found.whole and found.marks[0].intact and found.marks[0].valid:
            taken.append(place)
    assert taken == []
