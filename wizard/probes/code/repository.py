"""Probe: keys in the folder of code, in its build output, in environment files, in CI logs and shared texts."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.model import Basis, Consent, FileRef, Finding, Outcome, Reason, Severity
from wizard.net import Net
from wizard.probe import Probe, Target, earlier, progress, stop
from wizard.probes.code import findings, handed, prefixes
from wizard.probes.code.places import Fate, rule
from wizard.probes.code.rest import Rest
from wizard.probes.code.secrets import Fingerprint, Found, Place, engine_name
from wizard.probes.code.sorts import Env, Sorts
from wizard.probes.code.tree import Report, Walk, digest, shown

ITEM = findings.ITEM
LEAST_COVERAGE = 0.95
MOST_FOUND = 1_000
_CI = re.compile(
    rb"(?m)^(?:\S{0,40}Z? ?##\[(?:group|section|command)\]|##\[|\S+Z \[command\]|section_start:\d|\[Pipeline\]|Running with gitlab-runner|\$ npm |Cloning repository)|Run actions/"
)


@dataclass(frozen=True, slots=True)
class Area:
    """One kind of source: how much of it was read. `skipped`: (reason, count). `capped`: why it ended early."""

    files: int = 0
    read: int = 0
    unread: int = 0
    seconds: float = 0.0
    skipped: tuple[tuple[str, int], ...] = ()
    capped: str = ""

    @property
    def coverage(self) -> float:
        """Share of the bytes that were read."""
        return self.read / (self.read + self.unread) if self.read + self.unread else 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was handed over. `git`: "" none, ``yes``, or why it was refused. `ci` and `shared` name the texts that were read."""

    repository: bool = False
    git: str = ""
    engine: str = ""
    tree: Area | None = None
    build: Area | None = None
    ci: Area | None = None
    shared: Area | None = None
    envs: tuple[Env, ...] = ()
    found: tuple[Found, ...] = ()
    prefixed: tuple[prefixes.Named, ...] = ()
    files: tuple[FileRef, ...] = ()
    code: tuple[FileRef, ...] = ()
    """The repository and the build output."""
    built: bool = False
    """The folder itself holds build output."""
    rest: Rest | None = None
    """Where the look through the folder ended early."""
    begun: str = ""
    """``on`` when it went on where the last one ended, ``again`` when it could not, as the folder had changed."""


async def observe(target: Target, net: Net) -> Seen:
    """Read what was handed over. Blocking work runs in a thread; nothing is sent, built, installed or run."""
    if target.repository is None and not target.build and not target.texts:
        return Seen()
    return await asyncio.to_thread(_look, target, net.fingerprint)


def _look(target: Target, private: Fingerprint) -> Seen:
    told = teller()
    root = target.repository if target.repository is not None and target.repository.is_dir() else None
    texts = tuple((path, _is_ci(path)) for path in target.texts)
    sources = (
        (target.build, Place.BUILD),
        (tuple(path for path, ci in texts if ci), Place.CI_LOG),
        (tuple(path for path, ci in texts if not ci), Place.TEXT),
    )
    areas = [_several(paths, place, private, told) for paths, place in sources]
    found = [one for _, more in areas for one in more]
    seen = Seen(
        engine=engine_name(),
        build=areas[0][0],
        ci=areas[1][0],
        shared=areas[2][0],
        code=handed.refs(target.repository, *target.build),
        files=tuple(FileRef(path.name, mark) for path in target.texts if path.is_file() and (mark := digest(path))),
    )
    if root is not None:
        seen, own = _tree(root, seen, private, told)
        found = own + found
    return replace(seen, found=_worst(found))


def _tree(root: Path, seen: Seen, private: Fingerprint, told: Callable[[Report], None]) -> tuple[Seen, list[Found]]:
    sorts = Sorts.of(root)
    named: list[prefixes.Named] = []
    walk = Walk(root, sorts.place, private, told, stop.get(), also=sorts.tracked or frozenset())
    walk.noticed, walk.marks = lambda name, head: named.extend(prefixes.look(name, head)), prefixes.MARKS
    walk.salt = "\n".join((sorts.git, *sorts.builds, *sorted(sorts.tracked or ())))
    before, begun = earlier.get().get(PROBE.id), ""
    if isinstance(before, Seen) and before.rest is not None:
        begun = "on" if walk.go_on(before.rest) else "again"
        named.extend(before.prefixed if begun == "on" else ())
    area = _area(walk.run())
    envs = tuple(sorts.envs[:200])
    seen = replace(seen, repository=True, git=sorts.git, tree=area, envs=envs, prefixed=tuple(named[:200]))
    rest = walk.rest
    if rest is not None:
        rest = replace(rest, found=_worst(list(rest.found)))
    seen = replace(
        seen,
        rest=rest,
        begun=begun,
        built=bool(sorts.builds) or any(one.place is Place.BUILD for one in walk.report.found),
    )
    return seen, [sorts.settled(one) for one in walk.report.found]


