"""Lines to records: forms, stacks, times, releases, chat text; and files that mean harm."""

from __future__ import annotations

import gzip
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.probes.code.log_writers import FORMS, Door, morning, seen
from wizard.probes.code.logs import content, moments
from wizard.probes.code.logs.lines import lines
from wizard.probes.code.logs.reading import Reading
from wizard.probes.code.logs.records import read, records
from wizard.probes.code.logs.split import Line

AT = datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC).timestamp()


def texts(*given: str) -> list[Line]:
    return [Line("a.log", number, text) for number, text in enumerate(given, 1)]


REQUESTS = [
    ('{"EdgeStartTimestamp":"2026-11-20T08:00:01Z","EdgeResponseStatus":403,"ClientRequestMethod":"GET","ClientRequestURI":"/a","RayID":"8f2e1a99bb00cc11"}', "json", 403, "/a", "8f2e1a99bb00cc11"),
    ('{"timestamp":1795161601000,"requestId":"iad1::abcd-12","proxy":{"method":"GET","path":"/a","statusCode":200}}', "json", 200, "/a", "iad1::abcd-12"),
    ('{"time":"2026-11-20T08:00:01Z","hostname":"x","v":0,"req":{"method":"GET","url":"/a","id":"r-123456"},"res":{"statusCode":500}}', "json", 500, "/a", "r-123456"),
    ('{"log":"{\\"time\\":1795161601,\\"method\\":\\"GET\\",\\"path\\":\\"/a\\",\\"status\\":200,\\"trace_id\\":\\"abcdef12\\"}\\n","stream":"stdout"}', "json", 200, "/a", "abcdef12"),
    ('api  | {"ts":"2026-11-20T08:00:01Z","method":"GET","path":"/a","status":200}', "json", 200, "/a", ""),
    ("time=2026-11-20T08:00:01Z level=info method=GET path=/a status=204 trace_id=abcdef1234", "logfmt", 204, "/a", "abcdef1234"),
    ('1.2.3.4 - bob [20/Nov/2026:08:00:01 +0000] "GET /a?x=1 HTTP/1.1" 401 12 "-" "curl/8"', "access", 401, "/a?x=1", ""),
    ('2026-11-20 08:00:01 INFO:     1.2.3.4:55 - "GET /a HTTP/1.1" 200 OK', "access", 200, "/a", ""),
    ('[2026-11-20 08:00:01 +0000] [12] [INFO] 1.2.3.4 "GET /a HTTP/1.1" 429 -', "access", 429, "/a", ""),
    ("2026-11-20T08:00:01Z GET /a 200 12.1 ms - request-id=abcdef99", "short", 200, "/a", "abcdef99"),
    ("<134>1 2026-11-20T08:00:01Z web api 1 - - GET /a 500 x-request-id: abcdef99", "short", 500, "/a", "abcdef99"),
    ("2026-11-20T08:00:01Z [error] POST /a failed [traceparent: 00-ab12cd34-ef56-01]", "syslog", 0, "/a", "00-ab12cd34-ef56-01"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "status", "path", "rid"), REQUESTS)
def test_one_line(text: str, kind: str, status: int, path: str, rid: str) -> None:
    found = read(Line("a.log", 2, text))
    assert (found.kind, found.status, found.path, found.request_id) == (kind, status, path, rid)
    assert found.at == AT


@pytest.mark.parametrize("text", [
    "2026-11-20T08:00:01Z", "2026-11-20 08:00:01,123 UTC", "2026-11-20T09:00:01+01:00", "2026-11-20T03:30:01-0430", "20/Nov/2026:08:00:01 +0000",
    "1795161601", "1795161601000", "1795161601000000", "1795161601000000000", "1795161601.25",
])  # fmt: skip
def test_moments(text: str) -> None:
    assert moments.of(text) is not None
    assert abs(moments.of(text) - AT) < 86_401  # type: ignore[operator]
    assert moments.of("4711") is None
    assert moments.of("2026-13-40T99:99:99Z") is None


PYTHON = [
    "2026-11-20 08:00:01 ERROR request_id=abcdef99 boom",
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 31, in read',
    "    x = y[1]",
    "IndexError: list index out of range",
    "2026-11-20 08:00:02 INFO next",
]
NODE = [
    "Error: order service timed out",
    "    at loadOrder (/app/src/orders.js:88:11)",
    "    at async handle (/app/src/server.js:41:5)",
    "next line",
]
JAVA = [
    "2026-11-20 08:00:01 ERROR x",
    "java.lang.IllegalStateException: no",
    "\tat com.shop.Order.load(Order.java:31)",
    "Caused by: java.io.IOException: y",
    "\t... 12 more",
    "2026-11-20 08:00:02 INFO next",
]


