"""`export`, `sign`, `verify`, `compare`: papers from an assessment that was made before. Nothing is sent to the product."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from wizard import report, seal
from wizard.cli.show import changes, safe
from wizard.model import Trouble
from wizard.session import drafts, papers
from wizard.session.titles import titles
from wizard.store import config
from wizard.words import say

KINDS = ("pdf", "html", "json", "sarif", "junit", "answers")


def export(options: argparse.Namespace) -> int:
    """Write the wanted files from an assessment."""
    wanted: dict[str, Path] = {kind: path for kind in KINDS if (path := getattr(options, kind))}
    if not wanted and not options.drafts:
        raise Trouble("cli.export.nothing")
    session = papers.opened(options.assessment)
    if options.drafts:
        for line in drafts.write(session, options.drafts):
            print(safe(line), file=sys.stderr)
    try:
        papers.write(session, wanted, edition=options.edition, paper=options.paper)
    except report.PdfUnavailable as lacking:
        print(say("cli.export.no-pdf", how=say(lacking.key, **lacking.slots)), file=sys.stderr)
        return 4
    for path in wanted.values():
        if str(path) != "-":
            print(say("cli.export.done", file=path), file=sys.stderr)
    return 0


def sign(options: argparse.Namespace) -> int:
    """Add a signature, whole or not at all."""
    if not seal.carried(options.pdf):  # before a key is made for nothing
        if papers.is_pdf(options.pdf):
            raise Trouble("cli.sign.no-evidence", code=1, path=options.pdf)
        raise Trouble(
            "seal.unreadable-file" if options.pdf.is_file() else "seal.no-file",
            code=1 if options.pdf.is_file() else 2,
            path=options.pdf,
            error=os.strerror(2),
        )
    if options.p12:
        key = seal.imported_key(options.p12, _passphrase(say("cli.sign.ask-p12"), new=False))
    else:
        key = seal.own_key(options.name, _passphrase(say("cli.sign.ask-own"), new=True), folder=config(os.environ))
        if key.made:
            print(say("seal.key-made", path=key.path), file=sys.stderr)
        if not key.protected:
            print(say("seal.key-open", path=key.path), file=sys.stderr)
    signed = seal.sign(
        options.pdf,
        role=options.role,
        key=key,
        name=options.name,
        out=options.out,
        timestamp_url=options.timestamp or "",
        send=papers.stamps(options.timestamp) if options.timestamp else None,
    )
    if signed.timestamp == "failed":
        print(say("seal.no-timestamp"), file=sys.stderr)
    print(say("seal.signed", name=signed.name, path=signed.path, role=signed.role, words=" ".join(signed.words)))
    print(say("seal.proves"), file=sys.stderr)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Say what a document's signatures and evidence are worth; 0 when verified."""
    if not options.pdf.exists():
        raise Trouble("seal.no-file", path=options.pdf, error=os.strerror(2))
    found = papers.verify(options.pdf, os.environ, trust=options.trust or "", rebuild=options.rebuild)
    if options.json:
        papers.put(options.json, papers.verification_json(found))
    if str(options.json) != "-":
        print("\n".join(safe(line) for line in [found.sentence, *papers.verification_lines(found)]))
    return 0 if found.verified else 1


def compare(options: argparse.Namespace) -> int:
    """What changed between two assessments."""
    old, new = papers.opened(options.old), papers.opened(options.new)
    found = papers.compared(old, new)
    if options.json:
        papers.put(options.json, report.encode(found.plain()))
    if options.pdf:
        papers.put(options.pdf, report.compare_pdf(found, new.checklist, new.assessment.subject.product))
    if str(options.json) != "-":
        print("\n".join(safe(line) for line in changes(found, titles(new.checklist))))
    return 0


def _passphrase(prompt: str, *, new: bool) -> str:
    """From the environment, else from the terminal, else none."""
    known = os.environ.get("LAUNCH_READY_PASSPHRASE", "")
    if known or not sys.stdin.isatty():
        return known
    typed = getpass.getpass(prompt + " ")
    if new and typed and getpass.getpass(say("cli.sign.again") + " ") != typed:
        raise Trouble("cli.sign.differs")
    return typed
