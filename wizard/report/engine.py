"""Whether this computer can make PDFs: tried in a child process, because a machine without Pango or fonts fails in ugly ways."""

from __future__ import annotations

import sys

from wizard.report.child import PdfUnavailable, run

_TRY = "import weasyprint; weasyprint.HTML(string='<p>x</p>').render(); print(weasyprint.__version__)"
SECONDS = 30.0


def engine() -> str:
    """The version of the PDF engine. PdfUnavailable when it does not work here."""
    try:
        return (
            "WeasyPrint "
            + run({}, SECONDS, (sys.executable, "-W", "ignore", "-c", _TRY)).decode("ascii", "replace").split()[-1]
        )
    except PdfUnavailable as lacking:
        if lacking.why == "crashed" and "cannot load library" in lacking.detail:
            raise PdfUnavailable("library", lacking.detail) from lacking
        raise
