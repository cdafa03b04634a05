"""The wizard in a browser on this computer: one link that works once, one session, no other host ever asked."""

from __future__ import annotations

from wizard.serve.server import serve

__all__ = ["serve"]
