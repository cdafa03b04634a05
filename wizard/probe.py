"""What a probe is: a record of two functions. `observe` collects and never judges; `read` judges and never does I/O.

Also what a probe is told about its target: the consented, credential-free part of the profile.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wizard.model import Answer, Consent, Finding, Route, Unobserved
from wizard.net import Call, Net, Secret


@dataclass(frozen=True, slots=True)
class Account:
    """A test account by name; its credential lives in `net` alone. `marker`: (key word, secret word), key word "" when only one was given."""

    name: str
    marker: tuple[Secret, Secret] | None = None
    own: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    person: tuple[Secret, ...] = ()
    pasted: Call | None = None
    """The pasted "Copy as cURL" of the own conversation, credentials taken out."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat endpoint. `body` holds ``{{message}}`` and ``{{uuid}}``; `reply` is a dotted path or "sse"."""

    request: str = ""
    body: str = ""
    reply: str = ""
    canary: Secret | None = None
    prompt: Secret | None = None
    rule: str = ""
    tools: tuple[str, ...] | None = None
    confirmed: tuple[str, ...] = ()
    plant: str = ""
    plant_body: str = ""
    cost_per_message: float | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A signed webhook. `secret` and credentials never stand here: `net` signs by scheme name. `event` is the event's own text (JSON or a form)."""

    route: str = ""
    scheme: str = ""
    event: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Hosted:
    """A hosted backend (Supabase or Firebase) that the browser calls directly; its public key is account ``hosted`` in `net`."""

    kind: str = ""
    url: str = ""
    tables: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What `observe` may know: the profile without its credentials. Paths are absolute; empty means not given."""

    run_id: str = ""
    business: str = ""
    site: str = ""
    domains: tuple[str, ...] = ()
    edge: str = ""
    base_url: str = ""
    routes: tuple[Route, ...] = ()
    describe: str = ""
    """A URL on a consented host that `observe` may read with `read_description`; a local file is in `routes` already and leaves this empty."""
    public: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    login: str = ""
    upload: str = ""
    reset: str = ""
    webhook_route: str = ""
    logout: str = ""
    origins: tuple[str, ...] = ()
    accounts: dict[str, Account] = field(default_factory=dict)
    chat: Chat = field(default_factory=Chat)
    webhook: Webhook = field(default_factory=Webhook)
    hosted: Hosted = field(default_factory=Hosted)
    edge_token: bool = False
    email_domains: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    messages: tuple[Path, ...] = ()
    repository: Path | None = None
    build: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    logs: tuple[Path, ...] = ()
    monitoring_provider: str = ""
    monitoring_token: bool = False
    status_page: str = ""
    monitoring_evidence: tuple[Path, ...] = ()
    version_url: str = ""
    rollback: Path | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    quick: bool = False


progress: ContextVar[Callable[[str], None]] = ContextVar("progress", default=lambda _line: None)
"""A running probe's progress line: ``progress.get()("14/17 files")``. The runner sets it; facts only, words are the face's."""

stop: ContextVar[threading.Event | None] = ContextVar("stop", default=None)
"""Set when the person asks to stop: blocking work in a thread looks at it, async work is cancelled."""

earlier: ContextVar[Mapping[str, Any]] = ContextVar("earlier", default=MappingProxyType({}))
"""By probe, what it saw the last time, where an assessment goes on: a look that ended early may begin where that one ended."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A family of checks. `seen` is the frozen dataclass that `observe` returns; `checks` the finding ids that `read` can make.

    `consent` is the least that `observe` needs to be called at all: a probe that mixes classes asks `net.allows` itself. `late` probes
    run after all others (logs). A `Seen` may have a field ``aftercare: tuple[str, ...]``: facts on what the probe left behind
    (``POST /notes as a: note LR-12ab``), shown in the list of what to clean up.
    """

    id: str
    item: str
    consent: Consent
    seen: type[Any]
    observe: Callable[[Target, Net], Awaitable[Any | Unobserved]]
    read: Callable[[Any], tuple[Finding, ...]]
    checks: tuple[str, ...]
    late: bool = False
    quick: bool = False
    lane: str = ""
    """Probes of one lane run one after the other, in the registry's order; lanes and probes without one run side by side."""
