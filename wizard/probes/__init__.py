"""The registry: every probe, in the order in which they run. One line a probe, nothing else."""

from __future__ import annotations

from wizard.probe import Probe
from wizard.probes.api import auth, auth_logout, cors, hosted, input, objects, rate
from wizard.probes.chat import inject, inventory
from wizard.probes.code import deployment, logs, repository, repository_history, served, watch
from wizard.probes.edge import email, front, tls
from wizard.probes.edge.front import attack, cache

PROBES: tuple[Probe, ...] = (
    auth.PROBE,
    objects.PROBE,
    cache.PROBE,
    cors.PROBE,
    input.PROBE,
    hosted.PROBE,
    inject.PROBE,
    inventory.PROBE,
    rate.PROBE,
    logs.CANARY,
    served.PROBE,
    repository.PROBE,
    repository_history.PROBE,
    tls.PROBE,
    email.PROBE,
    front.PROBE,
    attack.PROBE,
    deployment.PROBE,
    auth_logout.PROBE,
    watch.PROBE,
    logs.PROBE,
)
