"""Files that were handed over as evidence of watching: an alert as received, an export of monitors, notes, pictures. Read, bounded, never run."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
import time
from pathlib import Path

from wizard.model import FileRef
from wizard.probes.code.secrets import escape
from wizard.probes.code.tree import digest
from wizard.probes.code.watch.addresses import named_in, parse
from wizard.probes.code.watch.facts import Monitor, Paper
from wizard.probes.edge.email.message import Mail, text, trusted
from wizard.probes.edge.email.originals import Original, read_all

MOST_TEXT = 400_000
MOST_PAPERS = 40
MOST_ROWS = 500
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".heic", ".pdf", ".avif", ".bmp", ".tiff")
_FORWARD = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|doorst)\s*:", re.IGNORECASE)
_ALERT = re.compile(
    r"\b(?:down|alert|incident|outage|monitor|up again|recovered|unreachable|downtime|failing|resolved)\b",
    re.IGNORECASE,
)
_RULES = {
    "refusals": re.compile(r"\b40[13]\b|failed (?:log|sign)-?ins?|unauthori[sz]ed|refused sign", re.IGNORECASE),
    "errors": re.compile(r"\b5(?:00|xx)\b|error (?:rate|spike|count)|server errors?", re.IGNORECASE),
    "spend": re.compile(
        r"\b(?:spend(?:ing)?|budget|usage limit|cost|billing) ?(?:alert|limit|cap|threshold|over|above)?", re.IGNORECASE
    ),
}
_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|\+\d{8,15}|\b(?:pagerduty|opsgenie|slack|telegram|sms|phone|call)\b",
    re.IGNORECASE,
)


def read_papers(paths: tuple[Path, ...]) -> tuple[Paper, ...]:
    """Each file by its kind. Blocking."""
    return tuple(_read(path) for path in paths[:MOST_PAPERS])


def _read(path: Path) -> Paper:
    name = escape(path.name)[:120]
    if not path.is_file():
        return Paper(FileRef(name, ""), "unreadable")
    file = FileRef(name, digest(path))
    if name.lower().endswith(PICTURES):
        return Paper(file, "picture")
    if name.lower().endswith((".eml", ".msg", ".mbox")):
        return _mail(path, file)
    try:
        with path.open("rb") as handle:
            raw = handle.read(MOST_TEXT)
    except OSError:
        return Paper(file, "unreadable")
    if b"\0" in raw[:4_096]:
        return Paper(file, "other")
    said = raw.decode("utf-8", "replace")
    rows = _monitors(said)
    return Paper(
        file,
        "table" if rows else "text",
        named_in(said),
        rules=_rules(said),
        people=bool(_ADDRESS.search(said)),
        monitors=rows,
    )


def _rules(said: str) -> tuple[str, ...]:
    return tuple(name for name, pattern in _RULES.items() if pattern.search(said))


# --- mail -------------------------------------------------------------------------------------------------------------


def _mail(path: Path, file: FileRef) -> Paper:
    original: Original = read_all((path,), time.time())[0]
    if original.mail is None:
        return Paper(file, "unreadable")
    subject = " ".join(text(value) for value in original.mail.all(b"subject")[:1])
    said = subject + "\n" + _body(original.mail)
    return Paper(
        file,
        "mail",
        named_in(said),
        original.sender,
        original.age,
        _dkim(original),
        bool(_FORWARD.match(subject)),
        bool(_ALERT.search(said)),
        _rules(said),
        bool(original.mail.all(b"to")),
    )


def _dkim(original: Original) -> str:
    """What the receiving mailbox wrote of the sender's signature: read, not checked again."""
    mail = original.mail
    results = trusted(mail).results if mail is not None else None
    for one in results.results if results else ():
        named = {value.partition("@")[2] or value for key, value in one.properties if key in ("header.d", "header.i")}
        if one.method == "dkim" and any(
            original.sender == name or original.sender.endswith("." + name) or name.endswith("." + original.sender)
            for name in named
        ):
            return one.value
    return ""


def _body(mail: Mail) -> str:
    """The text of a message, its parts decoded, bounded."""
    try:
        message = email.message_from_bytes(mail.raw[: MOST_TEXT * 2], policy=email.policy.default)
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"][:10]
        said = "\n".join(bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace") for part in parts)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, IndexError):
        return mail.raw[:MOST_TEXT].decode("utf-8", "replace")
    return said[:MOST_TEXT]


# --- tables -----------------------------------------------------------------------------------------------------------


def _monitors(said: str) -> tuple[Monitor, ...]:
    """Rows of an export that name an address; columns are found by what their heads say."""
    try:
        rows = [row for _, row in zip(range(MOST_ROWS), csv.reader(io.StringIO(said[:MOST_TEXT])), strict=False)]
    except csv.Error:
        return ()
    if len(rows) < 2 or len(rows[0]) < 2:
        return ()
    head = [cell.strip().lower() for cell in rows[0]]
    where = _column(head, "url", "address", "host", "target", "website")
    if where < 0:
        return ()
    every, state = _column(head, "second", "interval", "frequency", "every", "minute"), _column(head, "state", "status")
    told, tls = _column(head, "told", "contact", "notif", "alert", "people"), _column(head, "certificate", "ssl", "tls")
    scale = 60 if every >= 0 and "minute" in head[every] else 1
    found = []
    for row in rows[1:]:
        at = parse(row[where]) if where < len(row) else parse("")
        if "." in at.host:
            number = re.sub(r"[^\d.]", "", _cell(row, every)) or "0"
            found.append(
                Monitor(
                    at.host,
                    at.path,
                    at.port,
                    escape(_cell(row, state).strip().lower())[:20],
                    int(float(number) * scale) if number.count(".") < 2 and len(number) < 10 else 0,
                    0.0,
                    ("yes" if _cell(row, told).strip() else "no") if told >= 0 else "",
                    "health" in at.path,
                    ("yes" if _cell(row, tls).strip().lower() not in ("", "no", "off", "0") else "no")
                    if tls >= 0
                    else "",
                    "",
                    "table",
                )
            )
    return tuple(found)


def _column(head: list[str], *words: str) -> int:
    return next((at for word in words for at, name in enumerate(head) if word in name), -1)


def _cell(row: list[str], at: int) -> str:
    return row[at] if 0 <= at < len(row) else ""
