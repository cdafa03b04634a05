"""The readers of counts: a table for each check; nothing is missing in a log that is too short, nothing passes unread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.checklist import load
from wizard.model import Basis, Finding, Outcome, Severity
from wizard.probes.code.logs import PROBE
from wizard.probes.code.logs.facts import Own, Place, Requests, Seen
from wizard.probes.code.logs.read import read

P, F, U, N = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
GOOD = Seen(
    read=90_000,
    records=400,
    span=7_200.0,
    requests=Requests(300, 300, 40, 5, 0, 0),
    refusals=5,
    released="a1b2c3d4",
    release_at="a.log:1",
)


def findings(**change: Any) -> dict[str, list[Finding]]:
    made: dict[str, list[Finding]] = {}
    for one in read(replace(GOOD, **change)):
        words = load().words(one)
        assert words.text
        assert "{" not in words.text + words.next + words.fix, one
        assert one.id in PROBE.checks
        made.setdefault(one.check, []).append(one)
    return made


CASES: list[tuple[str, dict[str, Any], Outcome | None, str]] = [
    ("request-id", {}, P, ""),
    ("request-id", {"requests": Requests(300, 270, 1)}, P, ""),
    ("request-id", {"requests": Requests(300, 269, 9)}, U, "some"),
    ("request-id", {"requests": Requests(300, 300, 0)}, U, "not-shared"),
    ("request-id", {"requests": Requests(300, 30, 9)}, U, "some"),
    ("request-id", {"requests": Requests(300, 29, 9)}, F, ""),
    ("request-id", {"requests": Requests(199, 0, 0)}, U, "short"),
    ("request-id", {"requests": Requests(300, 0, 0), "span": 3_599.0}, U, "short"),
    ("request-id", {"requests": Requests()}, U, "no-requests"),
    ("auth-failures", {}, P, ""),
    ("auth-failures", {"refusals": 0}, U, "none"),
    ("auth-failures", {"refusals": 0, "own": Own(refused=2, marked=3, answered=3, marked_refused=2)}, P, "own"),
    ("auth-failures", {"own": Own(refused=2, marked=3, answered=3)}, F, ""),
    ("auth-failures", {"own": Own(refused=2, marked=3, answered=0)}, P, ""),
    ("auth-failures", {"refusals": 0, "own": Own(refused=2)}, U, "none"),
    ("auth-failures", {"own": Own(refused=2, marked=3, answered=3, before=True)}, P, ""),
    ("rate-limit-events", {}, None, ""),
    ("rate-limit-events", {"limits": 1}, P, ""),
    ("rate-limit-events", {"own": Own(limited=9, answered=4)}, F, ""),
    ("rate-limit-events", {"own": Own(limited=9, answered=4), "edge": "cloudflare"}, U, "at-edge"),
    ("rate-limit-events", {"own": Own(limited=9)}, U, "elsewhere"),
    ("rate-limit-events", {"own": Own(limited=9, before=True)}, N, "before"),
    ("deploy-version", {}, P, ""),
    ("deploy-version", {"live": "a1b2c3d4e5f6a7b8"}, P, "matches"),
    ("deploy-version", {"live": "a1b2c3d5e5f6a7b8"}, U, "other"),
    ("deploy-version", {"released": "v1.4.0", "live": "1.4.0"}, P, "matches"),
    ("deploy-version", {"released": "1.4", "live": "1.4.0"}, U, "other"),
    ("deploy-version", {"released": "", "live": "1.4.0"}, U, "none"),
    ("error-traces", {}, N, ""),
    ("error-traces", {"requests": Requests(300, 300, 9, broken=2)}, F, ""),
    ("error-traces", {"requests": Requests(300, 300, 9, broken=2), "span": 60.0}, U, "short"),
    ("error-traces", {"requests": Requests(300, 300, 9, broken=2), "traces": 3}, U, "untied"),
    ("error-traces", {"requests": Requests(300, 300, 9, broken=2), "traces": 3, "tied": 1}, P, ""),
    ("error-traces", {"requests": Requests(300, 300, 9, broken=2), "error_ids": 1}, P, "error-id"),
    ("no-secrets", {}, P, ""),
    ("no-secrets", {"unread": 4_000}, P, ""),
    ("no-secrets", {"unread": 9_000}, U, "partly"),
    ("no-secrets", {"capped": "seconds"}, U, "partly"),
    ("no-secrets", {"capped": "seconds", "keys": (Place("a.log:1", "stripe", "sk_…9 · 1"),)}, F, "fail-key"),
    ("no-secrets", {"maybe_keys": (Place("a.log:1", "hex", "… · 1"),)}, P, "maybe"),
    ("no-secrets", {"logins": (Place("a.log:1", "header:authorization", "… · 1"),)}, F, "fail-header"),
    ("no-secrets", {"logins": (Place("a.log:1", "cookie:sid", "… · 1"),)}, F, "fail-cookie"),
    ("no-secrets", {"logins": (Place("a.log:1", "query:token", "… · 1"),)}, F, "fail-query"),
    ("no-pii", {}, P, ""),
    ("no-pii", {"records": 199}, U, "short"),
    ("no-pii", {"records": 5, "strong": 1, "people": (Place("a.log:1", "e-mail", "a…"),)}, F, ""),
    ("no-pii", {"weak": 2, "people": (Place("a.log:1", "name", "A…"),) * 2}, P, ""),
    ("no-pii", {"weak": 3, "people": (Place("a.log:1", "name", "A…"),) * 3}, F, "weak"),
    ("no-pii", {"unread": 9_000}, U, "partly"),
    ("no-content", {}, P, ""),
    ("no-content", {"contents": 2, "content": (Place("a.log:1", "message", "80"),) * 2}, P, ""),
    ("no-content", {"contents": 3, "content": (Place("a.log:1", "message", "80"),) * 3}, F, ""),
    ("no-content", {"records": 9}, U, "short"),
    ("canary", {}, None, ""),
    ("canary", {"own": Own(asked=("bearer", "query"), found=("bearer", "query"))}, P, ""),
    ("canary", {"own": Own(asked=("bearer", "query"), found=("bearer",))}, U, "some"),
    ("canary", {"own": Own(asked=("bearer", "query"), marked=5)}, P, ""),
    ("canary", {"own": Own(asked=("bearer", "query"))}, U, "elsewhere"),
    ("canary", {"own": Own(asked=("bearer",), before=True)}, N, "before"),
    ("canary", {"own": Own(asked=("bearer",), before=True), "runs": 1}, P, "earlier"),
    ("canary", {"runs": 1}, P, "earlier"),
    ("canary", {"canaries": (Place("a.log:1", "bearer", "00aa11bb"),)}, F, ""),
    ("canary", {"own": Own(asked=("bearer",), found=("bearer",)), "canaries": (Place("a.log:1", "bearer", "0"),)}, F, ""),
    ("forging", {}, None, ""),
    ("forging", {"line_sent": True}, U, "elsewhere"),
    ("forging", {"line_sent": True, "line_found": True}, P, ""),
    ("forging", {"line_sent": True, "own": Own(found=("line",))}, P, ""),
    ("forging", {"forged": (Place("a.log:1", "x", "x"),)}, F, ""),
]  # fmt: skip


@pytest.mark.parametrize(("check", "change", "outcome", "say"), CASES)
def test_each_check(check: str, change: dict[str, Any], outcome: Outcome | None, say: str) -> None:
    made = findings(**change).get(check, [])
    if outcome is None:
        assert made == []
        return
    assert [(one.outcome, one.say) for one in made] == [(outcome, say)]
    assert made[0].basis is (Basis.NONE if outcome is U else Basis.EVIDENCED)
    assert made[0].severity is (Severity.NOTE if say in {"error-id", "maybe"} else None)


def test_an_empty_log_says_so_for_every_required_check() -> None:
    made = findings(records=0)
    required = ["request-id", "auth-failures", "deploy-version", "error-traces", "no-secrets", "no-pii", "no-content"]
    assert [(check, many[0].say) for check, many in made.items()] == [(check, "empty") for check in required]


def test_one_value_is_told_once() -> None:
    login, key = Place("a.log:1", "header:authorization", "ab… · 0123"), Place("a.log:1", "bearer", "… · 0123")
    assert [one.say for one in findings(logins=(login,), keys=(key,))["no-secrets"]] == ["fail-header"]
    other = Place("a.log:2", "stripe", "sk… · 4567")
    assert [one.say for one in findings(logins=(login,), keys=(key, other))["no-secrets"]] == [
        "fail-key",
        "fail-header",
    ]
