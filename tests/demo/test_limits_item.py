"""The rate ladder on the sample business, on a clock that jumps between requests: the careful one passes, each switch fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from wizard import checklist
from wizard.demo import actions
from wizard.demo.app import State
from wizard.demo.business import business
from wizard.demo.flaws import FLAWS
from wizard.judge import judge
from wizard.model import Evidence, Outcome
from wizard.net.door import Door
from wizard.net.pace import Clock
from wizard.probes import PROBES
from wizard.probes.api import patience
from wizard.profile.load import load
from wizard.runner import Ended, choose, run

ITEM = "rate-limits"


class Jumping(Clock):
    """Waiting takes no time."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


async def quick_thinking(state: State) -> None:
    """The careless server's slowing down, a good deal faster."""
    state.busy += 1
    try:
        await asyncio.sleep(0.02 * state.busy**1.5 if "slows-down" in state.flaws else 0)
    finally:
        state.busy -= 1


async def outcome(folder: Path, flaws: frozenset[str]) -> tuple[Outcome, list[str]]:
    async with business(folder, flaws=flaws) as running:
        profile = load(running.profile, running.environ, (ITEM,))
        clock = Jumping()
        token = patience.sleep.set(clock.sleep)
        async with Door(profile.access, clock) as net:
            events = [one async for one in run(choose(PROBES, (ITEM,)), profile.target, net)]
        patience.sleep.reset(token)
    seen = tuple(one.observation for one in events if isinstance(one, Ended))
    verdict = judge(Evidence(seen, profile.answers), checklist.load(), PROBES, (ITEM,)).verdict(ITEM)
    return verdict.outcome, [f.check for f in verdict.findings if f.outcome is Outcome.FAIL]


async def test_the_careful_one_passes(tmp_path: Path):
    assert await outcome(tmp_path, frozenset()) == (Outcome.PASS, [])


FAILS = {
    "no-rate-limit": ["chat", "login"],  # two ladders of seventy are all that the cap holds
    "login-unlimited": ["login"],
    "trusts-forwarded-for": ["forged-sender"],
    "slows-down": ["chat", "climb"],
}


@pytest.mark.parametrize("flaw", FAILS)
async def test_a_flaw_fails_its_check(flaw: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "think", quick_thinking)
    assert await outcome(tmp_path, frozenset({flaw})) == (Outcome.FAIL, FAILS[flaw])


def test_every_switch_of_the_item_is_here():
    assert FAILS.keys() == {name for name, item in FLAWS.items() if item == ITEM}
