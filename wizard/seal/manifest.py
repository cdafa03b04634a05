"""SHA256SUMS, the list of hashes that a handover carries; also the place where the pages' named signers can be read by a program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sums(files: Mapping[str, bytes], signers: Mapping[str, str] | None = None) -> bytes:
    """Lines that ``sha256sum -c`` checks, then ``# signer ROLE FINGERPRINT`` (64 hex) for each signer whom the cover names."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]
    for role, fingerprint in sorted((signers or {}).items()):
        lines.append(f"# signer {role} {fingerprint.replace('-', '').lower()}")
    return ("\n".join(lines) + "\n").encode()