def _is_ci(path: Path) -> bool:
    """A build log, by what it says or how it is called; else a shared text."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    name = path.name.lower()
    return bool(_CI.search(head)) or (
        name.endswith((".log", ".txt"))
        and bool(re.search(r"(?:^|[-_.])(?:ci|build|deploy|actions|pipeline|job)(?:[-_.]|$)", name))
    )


def _several(
    paths: tuple[Path, ...], place: Place, private: Fingerprint, told: Callable[[Report], None]
) -> tuple[Area | None, list[Found]]:
    """Walk over each path, folders and files alike."""
    if not paths:
        return None, []
    report = Report()
    for path in paths:
        walk = Walk(path, lambda _name: place, private, told, stop.get(), report=report)
        walk.prefix = f"{shown(path.name)}/" if path.is_dir() else ""
        if not path.exists():
            report.skipped["vanished"] += 1
            report.unread += 4096
            continue
        walk.run()
    return _area(report), report.found


def _area(report: Report) -> Area:
    skipped = tuple(sorted(report.skipped.items()))
    return Area(report.files, report.read, report.unread, round(report.seconds, 2), skipped, report.capped)


def _worst(found: list[Found]) -> tuple[Found, ...]:
    """At most a thousand, those that fail first."""
    order = {Fate.FAIL: 0, Fate.LOOK: 1, Fate.METER: 2, Fate.NOTE: 3, Fate.RIGHT: 4, Fate.MADE_UP: 5, Fate.PUBLIC: 6}
    return tuple(sorted(found, key=lambda one: order[rule(one).fate])[:MOST_FOUND])


def teller() -> Callable[[Report], None]:
    """A progress line at most ten times a second."""
    tell, last = progress.get(), [0.0]

    def told(report: Report) -> None:
        now = time.monotonic()
        if now - last[0] >= 0.1:
            last[0] = now
            tell(f"{report.files:,} files, {report.read / 1e6:,.0f} MB, {len(report.found)} found")

    return told


# --- reading ----------------------------------------------------------------------------------------------------------


def read(seen: Seen) -> tuple[Finding, ...]:
    """Every check on what was handed over."""
    return handed.named(_all(seen), seen.code)


def _all(seen: Seen) -> tuple[Finding, ...]:
    return (
        *_repo_tree(seen),
        *_env_files(seen),
        *_source(
            "build-output",
            seen.build or (seen.tree if seen.built else None),
            _at(seen, Place.BUILD, Place.SERVER_BUILD),
        ),
        *_source("ci-logs", seen.ci, _at(seen, Place.CI_LOG), seen.files),
        *_source("shared-text", seen.shared, _at(seen, Place.TEXT), seen.files),
        *findings.meters(_at(seen, Place.BUILD), Basis.EVIDENCED),
        *_prefixes(seen),
        *findings.made_up(seen.found, Basis.EVIDENCED),
    )


def _at(seen: Seen, *places: Place) -> list[Found]:
    return [one for one in seen.found if one.place in places]


def _repo_tree(seen: Seen) -> list[Finding]:
    check = f"{ITEM}.repo-tree"
    if not seen.repository or seen.tree is None:
        return [Finding(check, Outcome.UNKNOWN, Basis.NONE, say="reasons.no-repository", reason=Reason.NOT_TESTED)]
    envs = {env.name for env in seen.envs}
    own = [
        one
        for one in _at(seen, Place.TRACKED, Place.LOOSE, Place.ENV_LOOSE, Place.ENV_IGNORED)
        if one.match.name not in envs
    ]
    made = findings.fails("repo-tree", own, Basis.EVIDENCED)
    made += findings.to_review("repo-tree", own, Basis.EVIDENCED)
    if not any(f.outcome is Outcome.FAIL for f in made):
        made.append(_whole(check, seen.tree, seen.begun))
    made += findings.listed("public-keys", own, Basis.EVIDENCED, frozenset((Fate.PUBLIC,)), "public")
    return made


def _whole(check: str, area: Area, begun: str = "") -> Finding:
    """Nothing was found: a pass when nearly all was read, else unknown."""
    told = (
        ("files", f"{area.files:,}"),
        ("size", f"{area.read / 1e6:,.1f}"),
        ("percent", f"{area.coverage * 100:.0f}"),
        ("why", area.capped),
    )
    facts = f"{area.files} files, {area.read} bytes, {area.unread} unread, {area.seconds} s; skipped: " + (
        ", ".join(f"{reason} {count}" for reason, count in area.skipped) or "-"
    )
    facts += {"on": "; went on", "again": "; begun again, files had changed"}.get(begun, "")
    if area.capped or area.coverage < LEAST_COVERAGE:
        say = "stopped" if area.capped == "stopped" else "partly"
        return Finding(
            check, Outcome.UNKNOWN, Basis.EVIDENCED, say=say, slots=told, reason=Reason.INCONCLUSIVE, evidence=facts
        )
    if not area.files:
        return Finding(check, Outcome.UNKNOWN, Basis.NONE, say="empty", reason=Reason.INCONCLUSIVE, evidence=facts)
    return Finding(check, Outcome.PASS, Basis.EVIDENCED, slots=told, evidence=facts)


def _env_files(seen: Seen) -> list[Finding]:
    check = f"{ITEM}.env-files"
    if not seen.repository:
        return [Finding(check, Outcome.UNKNOWN, Basis.NONE, say="reasons.no-repository", reason=Reason.NOT_TESTED)]
    names = {env.name for env in seen.envs}
    own = [one for one in seen.found if one.match.name in names]
    made = findings.fails("env-files", own, Basis.EVIDENCED) + findings.to_review("env-files", own, Basis.EVIDENCED)
    if made:
        return made
    states = {
        state: sum(env.state == state for env in seen.envs) for state in ("tracked", "ignored", "loose", "no-git")
    }
    told = (("count", str(len(seen.envs))), ("ignored", str(states["ignored"])))
    facts = "\n".join(f"{env.name}: {env.state}" for env in seen.envs[:20])
    say = "none" if not seen.envs else "loose" if states["loose"] else "pass"
    severity = Severity.NOTE if say == "loose" else None
    return [Finding(check, Outcome.PASS, Basis.EVIDENCED, say=say, slots=told, severity=severity, evidence=facts)]


def _source(check: str, area: Area | None, own: list[Found], files: tuple[FileRef, ...] = ()) -> list[Finding]:
    id_ = f"{ITEM}.{check}"
    if area is None:
        return [Finding(id_, Outcome.UNKNOWN, Basis.NONE, say="nothing", reason=Reason.NOT_TESTED)]
    made = findings.fails(check, own, Basis.EVIDENCED) + findings.to_review(check, own, Basis.EVIDENCED)
    made += findings.listed(check, own, Basis.EVIDENCED, frozenset((Fate.NOTE,)), "note")
    if not any(f.outcome is Outcome.FAIL for f in made):
        made.append(_whole(id_, area))
    return [replace(f, files=files) for f in made]


def _prefixes(seen: Seen) -> list[Finding]:
    return prefix_findings(seen.prefixed, Basis.EVIDENCED, looked=seen.repository)


def prefix_findings(named: tuple[prefixes.Named, ...], basis: Basis, *, looked: bool) -> list[Finding]:
    """A name that ships with a value fails; one without is for a person; none at all passes."""
    check = f"{ITEM}.env-prefix"
    made = []
    for one in sorted(named, key=lambda n: not n.valued)[:20]:
        outcome = Outcome.FAIL if one.valued else Outcome.UNKNOWN
        reason = None if one.valued else Reason.REVIEW
        where = f"{one.file}:{one.line}"
        made.append(
            Finding(
                check, outcome, basis, slots=(("variable", one.name),), reason=reason, where=where, evidence=one.name
            )
        )
    if not made and looked:
        made.append(Finding(check, Outcome.PASS, basis))
    return made


PROBE = Probe(
    id="frontend-secrets-repository",
    item=ITEM,
    consent=Consent.LOOK,
    seen=Seen,
    observe=observe,
    read=read,
    checks=tuple(
        f"{ITEM}.{check}"
        for check in (
            "repo-tree",
            "env-files",
            "build-output",
            "ci-logs",
            "shared-text",
            "meter-keys",
            "env-prefix",
            "made-up",
            "public-keys",
        )
    ),
)
