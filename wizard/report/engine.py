"""Whether this computer can make PDFs: tried in the child process, because a machine without Pango or fonts fails in ugly ways."""

from __future__ import annotations

from wizard.report.child import run

SECONDS = 30.0


def engine() -> str:
    """The name and version of the PDF engine, after it has made a small page with the shipped fonts. PdfUnavailable when it does not work here."""
    return "WeasyPrint " + run({"probe": True}, SECONDS).decode("ascii", "replace").strip()
