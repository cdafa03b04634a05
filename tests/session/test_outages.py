"""A host that fell and came back is said once, with when and where; one request without an answer, or a closed second door, is none."""

from __future__ import annotations

import pytest

from wizard.model import Consent
from wizard.net import Fault, Sent
from wizard.report.aftercare import aftercare
from wizard.session.outages import outages


def sent(at: float, fault: Fault = Fault.NONE, url: str = "https://api.test/chat", address: str = "") -> Sent:
    return Sent(at, "POST", url, "a", Consent.TOUCH, status=0 if fault else 200, fault=fault, address=address)


R, X, T = Fault.REFUSED, Fault.RESET, Fault.TIMEOUT
PLAIN = "http://api.test/"
CASES: dict[str, tuple[list[Sent], tuple[str, ...]]] = {
    "crashed and back": (
        [sent(0), sent(1, X), sent(1.1, R), sent(3.4)],
        ("outage: api.test, 00.00.01 UTC, POST /chat, 2 s",),
    ),
    "crashed and gone": (
        [sent(0), sent(1, X), sent(2, R), sent(3, Fault.DOWN)],
        ("outage: api.test, 00.00.01 UTC, POST /chat, not back",),
    ),
    "silent twice": (
        [sent(0), sent(1, T), sent(11, T), sent(23)],
        ("outage: api.test, 00.00.01 UTC, POST /chat, 22 s",),
    ),
    "one request without an answer": ([sent(0), sent(1, X), sent(2)], ()),
    "never there": ([sent(0, R), sent(1, R)], ()),
    "plain http is closed": ([sent(0), sent(1, R, PLAIN), sent(2, R, PLAIN), sent(3)], ()),
    "asked at another address": ([sent(0), sent(1, T, address="192.0.2.7"), sent(2, T, address="192.0.2.7")], ()),
    "refused by our own door": ([sent(0), sent(1, Fault.BUDGET), sent(2, Fault.CONSENT)], ()),
}


@pytest.mark.parametrize("name", CASES)
def test_outages(name: str) -> None:
    log, wanted = CASES[name]
    assert outages(log) == wanted
    assert outages(log, ended=False) == tuple(line for line in wanted if not line.endswith("not back"))


def test_the_page_says_it_in_words() -> None:
    lines = [*CASES["crashed and back"][1], *CASES["crashed and gone"][1]]
    told = [str(line) for line in aftercare(lines)["lines"]]
    assert "was back after 2 s" in told[0]
    assert "was not back" in told[1]
    assert all("POST /chat" in line and "{" not in line for line in told)
