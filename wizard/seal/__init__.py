"""Signs handovers and verifies them. The door is light: pyHanko loads at the first signature; `verify` reads in a child process.

Blocking calls all: call them from a thread.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from wizard.seal.fingerprint import grouped, spoken, understood
from wizard.seal.manifest import sums
from wizard.seal.trust import known, pin
from wizard.seal.types import (
    FIELDS,
    EvidenceCheck,
    Key,
    Rebuild,
    Rejudge,
    Send,
    SignatureCheck,
    Signed,
    Verification,
)
from wizard.seal.verdict import carried, to_json, verify

__all__ = [
    "FIELDS",
    "EvidenceCheck",
    "Key",
    "Rebuild",
    "Rejudge",
    "Send",
    "SignatureCheck",
    "Signed",
    "Verification",
    "carried",
    "grouped",
    "imported_key",
    "known",
    "own_key",
    "pin",
    "sign",
    "sign_detached",
    "spoken",
    "sums",
    "to_json",
    "understood",
    "verify",
]


def _heavy() -> ModuleType:
    from wizard.seal import heavy  # noqa: PLC0415  loads pyHanko and cryptography, half a second

    return heavy


def own_key(
    name: str, passphrase: str = "", *, organisation: str = "", email: str = "", folder: Path | None = None
) -> Key:
    """See :func:`wizard.seal.keys.own_key`."""
    key: Key = _heavy().own_key(name, passphrase, organisation=organisation, email=email, folder=folder)
    return key


def imported_key(path: Path, passphrase: str = "") -> Key:
    """See :func:`wizard.seal.keys.imported_key`."""
    key: Key = _heavy().imported_key(path, passphrase)
    return key


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
    """See :func:`wizard.seal.signing.sign`."""
    more = {"name": name, "out": out, "timestamp_url": timestamp_url, "send": send, "reason": reason}
    signed: Signed = _heavy().sign(pdf, role=role, key=key, **more)
    return signed


def sign_detached(folder: Path, *, role: str, key: Key) -> Signed:
    """See :func:`wizard.seal.detached.sign_detached`."""
    signed: Signed = _heavy().sign_detached(folder, role=role, key=key)
    return signed
