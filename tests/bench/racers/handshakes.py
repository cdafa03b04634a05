"""Our side held to the peer's own questions: certificates, TLS 1.0 and 1.1 of named hosts; read, judged and worded. One turn for each line read."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from wizard.checklist import load
from wizard.judge import judge
from wizard.model import Evidence, Observation, Outcome
from wizard.net import Access, open_net
from wizard.probes.edge.hosts import Host
from wizard.probes.edge.tls import PROBE
from wizard.probes.edge.tls.facts import HostSeen, Line, Seen, printable


async def told(access: Access, names: list[str]) -> int:
    """How many checks fail."""
    async with open_net(access) as net:
        met = await asyncio.gather(
            *(asyncio.gather(net.shake(n), net.hello(n, 443, "1.0"), net.hello(n, 443, "1.1")) for n in names)
        )
    hosts = tuple(
        HostSeen(Host(name, listed=True, addresses=("127.0.0.1",)), (Line(printable(shake), old10, old11),))
        for name, (shake, old10, old11) in zip(names, met, strict=True)
    )
    seen = Seen(hosts, now=time.time())
    words = load()
    judged = judge(
        Evidence((Observation("tls", seen, "2026-11-25T00:00:00.000Z", 0.1),), ()), words, (PROBE,), ("tls",)
    )
    findings = PROBE.read(seen)
    assert judged.verdicts[0].outcome is Outcome.FAIL
    assert all(words.words(one).text for one in findings)
    return sum(one.outcome is Outcome.FAIL for one in findings)


def main() -> None:
    resolver, ca, connect, names = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
    access = Access(run_id="bench", hosts=frozenset(names), connect=connect, resolver=resolver, ca_file=ca)
    for line in sys.stdin:
        began = time.perf_counter()
        failed = asyncio.run(told(access, names))
        print(json.dumps([time.perf_counter() - began, failed]), flush=True)
        if line == "once\n":
            break


if __name__ == "__main__":
    main()
