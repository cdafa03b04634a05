"""The words by which a person recognises our own messages in the product afterwards."""

from __future__ import annotations

from wizard.probe import Target


def sentinel(target: Target) -> str:
    """The text of every test message: short, so that it costs next to nothing, and the run's own."""
    return f"LR test {target.run_id or 'x'}"
