"""The wizard on the sample business, item by item: the careful one passes, and each switch makes its own item fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wizard import checklist
from wizard.demo.business import Running, business
from wizard.demo.flaws import CARELESS, FLAWS
from wizard.judge import Judgement, judge
from wizard.model import Evidence, Outcome
from wizard.net import open_net
from wizard.probes import PROBES
from wizard.profile.load import load
from wizard.runner import Ended, choose, run

READY = (
    "auth",
    "object-access",
    "frontend-secrets",
    "input-validation",
    "cors",
    "tls",
    "email-auth",
    "deployment",
    "prompt-injection",
    "logging",
    "monitoring",
    "edge",
)
"""Items judged here. Limits are lifted and nothing is paced, but where the limit itself is looked at."""


async def _judged(running: Running, items: tuple[str, ...]) -> Judgement:
    profile = load(running.profile, running.environ, items)
    access = profile.access
    if "rate-limits" not in items:
        running.state.limits.clear()
        access = replace(access, requests_per_second=None)
    seen, complaints = [], []
    async with open_net(access) as net:
        async for event in run(choose(PROBES, items), profile.target, net, log=complaints.append):
            if isinstance(event, Ended):
                seen.append(event.observation)
    assert complaints == []
    return judge(Evidence(tuple(seen), profile.answers), checklist.load(), PROBES, items)


def _told(judgement: Judgement) -> list[tuple[str, str, str]]:
    found = [finding for verdict in judgement.verdicts for finding in verdict.findings]
    return [(f.id, f.outcome.value, f.where) for f in found if f.outcome is not Outcome.PASS]


@pytest.mark.parametrize("item", READY)
async def test_the_careful_one_passes(item: str, tmp_path: Path):
    async with business(tmp_path, careful=True) as running:
        judgement = await _judged(running, (item,))
        assert judgement.verdict(item).outcome is Outcome.PASS, _told(judgement)
        assert not [flag.id for flag in judgement.flags if flag.raised]


@pytest.mark.parametrize("flaw", [flaw for flaw, item in FLAWS.items() if item in READY])
async def test_a_flaw_fails_its_item(flaw: str, tmp_path: Path):
    async with business(tmp_path, flaws=frozenset({flaw})) as running:
        judgement = await _judged(running, (FLAWS[flaw],))
        assert judgement.verdict(FLAWS[flaw]).outcome is Outcome.FAIL, _told(judgement)


async def test_many_flaws_fail_their_items_and_no_other(tmp_path: Path):
    async with business(tmp_path) as running:
        judgement = await _judged(running, READY)
        failed = {verdict.item for verdict in judgement.verdicts if verdict.outcome is Outcome.FAIL}
        assert failed == {FLAWS[flaw] for flaw in CARELESS} & set(READY), _told(judgement)
        raised = {flag.id for flag in judgement.flags if flag.raised}
        assert {"unknown-secrets", "mixed-tenants"} <= raised
