"""The fingerprints that a person has compared and keeps as known: ``known-signers.json`` in the config folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

from wizard.model import Trouble
from wizard.seal.writing import create_private, replace

FILE = "known-signers.json"


def known(folder: Path) -> dict[str, str]:
    """Fingerprint (64 hex) -> name as it was when pinned; empty when there is no file or it cannot be understood."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8")[:1_000_000])
        return {str(key): str(name) for key, name in found.items() if re.fullmatch(r"[0-9a-f]{64}", str(key))}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def pin(fingerprint: str, name: str, folder: Path) -> None:
    """Remember a fingerprint (any grouping) as compared. Raises Trouble: seal.bad-fingerprint and those of writing."""
    plain = re.sub(r"[\s:.-]", "", fingerprint).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise Trouble("seal.bad-fingerprint", fingerprint=fingerprint)
    content = json.dumps(known(folder) | {plain: name}, indent=1, sort_keys=True).encode()
    if not create_private(folder / FILE, content):
        replace(folder / FILE, content)
