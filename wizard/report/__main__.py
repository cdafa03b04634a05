"""The child that makes a PDF: a job as JSON on standard input, PDF bytes on standard output. Whatever a library prints goes to standard error.

The job: ``{"page": {...}, "attachments": [{"name", "description", "data"}], "identifier": hex}``. Exit 0 done, 3 a library of the system is missing,
1 our own bug. ``{"probe": true}`` only tries whether a PDF could be made, and writes the engine's version.
"""

from __future__ import annotations

import json
import os
import sys
import warnings

MISSING = 3


def main() -> int:
    """Make one PDF; see the module."""
    real = os.dup(1)
    os.dup2(2, 1)
    warnings.filterwarnings("ignore", message=".*harfbuzz.*", category=DeprecationWarning)
    job = json.loads(sys.stdin.buffer.read())
    try:
        from wizard.report import paint  # noqa: PLC0415  only now: standard output is out of its reach

        probing = bool(job.get("probe"))
        made = paint.tried().encode() if probing else paint.pdf(job["page"], job["attachments"], job["identifier"])
    except (OSError, ImportError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return MISSING
    with os.fdopen(real, "wb") as out:
        out.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
