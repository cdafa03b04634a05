"""The sample business: careful, the item passes; with one careless sign-in, exactly that check fails."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.probes.api.auth_rig import checklist
from wizard.demo.business import business
from wizard.demo.flaws import FLAWS
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Finding, Outcome, Unobserved
from wizard.net import open_net
from wizard.probes.api import auth, auth_logout
from wizard.profile import load

CHECK_OF = {"no-auth-on-route": "missing-token"}


async def look(folder: Path, *flaws: str) -> tuple[Outcome, list[Finding]]:
    async with business(folder, flaws=frozenset(flaws)) as running:
        profile = load(running.profile, {**os.environ, **running.environ})
        async with open_net(replace(profile.access, requests_per_second=1000.0)) as net:
            seen = await auth.PROBE.observe(profile.target, net)
            out = await auth_logout.PROBE.observe(profile.target, net)
            assert net.spent().touch + net.spent().push <= 110
        assert not isinstance(seen, Unobserved)
        findings = root_causes([*auth.PROBE.read(seen), *auth_logout.PROBE.read(out)], checklist())
        assert all(checklist().words(finding).text for finding in findings)
        return verdict_of(checklist().items[0], findings).outcome, findings


async def test_the_careful_business_passes(tmp_path: Path) -> None:
    outcome, findings = await look(tmp_path / "careful")
    assert outcome is Outcome.PASS
    assert {f.outcome for f in findings} == {Outcome.PASS, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize("flaw", [name for name, item in FLAWS.items() if item == "auth"])
async def test_each_careless_way_is_one_fail(flaw: str, tmp_path: Path) -> None:
    outcome, findings = await look(tmp_path / flaw, flaw)
    assert outcome is Outcome.FAIL
    assert [f.check for f in findings if f.outcome is Outcome.FAIL and not f.root] == [CHECK_OF.get(flaw, flaw)]


async def test_what_is_careless_elsewhere_is_no_matter_here(tmp_path: Path) -> None:
    elsewhere = (
        "swap",
        "list-leak",
        "crash-on-broken-json",
        "takes-anything",
        "trace-in-errors",
        "reflect-origin",
        "no-rate-limit",
    )
    outcome, _ = await look(tmp_path / "elsewhere", *elsewhere)
    assert outcome is Outcome.PASS
