"""``python -m wizard.seal.check``: the child that reads hostile files. An `Ask` in JSON on stdin, a `Reading` in JSON on stdout, nothing else."""

from __future__ import annotations

import contextlib
import sys

import msgspec

from wizard.seal.detached import inspect_trio
from wizard.seal.document import inspect
from wizard.seal.types import MAX_FILE, Ask, Reading

try:
    import resource
except ImportError:  # Windows: only the parent's clock guards there
    resource = None  # type: ignore[assignment]

SECONDS, MEMORY = 60, 2 * 1024**3


def limit() -> None:
    """No more than a minute of CPU, 2 GB of memory and not a byte written, where the system can say so."""
    if resource is None:
        return
    for what, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def answer(ask: Ask) -> Reading:
    """What there is to read in these bytes."""
    if max(len(ask.pdf), len(ask.evidence), len(ask.pages)) > MAX_FILE:
        return Reading(problem="unreadable")
    if ask.pdf:
        return inspect(ask.pdf)
    return inspect_trio(ask.evidence, ask.pages, list(ask.signatures))


def main() -> None:
    """Read one question, write one answer."""
    limit()
    ask = msgspec.json.decode(sys.stdin.buffer.read(), type=Ask)
    sys.stdout.buffer.write(msgspec.json.encode(answer(ask)))


if __name__ == "__main__":
    main()
