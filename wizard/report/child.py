"""Runs the child that makes PDFs: bounded in time, its output checked, every way of failing told apart in words."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from wizard.model import Trouble

SECONDS = 60.0
MISSING = 3
COMMAND = (sys.executable, "-m", "wizard.report")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "XDG_CACHE_HOME")
_KEPT_PREFIXES = ("LD_LIBRARY_", "DYLD_", "WEASYPRINT_", "FONTCONFIG_", "PYTHONHASHSEED", "PYTHONPATH", "MSYS")


class PdfUnavailable(Trouble):
    """No PDF came out: `why` is library (Pango is missing), slow, crashed or garbage. The HTML document can still be made."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"report.trouble.{why}", code=4, detail=detail)
        self.why = why
        self.detail = detail


def run(job: dict[str, Any], seconds: float = SECONDS, command: tuple[str, ...] = COMMAND) -> bytes:
    """What the child wrote for this job. PdfUnavailable when it fails in any way."""
    try:
        done = subprocess.run(  # noqa: S603  our own module by our own interpreter
            command,
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=seconds,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfUnavailable("slow", f"{seconds:g}") from error
    except OSError as error:
        raise PdfUnavailable("crashed", str(error)) from error
    if done.returncode == MISSING:
        raise PdfUnavailable("library", _last(done.stderr))
    if done.returncode:
        raise PdfUnavailable("crashed", _last(done.stderr))
    return done.stdout


def make(page: dict[str, Any], attachments: list[tuple[str, str, bytes]], identifier: str, **how: Any) -> bytes:
    """A PDF of `page` with `attachments` (name, description, bytes). PdfUnavailable when what comes back is none."""
    files = [
        {"name": name, "description": description, "data": base64.b64encode(raw).decode("ascii")}
        for name, description, raw in attachments
    ]
    made = run({"page": page, "attachments": files, "identifier": identifier}, **how)
    if not made.startswith(b"%PDF-") or not made.rstrip().endswith(b"%%EOF"):
        raise PdfUnavailable("garbage")
    return made


def _environment() -> dict[str, str]:
    """Only what the child needs: no token and no passphrase of the person passes."""
    kept = {k: v for k, v in os.environ.items() if k.upper() in _KEPT or k.upper().startswith(_KEPT_PREFIXES)}
    here = str(Path(__file__).resolve().parents[2])
    kept["PYTHONPATH"] = os.pathsep.join(part for part in (here, kept.get("PYTHONPATH", "")) if part)
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    kept["PYTHONIOENCODING"] = "utf-8"
    return kept


def _last(stderr: bytes) -> str:
    """The last line that the child said, cut short."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
