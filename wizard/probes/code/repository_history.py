"""Probe: keys in what a repository remembers, reachable or not. Read in a clean room; see `gitroom`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.model import Basis, Consent, FileRef, Finding, Outcome, Reason, Slots
from wizard.net import Net
from wizard.probe import Probe, Target, earlier, progress, stop
from wizard.probes.code import findings, gitroom, handed, history
from wizard.probes.code.places import Fate
from wizard.probes.code.rest import Rest
from wizard.probes.code.secrets import Fingerprint, Found, engine_name

ITEM = findings.ITEM
CHECK = f"{ITEM}.repo-history"
MOST_FOUND = 500
LEAST_COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class Seen:
    """What the past came to. `refused`: "" or none, outside, alternates, no-git, odd. Sizes in bytes, times in seconds."""

    refused: str = ""
    shallow: bool = False
    versions: int = 0
    total: int = 0
    commits: int = 0
    read: int = 0
    unread: int = 0
    large: int = 0
    seconds: float = 0.0
    capped: str = ""
    engine: str = ""
    found: tuple[Found, ...] = ()
    code: tuple[FileRef, ...] = ()
    rest: Rest | None = None
    begun: str = ""
    """``on`` when it went on where the last look ended, ``again`` when it could not, as the objects had changed."""


async def observe(target: Target, net: Net) -> Seen:
    """Scan all objects. Blocking work runs in a thread; the child ends with the run."""
    if target.repository is None or not target.repository.is_dir():
        return Seen(refused="no-repository")
    return await asyncio.to_thread(_look, target.repository, net.fingerprint)


def _look(root: Path, private: Fingerprint) -> Seen:
    store = gitroom.open_store(root)
    if store is None:
        return Seen(refused="none")
    if store.refused:
        return Seen(refused=store.refused, shallow=store.shallow)
    before = earlier.get().get(PROBE.id)
    rest = before.rest if isinstance(before, Seen) else None
    past = history.look(store, private, _teller(), stop.get(), rest)
    return Seen(
        "",
        store.shallow,
        past.versions,
        past.total,
        past.commits,
        past.read,
        past.unread,
        past.large,
        round(past.seconds, 2),
        past.capped,
        engine_name(),
        tuple(past.found[:MOST_FOUND]),
        handed.refs(root),
        replace(past.rest, found=past.rest.found[:MOST_FOUND]) if past.rest else None,
        past.begun,
    )


def _teller() -> Callable[[history.Past], None]:
    tell, last = progress.get(), [0.0]

    def told(past: history.Past) -> None:
        now = time.monotonic()
        if now - last[0] >= 0.1:
            last[0] = now
            tell(f"{past.versions:,} of {past.total:,} versions, {len(past.found)} found")

    return told


def read(seen: Seen) -> tuple[Finding, ...]:
    """One finding a key; a pass only for a whole history that was read whole."""
    if seen.refused:
        reason = Reason.NOT_TESTED if seen.refused in ("none", "no-git", "no-repository") else Reason.INCONCLUSIVE
        say = "reasons.no-repository" if seen.refused == "no-repository" else f"refused-{seen.refused}"
        return (Finding(CHECK, Outcome.UNKNOWN, Basis.NONE, say=say, reason=reason),)
    made = findings.fails("repo-history", seen.found, Basis.EVIDENCED)
    made += findings.to_review("repo-history", seen.found, Basis.EVIDENCED)
    whole = _whole(seen)
    if not any(f.outcome is Outcome.FAIL for f in made):
        made.append(whole)
    elif whole.outcome is not Outcome.PASS:  # once these keys are proved closed, what was not read still counts
        made.append(whole if whole.say == "shallow" else replace(whole, say="rest"))
    made += findings.made_up(seen.found, Basis.EVIDENCED)
    made += findings.listed("public-keys", seen.found, Basis.EVIDENCED, frozenset((Fate.PUBLIC,)), "public")
    return handed.named(made, seen.code)


def _whole(seen: Seen) -> Finding:
    share = seen.read / (seen.read + seen.unread) if seen.read + seen.unread else 1.0
    told: Slots = (
        ("versions", f"{seen.versions:,}"),
        ("commits", f"{seen.commits:,}"),
        ("percent", f"{share * 100:.0f}"),
    )
    facts = (
        f"{seen.versions} of {seen.total} versions, {seen.commits} commits, {seen.read} bytes, {seen.large} larger than 8 MiB, "
        f"{seen.seconds} s{', shallow' if seen.shallow else ''}{', ' + seen.capped if seen.capped else ''}"
    )
    facts += {"on": ", went on", "again": ", begun again, objects had changed"}.get(seen.begun, "")
    say = "shallow" if seen.shallow else "stopped" if seen.capped == "stopped" else "partly"
    if seen.shallow or seen.capped or share < LEAST_COVERAGE or not seen.total:
        say = "empty" if not seen.total else say
        return Finding(
            CHECK, Outcome.UNKNOWN, Basis.EVIDENCED, say=say, slots=told, reason=Reason.INCONCLUSIVE, evidence=facts
        )
    return Finding(CHECK, Outcome.PASS, Basis.EVIDENCED, slots=told, evidence=facts)


PROBE = Probe(
    id="frontend-secrets-history",
    item=ITEM,
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=(CHECK, f"{ITEM}.made-up", f"{ITEM}.public-keys"),
)