@pytest.mark.parametrize(
    ("given", "count", "traces"), [(PYTHON, 2, 1), (NODE, 2, 1), (JAVA, 3, 1), (["a", "  b", "c"], 2, 0)]
)
def test_a_stack_is_one_record(given: list[str], count: int, traces: int) -> None:
    found = list(records(texts(*given)))
    assert (len(found), sum(one.has_trace for one in found)) == (count, traces)


def test_a_stack_inside_json() -> None:
    line = json.dumps({"level": "error", "request_id": "abcdef99", "stack": "\n".join(NODE[:3])})
    assert read(Line("a.log", 2, line)).has_trace
    assert not read(Line("a.log", 2, '{"level":"error","message":"no stack at all"}')).has_trace


@pytest.mark.parametrize(("fields", "release"), [
    ({"release": "a1b2c3d4e5"}, "a1b2c3d4e5"), ({"service": {"version": "1.4.2"}}, "1.4.2"), ({"deployment_id": "dpl_8xAbC123"}, "dpl_8xAbC123"),
    ({"http": {"version": "1.1"}}, ""), ({"version": "2"}, ""), ({"node_version": "22.1.0"}, ""), ({"v": 0}, ""),
])  # fmt: skip
def test_releases(fields: dict[str, object], release: str) -> None:
    assert read(Line("a.log", 2, json.dumps(fields))).release == release


SAID = "I slept badly again and I am worried about the talk with my manager, what should I do?"


@pytest.mark.parametrize(("fields", "found"), [
    ({"message": SAID}, True), ({"msg": SAID}, True), ({"prompt": "Please write a short plan for the week that leaves room for rest and walks"}, True),
    ({"body": {"message": SAID}}, True), ({"messages": [{"content": SAID}]}, True), ({"transcript": "So today we talked about the new job and what it means for the family"}, True),
    ({"message": "Server is listening on port 3000 and ready to take connections from clients"}, False),
    ({"message": "Cannot open file /var/log/x for writing because the disk is full on this host"}, False),
    ({"content": "instance shutdown was requested and will be done within the next few seconds"}, False),
    ({"event": SAID}, False), ({"message": "I am short"}, False), ({"prompt": "SELECT a, b FROM t WHERE x = 1 AND y = 2 AND z = 3 ORDER BY a"}, False),
    ({"body": "<html><body><p>my page and my other page and me</p></body></html>"}, False),
])  # fmt: skip
def test_chat_text(fields: dict[str, object], found: bool) -> None:
    assert (content.find(read(Line("a.log", 2, json.dumps(fields)))) is not None) is found


def reading(path: Path, **limits: int) -> tuple[Reading, list[Line]]:
    state = Reading(**limits)  # type: ignore[arg-type]
    return state, list(lines((path,), state, Door().fingerprint, None, lambda _: None))


def test_hostile_files(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_text("one\ntwo\n")
    os.mkfifo(folder / "pipe.log")
    (folder / "link.log").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(folder / "s.log"))
        (folder / "bomb.log.gz").write_bytes(gzip.compress(bytes(80 << 20), 9))
        (folder / "broken.gz").write_bytes(b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 40)
        (folder / "cut.gz").write_bytes(gzip.compress(bytes(range(256)) * 40)[:200])
        (folder / "name\x1b[31m\n.log").write_text("three\n")
        state, found = reading(folder)
    assert [line.text for line in found if line.text in {"one", "two", "three"}] == ["one", "two", "three"]
    assert not any("root:" in line.text for line in found)
    assert all(line.file.isprintable() for line in found)
    assert state.skipped["packed-bomb"] == state.skipped["packed-broken"] == state.skipped["cut-gzip"] == 1
    assert state.read < 70 << 20


def test_a_line_without_end_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"first\n" + b"x" * (6 << 20) + b"\nlast\n")
    state, found = reading(path)
    assert (found[0].text, found[-1].text) == ("first", "last")
    assert max(len(line.text) for line in found) <= 1 << 16
    assert state.unread > 5 << 20


def test_caps_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"some line of a log\n" * 200_000)
    state, _ = reading(path, size=1 << 20)
    assert state.capped == "bytes"
    assert state.unread > 0
    assert seen(tmp_path / "missing.log").skipped == (("missing", 1),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    text = "".join(FORMS["pino"](hit) + "\r\n" for hit in morning("pino", count=20))
    path.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding))
    assert seen(path).requests.count == 20


def test_colours_go_and_controls_show(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"\x1b[32mgreen\x1b[0m a\x07b\rc\n\xff\xfe bytes\n")
    _, found = reading(path)
    assert found[0].text == "green a\\x07b\\x0dc"
    assert found[1].text.endswith(" bytes")


@pytest.mark.parametrize("text", [
    "Processed session termination for sessionid: 0x14ede63a5a70002",
    "W ActivityManager: Bad activity token: android.os.BinderProxy@2bd79ce",
])  # fmt: skip
def test_handles_and_objects_are_no_keys(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(text + "\n")
    assert seen(path).keys == ()
