"""What the door loads at first use."""

from __future__ import annotations

from wizard.seal.detached import sign_detached
from wizard.seal.keys import imported_key, own_key
from wizard.seal.signing import sign

__all__ = ["imported_key", "own_key", "sign", "sign_detached"]
