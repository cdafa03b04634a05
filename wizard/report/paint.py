"""HTML to PDF. Loaded only in the child process (`python -m wizard.report`): importing it needs Pango, and prints when there is none.

Nothing is fetched: every address but ``data:`` is refused.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher

from wizard.report import pdfa
from wizard.report.render import css, html


class Refuse(URLFetcher):  # type: ignore[misc]
    """Lets ``data:`` addresses through and nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """The content of a ``data:`` address; ValueError, which WeasyPrint passes over, for any other."""
        if not url.startswith("data:"):
            msg = f"refused: {url[:80]}"
            raise ValueError(msg)
        return super().fetch(url, headers)


def pdf(page: dict[str, Any], attachments: list[dict[str, str]], identifier: str) -> bytes:
    """The PDF with its attachments (name, description, base64 data). `identifier`: the file id in hex, 16 bytes."""
    fetcher = Refuse(allowed_protocols=["data"])
    made = datetime.fromisoformat(page["created"].replace("Z", "+00:00"))
    document = weasyprint.HTML(string=html(page), url_fetcher=fetcher).render()
    pdfa.prepare(document)
    attached = [
        weasyprint.Attachment(
            string=base64.b64decode(one["data"]),
            name=one["name"],
            description=one["description"],
            created=made,
            modified=made,
            relationship="Data",
            url_fetcher=fetcher,
        )
        for one in attachments
    ]
    written: bytes = document.write_pdf(
        pdf_variant=pdfa.VARIANT,
        pdf_identifier=bytes.fromhex(identifier),
        attachments=attached,
        finisher=pdfa.finish,
    )
    return written


def tried() -> str:
    """The engine's version, once it has drawn a word in the shipped fonts."""
    weasyprint.HTML(string=f"<style>{css()}</style><p>x</p>", url_fetcher=Refuse()).write_pdf()
    return str(weasyprint.__version__)
