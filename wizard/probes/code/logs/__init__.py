"""Item ``logging``: what the log of the running product holds, and what it must not hold. Two probes: one leaves marks, one reads, last of all."""

from __future__ import annotations

from wizard.model import Consent
from wizard.probe import Probe
from wizard.probes.code.logs import send
from wizard.probes.code.logs.facts import Seen
from wizard.probes.code.logs.look import observe
from wizard.probes.code.logs.read import ALWAYS, ITEM, read

CANARY = send.PROBE

PROBE = Probe(
    id="logging",
    item=ITEM,
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(f"{ITEM}.{check}" for check in (*ALWAYS, "rate-limit-events", "canary", "forging")),
    late=True,
)
