"""The document and the exports. A light door: Jinja and WeasyPrint are loaded at first use, WeasyPrint only in a child process."""

from __future__ import annotations

import hashlib

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment
from wizard.report.answers import answers_csv, answers_md
from wizard.report.boundaries import Told, derive
from wizard.report.boundaries.boxes import drawn
from wizard.report.child import PdfUnavailable, make
from wizard.report.compare import Change, Comparison, compare, compare_pdf
from wizard.report.decision import verdict_text
from wizard.report.document import Edition, Paper, Signer, build
from wizard.report.engine import engine
from wizard.report.junit import junit
from wizard.report.proof import proof as proof_table
from wizard.report.results import encode, next_step, results, said, summary
from wizard.report.sarif import sarif
from wizard.report.schema import results_schema
from wizard.words import say

__all__ = [
    "Change",
    "Comparison",
    "Edition",
    "Paper",
    "PdfUnavailable",
    "Signer",
    "answers_csv",
    "answers_md",
    "compare",
    "compare_pdf",
    "diagram",
    "encode",
    "engine",
    "junit",
    "make_html",
    "make_pdf",
    "next_step",
    "proof_table",
    "results",
    "results_schema",
    "said",
    "sarif",
    "summary",
    "verdict_text",
]


def make_pdf(
    assessment: Assessment,
    judgement: Judgement,
    checklist: Checklist,
    evidence: bytes,
    *,
    edition: Edition = "reviewer",
    paper: Paper = "a4",
    signer: Signer | None = None,
) -> bytes:
    """The document as PDF/A-3a and PDF/UA-1. `evidence` is attached byte for byte; its SHA-256 begins the file's id. PdfUnavailable without Pango.

    The public edition carries no findings, so it carries neither the evidence nor the results.
    """
    page = build(assessment, judgement, checklist, evidence, edition=edition, paper=paper, signer=signer)
    digest = hashlib.sha256(evidence).hexdigest()
    attached: list[tuple[str, str, bytes]] = []
    if edition == "reviewer":
        found = encode(results(assessment, judgement, checklist))
        sums = "".join(
            f"{hashlib.sha256(raw).hexdigest()}  {name}\n"
            for name, raw in (("evidence.json", evidence), ("results.json", found))
        )
        if signer is not None:  # what the cover says, for programs; tools that check sums pass a comment over
            sums += f"# signer {signer.role} {signer.fingerprint.replace('-', '').lower()}\n"
        attached = [
            ("evidence.json", say("report.method.attached-evidence"), evidence),
            ("results.json", say("report.method.attached-results"), found),
            ("SHA256SUMS", say("report.method.attached-sums"), sums.encode("ascii")),
        ]
    return make(page, attached, digest[:32])


def make_html(
    assessment: Assessment,
    judgement: Judgement,
    checklist: Checklist,
    evidence: bytes,
    *,
    edition: Edition = "reviewer",
    paper: Paper = "a4",
    signer: Signer | None = None,
) -> str:
    """The same document as one HTML file with everything inside; needs no library of the system."""
    from wizard.report import render  # noqa: PLC0415  the door stays light

    page = build(assessment, judgement, checklist, evidence, edition=edition, paper=paper, signer=signer)
    return render.html(page | {"medium": "html"})


def diagram(
    assessment: Assessment, judgement: Judgement, checklist: Checklist, columns: int = 78, *, ascii_only: bool = False
) -> str:
    """The boundary diagram in box drawing (or plain letters), at most `columns` wide."""
    return drawn(derive(assessment, judgement, Told(assessment, checklist)), columns, ascii_only=ascii_only)
