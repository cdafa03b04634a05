"""Files that leave the wizard: the document and its exports, signatures and their verification, evidence that was handed over."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wizard import __version__, report, seal
from wizard.checklist import load
from wizard.judge import judge
from wizard.model import Assessment, FileRef, Trouble
from wizard.net import Access, Call, open_net
from wizard.probes import PROBES
from wizard.session.core import Session
from wizard.store import config, load_file, write_whole
from wizard.store import load as read_assessment
from wizard.words import say

MOST_EVIDENCE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """What to write and, with a `name`, sign."""

    place: Path
    edition: report.Edition = "reviewer"
    paper: report.Paper = "a4"
    name: str = ""
    role: str = "founder"
    passphrase: str = ""


def write(
    session: Session, wanted: Mapping[str, Path], *, edition: report.Edition = "reviewer", paper: report.Paper = "a4"
) -> None:
    """Write each wanted kind (json, sarif, junit, pdf, html, answers) to its path, ``-`` being standard output."""
    for kind, path in wanted.items():
        _put(path, made(session, kind, path, edition=edition, paper=paper))


def made(
    session: Session, kind: str, path: Path, *, edition: report.Edition = "reviewer", paper: report.Paper = "a4"
) -> bytes:
    """The bytes of one export. `answers` looks at the path's ending: .csv or .md."""
    parts = (session.assessment, session.judgement, session.checklist)
    match kind:
        case "json":
            return report.encode(session.results())
        case "sarif":
            return (json.dumps(report.sarif(*parts), ensure_ascii=False, indent=2) + "\n").encode()
        case "junit":
            return report.junit(*parts)
        case "answers" if path.suffix.lower() == ".csv":
            return report.answers_csv(*parts).encode()
        case "answers" if path.suffix.lower() == ".md":
            return report.answers_md(*parts).encode()
        case "answers":
            raise Trouble("cli.answers-ending", file=path)
        case "html":
            return report.make_html(*parts, session.evidence(), edition=edition, paper=paper).encode()
        case _:
            return report.make_pdf(*parts, session.evidence(), edition=edition, paper=paper)


def handover(session: Session, folder: Path, environ: Mapping[str, str]) -> tuple[list[Path], int]:
    """The signed PDF and ``results.json`` in `folder`; where no PDF can be made, HTML, evidence and a signature, and code 4."""
    folder.mkdir(parents=True, exist_ok=True)
    subject = session.assessment.subject
    key = seal.own_key(subject.assessor, environ.get("LAUNCH_READY_PASSPHRASE", ""), folder=config(environ))
    results = folder / "results.json"
    write(session, {"json": results})
    try:
        pdf = folder / "handover.pdf"
        write_signed(session, pdf, key, subject.role)
    except report.PdfUnavailable as lacking:
        return [*_trio(session, folder, key, subject.role), results], _said(lacking)
    return [pdf, results], 0


def write_signed(
    session: Session,
    pdf: Path,
    key: seal.Key,
    role: str,
    *,
    edition: report.Edition = "reviewer",
    paper: report.Paper = "a4",
) -> seal.Signed:
    """Write the document with the signer's name and fingerprint on its cover, then sign it."""
    signer = report.Signer(key.name, role, key.fingerprint)
    parts = (session.assessment, session.judgement, session.checklist, session.evidence())
    _put(pdf, report.make_pdf(*parts, edition=edition, paper=paper, signer=signer))
    return seal.sign(pdf, role=role, key=key, name=key.name)


def make(session: Session, order: Order, environ: Mapping[str, str]) -> list[str]:
    """Write the document and, with a name, sign it; the lines that say what came of it. Blocks: call it from a thread."""
    place = order.place
    if (
        not order.name or order.edition == "public"
    ):  # the public edition carries no evidence that a signature could stand for
        write(session, {"pdf": place}, edition=order.edition, paper=order.paper)
        return [say("tui.seal.written", file=place)]
    key = seal.own_key(order.name, order.passphrase, folder=config(environ))
    signed = write_signed(session, place, key, order.role, edition=order.edition, paper=order.paper)
    return [
        say("tui.seal.written", file=place),
        say("seal.signed", name=signed.name, path=place, role=order.role, words=" ".join(signed.words)),
        *([say("seal.key-made", path=key.path)] if key.made else []),
        say("seal.proves"),
        "",
        say("tui.seal.how-to-check", file=place),
    ]


def verify(path: Path, environ: Mapping[str, str], *, trust: str = "", rebuild: bool = False) -> seal.Verification:
    """Verify a signed PDF, or the folder's trio where no PDF could be made. Blocks: call it from a thread."""
    known = seal.known(config(environ))
    return seal.verify(path, trust=trust, known=known, rejudge=rejudged, rebuild=rebuilt if rebuild else None)


def rebuilt(evidence: bytes, facts: Mapping[str, str]) -> bytes | None:
    """The pages drawn again from `evidence` as they were first written; None when another version made them."""
    if json.loads(evidence)["tool"]["version"] != __version__:
        return None
    assessment = read_assessment(evidence, PROBES)
    checklist = load()
    judgement = judge(assessment.evidence, checklist, PROBES, assessment.only)
    signer = None
    if facts.get("named") == "yes":
        signer = report.Signer(facts["first-name"], facts["first-role"], facts["first-fingerprint"])
    paper: report.Paper = "letter" if facts.get("media", "").startswith("612") else "a4"
    return report.make_pdf(assessment, judgement, checklist, evidence, paper=paper, signer=signer)


