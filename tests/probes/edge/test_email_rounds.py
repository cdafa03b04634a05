"""How often the probe waits for DNS: questions are held back until nobody asks any more, then let go together; each time is a round trip."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.probes.edge.email_rig import DMARC, SOA, D, arrived, pair, signed, zone
from wizard.demo.parts.dns import serve_dns
from wizard.net import Access, DnsAnswer, open_net
from wizard.probe import Target
from wizard.probes.edge.email import PROBE

MOST = 12


class Rounds:
    """A door that answers in rounds: what is asked while the loop is busy goes out together."""

    def __init__(self, net) -> None:
        self.net = net
        self.waiting: list[tuple[asyncio.Future, str, str]] = []
        self.count = 0
        self.sizes: list[int] = []

    async def ask(self, name: str, kind: str) -> DnsAnswer:
        held = asyncio.get_running_loop().create_future()
        self.waiting.append((held, name, kind))
        return await held

    async def serve(self) -> None:
        quiet = 0
        while True:
            before = len(self.waiting)
            await asyncio.sleep(0.001)
            quiet = quiet + 1 if before == len(self.waiting) else 0
            if quiet > 20 and self.waiting:
                batch, self.waiting, quiet = self.waiting, [], 0
                self.count += 1
                self.sizes.append(len(batch))
                answers = await asyncio.gather(*(self.net.ask(name, kind) for _, name, kind in batch))
                for (held, _, _), answer in zip(batch, answers, strict=True):
                    held.set_result(answer)


def realistic() -> dict:
    """Google, Microsoft and a newsletter below one record, two levels deep, with reports at a service and keys behind CNAMEs."""
    g = "v=spf1 include:_n1.g.test include:_n2.g.test include:_n3.g.test ~all"
    more = {
        ("_spf.g.test", "TXT"): [g],
        **{(f"_n{n}.g.test", "TXT"): [f"v=spf1 ip4:198.51.100.{n} ~all"] for n in (1, 2, 3)},
        ("spf.m.test", "TXT"): ["v=spf1 ip4:203.0.113.0/24 -all"],
        ("servers.news.test", "TXT"): ["v=spf1 include:a.news.test ~all"],
        ("a.news.test", "TXT"): ["v=spf1 ip4:203.0.113.9 mx:news.test ~all"],
        ("news.test", "MX"): ["10 mx.news.test"],
        (f"mail.{D}", "A"): ["192.0.2.9"],
        (f"selector1._domainkey.{D}", "CNAME"): ["selector1.m.test"],
        ("selector1.m.test", "TXT"): [pair().record],
        (f"{D}._report._dmarc.reports.test", "TXT"): ["v=DMARC1"],
        (D, "NS"): ["ns.test"],
        (D, "SOA"): [SOA],
    }
    spf = f"v=spf1 include:_spf.g.test include:spf.m.test include:servers.news.test a:mail.{D} ip4:127.0.0.9 ~all"
    return zone(spf=spf, dmarc=DMARC.replace("dmarc@example.test", "x@reports.test"), more=more)


async def rounds(table: dict, target: Target) -> tuple[Rounds, tuple]:
    async with serve_dns(table) as dns, open_net(Access(run_id="t", resolver=dns.resolver)) as net:
        door = Rounds(net)
        server = asyncio.create_task(door.serve())
        seen = await PROBE.observe(target, door)  # type: ignore[arg-type]
        server.cancel()
    return door, PROBE.read(seen)


async def test_a_realistic_domain_costs_few_round_trips() -> None:
    door, findings = await rounds(realistic(), Target(email_domains=(D,), selectors=("s1",)))
    assert not [f for f in findings if f.outcome in ("fail", "unknown") and f.check != "received"]
    assert door.count <= 6
    assert max(door.sizes) >= 12


async def test_an_original_and_a_deep_tree_stay_within_twelve(tmp_path: Path) -> None:
    table = realistic()
    for n in range(9):
        table[f"_d{n}.deep.test", "TXT"] = [f"v=spf1 include:_d{n + 1}.deep.test ?all"]
    table["_d9.deep.test", "TXT"] = ["v=spf1 a:far.deep.test ?all"]
    table[D, "TXT"] = ["v=spf1 include:_d0.deep.test ip4:127.0.0.9 -all"]
    path = tmp_path / "mail.eml"
    path.write_bytes(arrived(signed()))
    door, findings = await rounds(table, Target(email_domains=(D,), selectors=("s1",), messages=(path,)))
    assert [f.outcome for f in findings if f.check == "alignment"] == ["pass"]
    assert [f.say for f in findings if f.check == "spf-valid"] == ["too-many"]
    assert door.count <= MOST
