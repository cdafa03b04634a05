from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from wizard.model import Trouble
from wizard.seal import Key, imported_key, known, own_key, pin, spoken, understood
from wizard.seal.fingerprint import answers_to, vocabulary
from wizard.seal.types import FIELDS
from wizard.words import say

PASS = "correct " + "horse"


def certificate(key, name, issuer=None, issuer_key=None, *, ca=False, days=30, start=-1):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=start))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key or key, hashes.SHA256() if not isinstance(key, ed25519.Ed25519PrivateKey) else None)
    )


def bundle(path: Path, key, leaf, chain=(), passphrase=PASS) -> Path:
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"k", key, leaf, list(chain), BestAvailableEncryption(passphrase.encode())
        )
    )
    return path


def issued_bundle(path: Path, *, with_root: bool = True) -> Path:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    root = certificate(root_key, "Small CA", ca=True)
    leaf = certificate(key, "Ada At Work", root, root_key)
    return bundle(path, key, leaf, [root] if with_root else [])


def test_an_own_key_is_made_once_and_then_found(tmp_path):
    first = own_key("Ada Osei", PASS, organisation="Brightside", email="ada@example.com", folder=tmp_path / "deep")
    again = own_key("  Ada   Osei ", PASS, folder=tmp_path / "deep")
    assert (first.made, again.made) == (True, False)
    assert first.fingerprint == again.fingerprint
    assert first.protected and again.protected and first.own
    assert first.path is not None
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.path.parent.stat().st_mode) == 0o700
    assert own_key("Bo", PASS, folder=tmp_path / "deep").fingerprint != first.fingerprint


def test_an_own_certificate_says_that_it_is_self_issued_and_can_only_sign(ada: Key):
    found = x509.load_der_x509_certificate(ada.certificate)
    assert found.subject == found.issuer
    units = found.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    assert [unit.value for unit in units] == ["Self-issued by launch-ready"]
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign


def test_without_a_passphrase_the_key_is_open_and_says_so(ada: Key, keyring: Path):
    assert ada.protected is False
    assert own_key("Ada Osei", PASS, folder=keyring).protected is False


def test_a_key_never_shows_its_private_part(ada: Key):
    assert "private" not in repr(ada)


@pytest.mark.parametrize(("given", "key"), [("wrong", "wrong-passphrase"), ("", "passphrase-needed")])
def test_a_passphrase_that_does_not_open_is_told(tmp_path, given, key):
    own_key("Ada Osei", PASS, folder=tmp_path)
    with pytest.raises(Trouble) as told:
        own_key("Ada Osei", given, folder=tmp_path)
    assert told.value.key == f"seal.{key}"
    assert "{" not in say(told.value.key, **told.value.slots)
    with pytest.raises(Trouble) as told:
        imported_key(issued_bundle(tmp_path / "work.p12"), given)
    assert told.value.key == f"seal.{key}"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "Ada\x00", "Ada\u202eieso", "A\x1b[2J"])
def test_a_name_that_cannot_stand_in_a_certificate(tmp_path, name):
    with pytest.raises(Trouble) as told:
        own_key(name, folder=tmp_path)
    assert told.value.key == "seal.bad-name"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("with_root", "links"), [(True, 1), (False, 0)])
def test_an_imported_key_brings_its_chain_only_when_it_can_be_checked(tmp_path, with_root, links):
    key = imported_key(issued_bundle(tmp_path / "work.p12", with_root=with_root), PASS)
    assert (key.name, key.own, key.protected, len(key.chain)) == ("Ada At Work", False, True, links)


def _wrong_kind(path):
    key = ed25519.Ed25519PrivateKey.generate()
    return bundle(path, key, certificate(key, "E"))


def _short(path):
    key = rsa.generate_private_key(65537, 1024)
    return bundle(path, key, certificate(key, "S"))


def _expired(path):
    key = ec.generate_private_key(ec.SECP256R1())
    return bundle(path, key, certificate(key, "X", start=-9, days=-2))


def _not_yet(path):
    key = ec.generate_private_key(ec.SECP256R1())
    return bundle(path, key, certificate(key, "X", start=2))


def _no_key(path):
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            None, None, None, [certificate(key, "X")], BestAvailableEncryption(PASS.encode())
        )
    )
    return path


def _garbage(path):
    path.write_bytes(b"not a key at all" * 40)
    return path


@pytest.mark.parametrize(
    ("make", "keys"),
    [
        (_wrong_kind, {"key-kind"}),
        (_short, {"key-kind"}),
        (_expired, {"key-dates"}),
        (_not_yet, {"key-dates"}),
        (_no_key, {"key-empty"}),
        (_garbage, {"key-damaged", "wrong-passphrase"}),
        (lambda path: path, {"no-key-file"}),
        (lambda path: path.parent, {"key-unreadable"}),
    ],
)
def test_a_key_file_that_cannot_be_used(tmp_path, make, keys):
    with pytest.raises(Trouble) as told:
        imported_key(make(tmp_path / "k.p12"), PASS)
    assert told.value.key.removeprefix("seal.") in keys
    assert "{" not in say(told.value.key, **told.value.slots)


def test_a_key_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble) as told:
        own_key("Ada", folder=tmp_path / "file" / "keys")
    assert told.value.key in ("seal.no-key-folder", "seal.key-unreadable")
    assert told.value.code == 4


def test_the_words_are_1024_short_and_each_only_once():
    words = vocabulary()
    assert len(words) == len(set(words)) == 1024
    assert list(words) == sorted(words)
    assert all(word.isascii() and word.islower() and word.isalpha() and 2 <= len(word) <= 8 for word in words)


def test_eight_words_carry_80_bits():
    assert spoken("0" * 64) == (vocabulary()[0],) * 8
    assert spoken("f" * 20 + "0" * 44) == (vocabulary()[-1],) * 8
    assert spoken("0" * 19 + "1" + "f" * 44)[-1] == vocabulary()[1]


def test_a_fingerprint_is_understood_however_it_is_typed(ada: Key):
    plain = ada.fingerprint.replace("-", "").lower()
    for typed in (ada.fingerprint, plain, ada.fingerprint.replace("-", ":"), ada.fingerprint.replace("-", " ")):
        assert understood(typed) == plain
        assert answers_to(ada.fingerprint, understood(typed))
    said = understood(", ".join(ada.words).upper())
    assert answers_to(ada.fingerprint, said)
    for typed in ("", "abc", plain[:-1], plain + "0", " ".join(ada.words[:7]), " ".join([*ada.words[:7], "qwertz"])):
        assert understood(typed) == ""
    assert not answers_to(ada.fingerprint, "")


def test_known_signers_are_kept_by_fingerprint(tmp_path, ada: Key, cy: Key):
    assert known(tmp_path) == {}
    pin(ada.fingerprint, "Ada", tmp_path)
    pin(cy.fingerprint, "Cy", tmp_path)
    assert sorted(known(tmp_path).values()) == ["Ada", "Cy"]
    assert stat.S_IMODE((tmp_path / "known-signers.json").stat().st_mode) == 0o600
    with pytest.raises(Trouble) as told:
        pin("12-34", "Eve", tmp_path)
    assert told.value.key == "seal.bad-fingerprint"
    for broken in ("", "[]", "{", '{"short": "x"}', "[" * 100_000):
        (tmp_path / "known-signers.json").write_text(broken)
        assert known(tmp_path) == {}


def test_every_role_has_a_field_name_in_words():
    assert all(say(f"seal.field-{role}") for role in FIELDS)