def verification_lines(found: seal.Verification) -> list[str]:
    """The details of a verification, for people."""
    lines = []
    for one in found.signatures:
        state = say("tui.verify.whole" if one.intact and one.valid else "tui.verify.broken")
        lines.append(say("tui.verify.signature", name=one.name, role=one.role, state=state))
        covers, changes = say(f"tui.verify.covers-{one.covers}"), say(f"tui.verify.changes-{one.changes_after}")
        lines.append(say("tui.verify.time", time=one.time, covers=covers, changes=changes))
        lines.append(say("tui.verify.fingerprint", fingerprint=one.fingerprint))
    yes, no = say("tui.verify.yes"), say("tui.verify.no")
    evidence = found.evidence
    lines.append(
        say("tui.verify.evidence", attached=yes if evidence.attached else no, matches=yes if evidence.matches else no)
    )
    return lines


def rejudged(evidence: bytes) -> bytes:
    """``results.json`` as this version judges that ``evidence.json``."""
    assessment = read_assessment(evidence, PROBES)
    checklist = load()
    judgement = judge(assessment.evidence, checklist, PROBES, assessment.only)
    return report.encode(report.results(assessment, judgement, checklist))


def opened(path: Path) -> Session:
    """The assessment in a JSON file or inside a PDF. Trouble (2) when it carries none."""
    assessment: Assessment
    if is_pdf(path):
        assessment = read_assessment(seal.carried(path).get("evidence.json", b""), PROBES, str(path))
    else:
        assessment = load_file(path, PROBES)
    return Session(assessment)


def is_pdf(path: Path) -> bool:
    """Whether the file says of itself that it is a PDF. Trouble (2) when it cannot be read."""
    try:
        return path.is_file() and path.open("rb").read(5).startswith(b"%PDF")
    except OSError as error:
        raise Trouble("store.unreadable", file=path, why=error.strerror or "") from error


def all_handed_over(text: str) -> tuple[FileRef, ...]:
    """The files whose paths a person typed, parted by ``;``. Trouble (2) when one cannot be read."""
    whole = path_of(text)
    return (
        (handed_over(whole),) if whole.is_file() else tuple(handed_over(Path(p)) for p in text.split(";") if p.strip())
    )


def handed_over(path: Path) -> FileRef:
    """Name and SHA-256 of a file that proves an answer; the file itself is not kept. Trouble (2) when it cannot be read."""
    path = path_of(str(path))
    try:
        if path.stat().st_size > MOST_EVIDENCE:
            raise Trouble("store.too-large", file=path, most=MOST_EVIDENCE // 1024 // 1024)
        return FileRef(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise Trouble("store.unreadable-file", file=path, why=error.strerror or "") from error


def path_of(text: str) -> Path:
    """A path as people type, paste or drop it: with blanks round it, in quotes, as a file address, from the home folder."""
    return Path(text.strip().strip("'\"").removeprefix("file://")).expanduser()


def verification_json(found: seal.Verification) -> bytes:
    """The verification as the contract has it."""
    return (json.dumps(seal.to_json(found), ensure_ascii=False, indent=2) + "\n").encode()


def put(path: Path, raw: bytes) -> None:
    """Write `raw` whole or not at all; ``-`` is standard output."""
    _put(path, raw)


def _put(path: Path, raw: bytes) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    try:
        write_whole(path, raw, mode=0o644)
    except OSError as error:
        raise Trouble("store.cannot-write", code=4, folder=path, why=error.strerror or "") from error


def compared(old: Session, new: Session) -> report.Comparison:
    """What got better, worse or unknown between two assessments."""
    return report.compare(old.results(), new.results())


def stamps(url: str) -> seal.Send:
    """Sends a time-stamp request to the server that the person named, and to no other."""
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    kinds = (("content-type", "application/timestamp-query"), ("accept", "application/timestamp-reply"))

    async def post(address: str, body: bytes) -> bytes:
        async with open_net(Access(hosts=frozenset({host}))) as net:
            reply = await net.send(Call("POST", address, headers=kinds, body=body, why="seal.timestamp", fresh=True))
        if reply.fault or reply.status != 200:
            raise OSError(reply.fault or reply.status)
        return reply.head

    return lambda address, body: asyncio.run(post(address, body))


def _trio(session: Session, folder: Path, key: seal.Key, role: str) -> list[Path]:
    """HTML, evidence and a detached signature: what is left where the PDF part is missing."""
    pages, evidence = folder / "handover.html", folder / "evidence.json"
    write(session, {"html": pages})
    _put(evidence, session.evidence())
    signed = seal.sign_detached(folder, role=role, key=key)
    return [pages, evidence, signed.path]


def _said(lacking: report.PdfUnavailable) -> int:
    print(say("cli.demo.no-pdf", how=say(lacking.key, **lacking.slots)), file=sys.stderr)
    return 4
