"""From lines to records: a line of JSON, logfmt, an access log, syslog, CSV or plain text, with the lines of a stack that belong to it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from wizard.probes.code.logs import moments
from wizard.probes.code.logs.keys import is_a
from wizard.probes.code.logs.split import Line

MOST_DEPTH = 5
MOST_FIELDS = 200
MOST_STACK = 200
_VERBS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_ACCESS = re.compile(rf'"(?P<method>{_VERBS}) (?P<path>[^\s"]{{1,4000}})(?: HTTP/[\d.]+)?" (?P<status>[1-5]\d\d)\b')
_SHORT = re.compile(
    rf"(?<![\w\"])(?P<method>{_VERBS})\s+(?P<path>(?:https?://|/)\S{{0,2000}})\s+(?:HTTP/[\d.]+\s+)?(?:[-–=>:]+\s*|status[=: ]+)?(?P<status>[1-5]\d\d)\b"
)
_CALL = re.compile(rf"(?<![\w\"])(?P<method>{_VERBS})\s+(?P<path>/\S{{0,2000}})")
_PAIR = re.compile(r'(?<![\w"])([A-Za-z_@][\w.@-]{0,60})=("(?:[^"\\]|\\.){0,8000}"|[^\s"]{0,4000})')
_ID = re.compile(
    r"\b(?:x[_-])?(?:request|req|trace|correlation|vercel|r)[_-]?id\b[\"']?\s{0,2}[=:]?\s{0,2}[\"'\[]?([\w.:/-]{6,80})|\b(?:cf-ray|traceparent)\b[\"']?\s{0,2}[=:]\s{0,2}[\"']?([\w.-]{6,80})",
    re.IGNORECASE,
)
_SYSLOG = re.compile(
    r"^(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ [\w./()-]+(?:\[\d+\])?:? "
)
_ACTIONS = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z (?:##\[|\[command\])?")
_TAIL = re.compile(
    r"^(?:\s+\S|Traceback \(most recent call last\)|Caused by: |\.\.\. \d+ more|During handling of the above|The above exception was)"
)
_RAISED = re.compile(r"^[A-Za-z_][\w.]{2,100}(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Fault)\b")
FRAME = re.compile(
    r'File "[^"]{1,300}", line \d+|\bat .{0,200}?[(\s][^()\s]{1,300}:\d+(?::\d+)?\)?|^\s+at [\w.$<>]+\([\w$]+\.\w+:\d+\)|\w\.(?:go|rb|php|rs|cs|ex):\d+',
    re.MULTILINE,
)
"""A line of a stack that names a file and a line (Python, Node, Java, Go, Ruby, PHP, Rust, C#, Elixir)."""


@dataclass(slots=True)
class Record:
    """One record. `at` is epoch seconds or None; `fields` are leaves by dotted key; `stack` the lines that follow; `status` 0 when none."""

    file: str
    line: int
    kind: str
    text: str
    at: float | None = None
    method: str = ""
    path: str = ""
    status: int = 0
    request_id: str = ""
    release: str = ""
    error_id: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    stack: list[str] = field(default_factory=list)

    @property
    def is_request(self) -> bool:
        """A record of an answered request."""
        return bool(self.status and (self.path or self.method))

    @property
    def has_trace(self) -> bool:
        """Whether a stack with a file and a line stands in it."""
        inner = "\n".join(value for key, value in self.fields if is_a(key, "stack") or "\n" in value)
        return bool(FRAME.search("\n".join([self.text if self.kind != "json" else "", inner, *self.stack])))

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


def records(lines: Iterable[Line]) -> Iterator[Record]:
    """Records in order; the lines of a stack join the record before them."""
    open_: Record | None = None
    in_stack, columns = False, _Columns()
    for line in lines:
        if open_ is not None and line.file != open_.file:
            yield open_
            open_, in_stack, columns = None, False, _Columns()
        tail = bool(_TAIL.match(line.text))
        if open_ is not None and (tail or (in_stack and _RAISED.match(line.text))):
            in_stack = in_stack or line.text.startswith("Traceback") or bool(FRAME.search(line.text))
            in_stack = in_stack and not (not tail and _RAISED.match(line.text))
            if len(open_.stack) < MOST_STACK:
                open_.stack.append(line.text)
            continue
        if not line.text.strip():
            continue
        if open_ is not None:
            yield open_
        in_stack = False
        open_ = read(line, columns)
    if open_ is not None:
        yield open_


def read(line: Line, columns: _Columns | None = None) -> Record:
    """One line as a record."""
    text = line.text
    if (start := text.find("{")) >= 0 and text.rstrip().endswith("}") and start < 120:
        found = _json(text[start:].strip())
        if found is not None:
            return _keyed(line, "json", found, text)
    if columns is not None and line.number == 1 and columns.is_head(text):
        return Record(line.file, line.number, "csv-head", text)
    if columns is not None and columns.names and (row := columns.row(text)):
        return _keyed(line, "csv", row, text)
    if found_access := _ACCESS.search(text):
        return _access(line, "access", found_access)
    pairs = _PAIR.findall(text)
    if len(pairs) >= 3 and sum(len(k) + len(v) + 1 for k, v in pairs) > 0.5 * len(text):
        return _keyed(line, "logfmt", [(key, _unquoted(value)) for key, value in pairs], text)
    if short := _SHORT.search(text):
        return _access(line, "short", short)
    kind = "actions" if _ACTIONS.match(text) and "##[" in text[:50] else "syslog" if _SYSLOG.match(text) else "plain"
    record = Record(line.file, line.number, kind, text, moments.at_start(text), request_id=_id(text))
    if call := _CALL.search(text):
        record.method, record.path = call["method"], call["path"]
    return record


def _access(line: Line, kind: str, found: re.Match[str]) -> Record:
    text = line.text
    return Record(
        line.file,
        line.number,
        kind,
        text,
        moments.at_start(text),
        found["method"],
        found["path"],
        int(found["status"]),
        _id(text),
    )


def _id(text: str) -> str:
    found = _ID.search(text)
    return (found[1] or found[2] or "") if found else ""


def _unquoted(value: str) -> str:
    return value[1:-1].replace('\\"', '"').replace("\\n", "\n") if value.startswith('"') else value


def _json(text: str) -> list[tuple[str, str]] | None:
    """The leaves of a JSON object; None when it is none. A text inside that is JSON itself (Docker, Railway) is opened once."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    found: list[tuple[str, str]] = []
    _leaves(value, "", found, 0)
    for key, inner in list(found):
        if is_a(key, "text") and inner.startswith("{") and inner.rstrip().endswith("}"):
            try:
                _leaves(json.loads(inner), "", found, 1)
            except (ValueError, RecursionError):
                continue
    return found


def _leaves(value: Any, key: str, found: list[tuple[str, str]], depth: int) -> None:
    if len(found) >= MOST_FIELDS or depth > MOST_DEPTH:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            _leaves(inner, f"{key}.{name}" if key else str(name), found, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _leaves(inner, key, found, depth + 1)
    elif value is not None:
        found.append((key[:200], value if isinstance(value, str) else json.dumps(value)))


def _keyed(line: Line, kind: str, fields: list[tuple[str, str]], text: str) -> Record:
    record = Record(line.file, line.number, kind, text, fields=tuple(fields))
    for key, value in fields:
        if not value:
            continue
        if not record.status and is_a(key, "status") and re.fullmatch(r"[1-5]\d\d", value):
            record.status = int(value)
        elif not record.method and is_a(key, "method") and value.isalpha() and len(value) < 8:
            record.method = value.upper()
        elif not record.path and is_a(key, "path"):
            record.path = value[:4000]
        elif not record.request_id and is_a(key, "id") and len(value) >= 6:
            record.request_id = value[:120]
        elif record.at is None and is_a(key, "time"):
            record.at = moments.of(value)
        elif not record.release and is_a(key, "release") and is_release(key, value):
            record.release = value[:120]
        elif not record.error_id and is_a(key, "error_id") and re.fullmatch(r"[\w-]{8,80}", value):
            record.error_id = value
        elif not record.status and is_a(key, "text"):
            _inner(record, value)
    if record.at is None:
        record.at = moments.at_start(text)
    return record


def _inner(record: Record, text: str) -> None:
    """A request line inside the message of a keyed record."""
    if found := _ACCESS.search(text) or _SHORT.search(text):
        record.method, record.path, record.status = found["method"], found["path"], int(found["status"])
    record.request_id = record.request_id or _id(text)


def is_release(key: str, value: str) -> bool:
    """A commit, a tag, a dotted version, a deployment's id; not the version of HTTP or of a record's own form."""
    if any(
        word in key.lower()
        for word in ("http", "tls", "node", "api", "schema", "proto", "request", "req.", "user_agent")
    ):
        return False
    return bool(
        re.fullmatch(
            r"[0-9a-f]{7,40}|v?\d+\.\d+(?:\.\d+)?[\w.+-]{0,40}|v\d+|dpl_\w{6,60}|[\w.-]{1,60}@[\w.+-]{3,60}|[\w-]{8,60}",
            value,
        )
    )


@dataclass(slots=True)
class _Columns:
    """The head of a CSV export (Cloudflare, Datadog, CloudWatch, Render)."""

    names: tuple[str, ...] = ()

    def is_head(self, text: str) -> bool:
        """Whether this first line names columns, at least one of which is a log's."""
        cells = [cell.strip() for cell in text.split(",")]
        named = len(cells) > 1 and all(re.fullmatch(r'"?[A-Za-z@_][\w .@-]{0,40}"?', cell) for cell in cells)
        known = named and any(
            is_a(cell.strip('"'), what) for cell in cells for what in ("time", "status", "text", "path")
        )
        self.names = tuple(cell.strip('"') for cell in cells) if known else ()
        return known

    def row(self, text: str) -> list[tuple[str, str]]:
        """The cells by name; [] when their number does not fit."""
        try:
            cells = next(csv.reader([text]), [])
        except csv.Error:
            return []
        return list(zip(self.names, cells, strict=True)) if len(cells) == len(self.names) else []
