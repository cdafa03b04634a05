"""The sample business: careful passes, and each careless switch of this item fails it, where it should."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.probes.code.samples import private
from wizard.checklist import load as checklist
from wizard.demo.business import business
from wizard.judge.verdicts import root_causes, verdict_of
from wizard.model import Finding, Outcome, Unobserved
from wizard.net import open_net
from wizard.probes.code import repository, repository_history, served
from wizard.probes.code.secrets import Grade, Place, scan_bytes
from wizard.profile import load

PROBES = (served.PROBE, repository.PROBE, repository_history.PROBE)


def assert_clean(text: bytes) -> None:
    """What we write about keys holds none: the engine looks through it as through a log."""
    found = scan_bytes(text, "results.json", Place.LOG, private).matches
    assert [m for m in found if m.grade is not Grade.PUBLIC] == []


async def look(folder: Path, flaws: frozenset[str]) -> list[Finding]:
    made: list[Finding] = []
    async with business(folder, flaws=flaws) as running:
        profile = load(running.profile, running.environ)
        async with open_net(profile.access) as net:
            for probe in PROBES:
                seen = await probe.observe(profile.target, net)
                assert not isinstance(seen, Unobserved), seen
                made += probe.read(seen)
                written = msgspec.json.encode(seen)
                assert msgspec.json.decode(written, type=probe.seen) == seen
                assert_clean(written)
    for finding in made:
        words = checklist().words(finding)
        assert "{" not in words.text + words.next + (words.fix if finding.outcome is Outcome.FAIL else ""), words
    assert_clean(msgspec.json.encode(made))
    return root_causes(made, checklist())


async def test_the_careful_business_passes(tmp_path: Path) -> None:
    findings = await look(tmp_path, frozenset())
    assert [f for f in findings if f.outcome is Outcome.FAIL] == []
    verdict = verdict_of(checklist().item("frontend-secrets"), findings)
    assert (verdict.outcome, verdict.missing) == (Outcome.PASS, ())


SWITCHES = {
    "secret-in-bundle": "bundle",
    "env-served": "exposed-files",
    "source-map": "source-maps",
    "secret-in-repository": "repo-tree",
    "secret-in-history": "repo-history",
}


@pytest.mark.parametrize("switch", SWITCHES)
async def test_each_switch_fails_its_check(tmp_path: Path, switch: str) -> None:
    findings = await look(tmp_path, frozenset({switch}))
    failed = {f.check for f in findings if f.outcome is Outcome.FAIL}
    assert SWITCHES[switch] in failed
    assert verdict_of(checklist().item("frontend-secrets"), findings).outcome is Outcome.FAIL
