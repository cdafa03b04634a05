"""Eight forms of a log, each good, without ids, with the run's words in clear, with them masked, of a wrong server, with a forged line."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.probes.code.log_writers import FORMS, HEAD, RUN, START, Hit, morning, ours, seen, sent
from wizard.checklist import load
from wizard.model import Finding, Outcome
from wizard.probes.code.logs.canary import Canary
from wizard.probes.code.logs.facts import Seen
from wizard.probes.code.logs.read import read

C = Canary(RUN)
TEXTS = dict(C.texts())
P, F, U, N = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE


def judged(found: Seen) -> dict[str, Outcome]:
    """The worst outcome of each check; also that every finding has its words."""
    worst: dict[str, Outcome] = {}
    for one in read(found):
        told(one)
        if worst.get(one.check) is not F:
            worst[one.check] = one.outcome
    return worst


def told(finding: Finding) -> str:
    words = load().words(finding)
    text = words.text + words.next + words.fix
    assert words.text
    assert "{" not in text
    assert not any(secret in finding.evidence + text for secret in TEXTS.values())
    return words.text


def write(path: Path, form: str, hits: list[Hit], tail: str = "") -> Path:
    lines = ([HEAD] if form == "table" else []) + [FORMS[form](hit) for hit in hits]
    path.write_text("\n".join(lines) + "\n" + tail, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
def test_good(form: str, tmp_path: Path) -> None:
    found = seen(write(tmp_path / "a.log", form, [*morning(form), *ours(C)]), entries=sent())
    assert found.requests.count == 264
    outcomes = judged(found)
    assert outcomes["request-id"] is P
    assert outcomes["auth-failures"] is P
    assert outcomes["no-pii"] is outcomes["no-secrets"] is outcomes["no-content"] is P
    assert outcomes["canary"] is P
    assert outcomes["error-traces"] is N
    assert outcomes["deploy-version"] is U


@pytest.mark.parametrize("form", FORMS)
def test_no_ids(form: str, tmp_path: Path) -> None:
    found = seen(write(tmp_path / "a.log", form, list(morning(form, ids=False))))
    outcomes = judged(found)
    assert found.requests.with_id == 0
    assert outcomes["request-id"] is F
    assert "canary" not in outcomes


CLEAR = {
    "bearer": {"bearer": f"authorization: Bearer {TEXTS['bearer']}"},
    "query": {"query_query": f"?token={TEXTS['query']}"},
    "e-mail": {"login": TEXTS["e-mail"]},
    "phone": {"chat": f"call {TEXTS['phone']}"},
    "message": {"chat": f"note {TEXTS['message']} please"},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", CLEAR)
def test_a_word_in_clear(form: str, word: str, tmp_path: Path) -> None:
    found = seen(write(tmp_path / "a.log", form, [*morning(form), *ours(C, **CLEAR[word])]), entries=sent())
    assert judged(found)["canary"] is F
    assert {place.kind for place in found.canaries} == {word}


def disguised(text: str) -> dict[str, str]:
    return {
        "encoded": quote(text, safe=""),
        "base64": base64.b64encode(b"ab" + text.encode()).decode(),
        "upper": text.upper(),
    }


@pytest.mark.parametrize("word", ["bearer", "e-mail", "message"])
@pytest.mark.parametrize("how", ["encoded", "base64", "upper"])
def test_a_word_in_disguise(word: str, how: str, tmp_path: Path) -> None:
    form = disguised(TEXTS[word])[how]
    found = seen(write(tmp_path / "a.log", "pino", [*morning("pino"), *ours(C, chat=f"x {form} y")]), entries=sent())
    assert judged(found)["canary"] is F


MASKED = [
    "authorization: Bearer ***",
    "Bearer [Redacted]",
    "token=[Filtered]",
    "Bearer …" + TEXTS["bearer"][-4:],
    "sha256:9f86d081884c7d65",
    "email=m***@example.com",
]


@pytest.mark.parametrize("form", FORMS)
def test_masked_words_pass(form: str, tmp_path: Path) -> None:
    notes = dict(
        zip(("bearer", "login", "chat"), (" ".join(MASKED[:2]), MASKED[5], " ".join(MASKED[2:5])), strict=True)
    )
    found = seen(write(tmp_path / "a.log", form, [*morning(form), *ours(C, **notes)]), entries=sent())
    outcomes = judged(found)
    assert (outcomes["canary"], outcomes["no-secrets"], outcomes["no-pii"]) == (P, P, P)


@pytest.mark.parametrize("form", FORMS)
def test_another_servers_log(form: str, tmp_path: Path) -> None:
    late = [Hit(START + timedelta(hours=4), "GET", "/other", 200, "ffffeeee00001111")]
    found = seen(write(tmp_path / "a.log", form, [*morning(form), *late]), entries=sent())
    outcomes = judged(found)
    assert outcomes["canary"] is U
    assert outcomes["auth-failures"] is P


def test_a_log_that_ends_before_the_run_leaves_it_to_its_older_lines(tmp_path: Path) -> None:
    found = seen(write(tmp_path / "a.log", "pino", list(morning("pino"))), entries=sent())
    outcomes = judged(found)
    assert found.own.before
    assert (outcomes["canary"], outcomes["auth-failures"]) == (N, P)


def test_refused_requests_that_are_not_logged(tmp_path: Path) -> None:
    hits = [hit for hit in [*morning("pino"), *ours(C)] if hit.status != 401]
    outcomes = judged(seen(write(tmp_path / "a.log", "pino", hits), entries=sent()))
    assert (outcomes["auth-failures"], outcomes["canary"]) == (F, U)


def test_an_earlier_runs_words(tmp_path: Path) -> None:
    other = Canary("00aa11bb22cc33dd")
    clean = seen(write(tmp_path / "a.log", "pino", [*morning("pino"), *ours(other)]))
    assert judged(clean)["canary"] is P
    taken = seen(write(tmp_path / "b.log", "pino", [*morning("pino"), *ours(other, login=other.email)]))
    assert judged(taken)["canary"] is F


@pytest.mark.parametrize(("line", "forged"), [
    (f"{C.line} GET /forged 200", True),
    (f"\x1b[31m{C.line}", True),
    (f"note=x \x1b[31m{C.line} GET", True),
    (f"note=x\\r\\n{C.line} GET /forged 200", False),
    (f"note=x%0d%0a{C.line}%20GET", False),
    (f"note=x\r{C.line} GET", False),
    (f"note=x \\u001b[31m{C.line}", False),
])  # fmt: skip
def test_forged_lines(line: str, forged: bool, tmp_path: Path) -> None:
    found = seen(write(tmp_path / "a.log", "logfmt", list(morning("logfmt")), line + "\n"), entries=sent())
    assert bool(found.forged) is forged
    assert judged(found).get("forging") is (F if forged else None)


def test_gzip_and_folders_read_alike(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.log", "combined", list(morning("combined")))
    folder = tmp_path / "logs"
    folder.mkdir()
    data = plain.read_bytes()
    half = data.index(b"\n", len(data) // 2) + 1
    (folder / "a.log.gz").write_bytes(gzip.compress(data[:half]))
    (folder / "b.log").write_bytes(data[half:])
    one, two = seen(plain), seen(folder)
    assert (
        (one.records, one.requests.count, one.read)
        == (two.records, two.requests.count, two.read)
        == (260, 260, len(data))
    )


def test_too_little_never_says_that_something_is_missing(tmp_path: Path) -> None:
    few = list(morning("pino", ids=False, count=150))
    assert judged(seen(write(tmp_path / "a.log", "pino", few)))["request-id"] is U
    short = [Hit(START + timedelta(seconds=n), "GET", "/", 500) for n in range(300)]
    outcomes = judged(seen(write(tmp_path / "b.log", "pino", short)))
    assert (outcomes["request-id"], outcomes["error-traces"]) == (U, U)
