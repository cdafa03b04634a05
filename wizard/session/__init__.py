"""Everything that a face may touch: open, answer, run, decide, export, sign, verify."""

from __future__ import annotations

from wizard.session.core import Session
from wizard.session.runs import Event, Running

__all__ = ["Event", "Running", "Session"]
