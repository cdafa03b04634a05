"""The sample business: careful it passes both items, and each switch fails exactly the one it is named for."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from wizard import profile
from wizard.checklist import load
from wizard.demo import business as module
from wizard.demo.business import business
from wizard.demo.flaws import FLAWS
from wizard.judge import judge
from wizard.model import Evidence, Observation
from wizard.net import open_net
from wizard.probes.edge import front, tls
from wizard.probes.edge.front import cache

SWITCHES = sorted(name for name, item in FLAWS.items() if item in ("tls", "edge"))


@functools.cache
def _signers():  # type: ignore[no-untyped-def]
    return (module.mail.signer("brightside.example", "s1"), module.mail.signer("uptimewatch.example", "w1"))


@pytest.mark.parametrize("flaw", ["", *SWITCHES])
async def test_a_switch_fails_its_own_item(flaw: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_signers", _signers)
    probes = (tls.PROBE, front.PROBE) if flaw != "cached-private" else (tls.PROBE, front.PROBE, cache.PROBE)
    async with business(tmp_path, flaws=frozenset({flaw} - {""})) as running:
        given = profile.load(running.profile, running.environ)
        async with open_net(given.access) as net:
            seen = [Observation(p.id, await p.observe(given.target, net), "2026-11-25T00:00:00Z", 0.1) for p in probes]
    found = judge(Evidence(tuple(seen), tuple(given.target.answers.values())), load(), probes, ("tls", "edge"))
    outcomes = {verdict.item: verdict.outcome.value for verdict in found.verdicts}
    want = {"tls": "pass", "edge": "pass"} | ({FLAWS[flaw]: "fail"} if flaw else {})
    assert outcomes == want, [
        (v.item, v.missing, [f for f in v.findings if f.outcome != "pass"]) for v in found.verdicts
    ]
