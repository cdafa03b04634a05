"""A host whose certificate nobody trusts is up: every item that reads it says so, and points to row 7."""

from __future__ import annotations

import contextlib

import pytest

from wizard.demo.parts.ca import Authority
from wizard.demo.parts.http import page, reply, serve
from wizard.model import Outcome, Route, Unobserved
from wizard.net import Access, open_net
from wizard.probe import Probe, Target
from wizard.probes.api.cors import PROBE as CORS
from wizard.probes.code.served import PROBE as SECRETS

HOST = "127.0.0.1"


async def said(probe: Probe, routes: tuple[Route, ...], *, up: bool) -> set[str]:
    """The reasons given for a host with a self-signed certificate, or for one that is down."""
    async with contextlib.AsyncExitStack() as stack:
        context = Authority().context([HOST], self_signed=True)
        web = await stack.enter_async_context(
            serve(lambda r: reply({}) if "/me" in r.path else page("<h1>x</h1>"), tls=context)
        )
        port = web.port if up else 9
        access = Access(run_id="t", hosts=frozenset({f"{HOST}:{port}"}), site=f"https://{HOST}:{port}")
        net = await stack.enter_async_context(open_net(access))
        url = f"https://{HOST}:{port}"
        target = Target(run_id="t", site=url, base_url=url, routes=routes, origins=(url,))
        seen = await probe.observe(target, net)
    if isinstance(seen, Unobserved):
        return {f"reasons.{seen.say}"}
    found = probe.read(seen)
    assert not [one for one in found if one.outcome is Outcome.FAIL]
    return {one.say for one in found if one.outcome is Outcome.UNKNOWN}


@pytest.mark.parametrize(
    ("probe", "routes", "silence"),
    [
        (SECRETS, (), "reasons.host-down"),
        (CORS, (Route("GET", "/me", "public"),), "no-answer"),
        (CORS, (), "reasons.no-api"),
    ],
    ids=["frontend-secrets", "cors", "cors without a route"],
)
async def test_a_bad_certificate_is_no_silence(probe: Probe, routes: tuple[Route, ...], silence: str) -> None:
    bad = await said(probe, routes, up=True)
    assert "reasons.no-safe-line" in bad
    assert silence not in bad
    down = await said(probe, routes, up=False)
    assert silence in down
    assert "reasons.no-safe-line" not in down
