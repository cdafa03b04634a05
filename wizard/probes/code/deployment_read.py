"""What the repository and the running product say about going live, check by check."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.model import Basis, FileRef, Finding, Outcome, Reason, Severity
from wizard.probes.code import handed
from wizard.probes.code.deploy.envnames import Names
from wizard.probes.code.deploy.locks import Manifest
from wizard.probes.code.deploy.pins import Pins
from wizard.probes.code.deploy.recipe import LEAST_WORDS, Recipe, Rollback
from wizard.probes.code.deploy.version import OLD_DAYS, Match, Running

CHECKS = tuple(
    f"deployment.{name}"
    for name in (
        "lockfile",
        "runtime-pinned",
        "recipe",
        "ci-deploys",
        "env-example",
        "env-ignored",
        "migrations",
        "rollback-doc",
        "version-endpoint",
        "head-match",
        "image-pinned",
        "actions-pinned",
    )
)
E_ = Basis.EVIDENCED


@dataclass(frozen=True, slots=True)
class Seen:
    """`git`: "" none, ``yes``, or why it was refused. `env_ignored`: which of the usual names git would leave alone. `copies_env`: the image takes ``.env`` in."""

    repository: bool = False
    git: str = ""
    whole: bool = True
    files: int = 0
    manifests: tuple[Manifest, ...] = ()
    env: Names = field(default_factory=Names)
    env_ignored: tuple[str, ...] = ()
    copies_env: bool = False
    pins: Pins = field(default_factory=Pins)
    recipe: Recipe = field(default_factory=Recipe)
    rollback: Rollback = field(default_factory=Rollback)
    running: Running = field(default_factory=Running)
    match: Match = field(default_factory=Match)
    code: tuple[FileRef, ...] = ()


def read(seen: Seen) -> tuple[Finding, ...]:
    """One finding or more for each check."""
    if not seen.repository:
        left = [c for c in CHECKS if c.split(".")[1] not in ("rollback-doc", "version-endpoint")]
        none = [_open(check.partition(".")[2], "reasons.no-repository", reason=Reason.NOT_TESTED) for check in left]
        return (*none, _rollback(seen), _version(seen))
    return handed.named(_all(seen), seen.code)


def _all(seen: Seen) -> tuple[Finding, ...]:
    return (
        *_locks(seen),
        _runtime(seen),
        _recipe(seen),
        _ci(seen),
        _example(seen),
        _ignored(seen),
        _migrations(seen),
        _rollback(seen),
        _version(seen),
        _head(seen),
        _images(seen),
        _actions(seen),
    )


def _pass(check: str, say: str = "pass", *, note: bool = False, basis: Basis = E_, **more: object) -> Finding:
    where, evidence = str(more.pop("where", "")), str(more.pop("evidence", ""))
    severity = Severity.NOTE if note else None
    return Finding(
        f"deployment.{check}", Outcome.PASS, basis, say, _slots(more), severity, where=where, evidence=evidence
    )


def _fail(check: str, say: str = "fail", **more: object) -> Finding:
    where, evidence = str(more.pop("where", "")), str(more.pop("evidence", ""))
    return Finding(f"deployment.{check}", Outcome.FAIL, E_, say, _slots(more), where=where, evidence=evidence)


def _open(check: str, say: str = "unknown", *, reason: Reason = Reason.INCONCLUSIVE, **more: object) -> Finding:
    where, evidence = str(more.pop("where", "")), str(more.pop("evidence", ""))
    return Finding(
        f"deployment.{check}",
        Outcome.UNKNOWN,
        Basis.NONE,
        say,
        _slots(more),
        reason=reason,
        where=where,
        evidence=evidence,
    )


def _none(check: str) -> Finding:
    return Finding(f"deployment.{check}", Outcome.NOT_APPLICABLE, Basis.OBSERVED)


def _slots(more: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in more.items())


def _locks(seen: Seen) -> list[Finding]:
    if not seen.manifests:
        return [_open("lockfile", "no-manifest", reason=Reason.REVIEW)]
    found = []
    for one in seen.manifests:
        if one.state != "locked":
            evidence = f"{one.name}: {one.state} {one.lock} {', '.join(one.lacking)}".strip()
            found.append(
                _fail(
                    "lockfile",
                    f"fail-{one.state}",
                    manifest=one.name,
                    lock=one.lock or "-",
                    where=one.name,
                    evidence=evidence,
                )
            )
        elif one.rivals:
            found.append(_pass("lockfile", "rivals", note=True, manifest=one.name, lock=one.lock, where=one.name))
        else:
            found.append(_pass("lockfile", manifest=one.name, lock=one.lock, where=one.name))
    return found


def _runtime(seen: Seen) -> Finding:
    told = "; ".join(f"{name}: {value}" for name, value in seen.pins.runtime)
    if not seen.pins.runtime:
        return _open("runtime-pinned")
    if seen.pins.clash:
        return _fail("runtime-pinned", where=seen.pins.runtime[0][0], evidence=told, told=told)
    return _pass("runtime-pinned", where=seen.pins.runtime[0][0], evidence=told)


def _recipe(seen: Seen) -> Finding:
    files = seen.recipe.files
    if not files:
        return _open("recipe", reason=Reason.REVIEW)
    return _pass("recipe", files=", ".join(files[:3]), where=files[0], evidence=", ".join(files))


def _ci(seen: Seen) -> Finding:
    flows = seen.pins.deploys or seen.recipe.linked
    if not flows:
        return _open("ci-deploys", reason=Reason.REVIEW)
    return _pass("ci-deploys", file=flows[0], where=flows[0], evidence=", ".join(flows))


def _example(seen: Seen) -> Finding:
    names = seen.env
    if not names.code:
        return _open("env-example", "no-code")
    if names.missing:
        shown = ", ".join(names.missing[:12])
        say = "fail" if names.samples else "fail-no-file"
        return _fail(
            "env-example",
            say,
            names=shown,
            count=len(names.missing),
            where=names.samples[0] if names.samples else ".env.example",
            evidence=f"read, not documented: {shown}",
        )
    if not names.read and not names.samples:
        return _pass("env-example", "none-read")
    say = "computed" if names.computed else "pass"
    return _pass(
        "env-example",
        say,
        note=bool(names.computed),
        count=len(names.read),
        where=names.samples[0] if names.samples else "",
    )


def _ignored(seen: Seen) -> Finding:
    if seen.git != "yes":
        return _open("env-ignored", "no-git", reason=Reason.REVIEW)
    lacking = [name for name in (".env", ".env.production") if name not in seen.env_ignored]
    if lacking:
        return _fail(
            "env-ignored", names=", ".join(lacking), where=".gitignore", evidence=f"not ignored: {', '.join(lacking)}"
        )
    if seen.copies_env:
        return _fail(
            "env-ignored",
            "fail-image",
            where=".dockerignore",
            evidence="Dockerfile: COPY . ; .dockerignore has no .env",
        )
    return _pass("env-ignored", where=".gitignore")


def _migrations(seen: Seen) -> Finding:
    made = seen.recipe
    if made.schema:
        return _fail("migrations", schema=made.schema, where=made.schema, evidence=f"{made.schema}; no migrations")
    if not made.migrations:
        return _open("migrations")
    if not made.newest_tracked:
        return _fail(
            "migrations", "fail-untracked", file=made.newest, where=made.newest, evidence=f"untracked: {made.newest}"
        )
    return _pass("migrations", count=made.migrations, where=made.newest)


def _rollback(seen: Seen) -> Finding:
    doc = seen.rollback
    if not doc.name:
        return _open("rollback-doc", reason=Reason.NOT_TESTED)
    refs = (FileRef(doc.name, doc.sha256),)
    facts = f"{doc.name}: {doc.words} words; lacks: {', '.join(doc.lacking) or '-'}"
    slots = (("file", doc.name), ("lacks", ", ".join(doc.lacking) or "-"))
    good = doc.words >= LEAST_WORDS and not doc.lacking and not doc.unfinished
    say = "pass" if good else "unfinished" if doc.unfinished else "thin"
    if good:
        return Finding(
            "deployment.rollback-doc", Outcome.PASS, E_, say, slots, where=doc.name, evidence=facts, files=refs
        )
    return Finding(
        "deployment.rollback-doc",
        Outcome.UNKNOWN,
        Basis.NONE,
        say,
        slots,
        reason=Reason.INCONCLUSIVE,
        where=doc.name,
        evidence=facts,
        files=refs,
    )


def _version(seen: Seen) -> Finding:
    runs = seen.running
    if runs.refused:
        return _open("version-endpoint", f"reasons.{runs.refused}", reason=Reason.NOT_TESTED, host="")
    if not runs.id:
        return _open("version-endpoint", evidence=" ".join(runs.tried))
    return _pass(
        "version-endpoint",
        basis=Basis.OBSERVED,
        id=runs.id[:12],
        where=runs.where,
        evidence=f"GET {runs.where}: {runs.id[:40]}",
    )


def _head(seen: Seen) -> Finding:
    match, runs = seen.match, seen.running
    facts = (
        f"running {runs.id[:12]}; HEAD {match.head}; {match.state} {match.behind} commits, {match.days} days".strip()
    )
    if not runs.id or not match.state:
        return _open("head-match", reason=Reason.NOT_TESTED)
    if match.state in ("equal", "tag"):
        return _pass("head-match", basis=Basis.OBSERVED, id=runs.id[:12], where=runs.where, evidence=facts)
    if match.state == "ancestor":
        automatic = bool(seen.pins.deploys or seen.recipe.linked)
        if automatic and match.days > OLD_DAYS:
            return _fail("head-match", behind=match.behind, days=match.days, where=runs.where, evidence=facts)
        return _open("head-match", "behind", behind=match.behind, where=runs.where, evidence=facts)
    return _open("head-match", match.state, id=runs.id[:12], where=runs.where, evidence=facts)


def _images(seen: Seen) -> Finding:
    if seen.pins.images:
        file, image = seen.pins.images[0]
        told = "; ".join(f"{name}: {one}" for name, one in seen.pins.images)
        return _fail("image-pinned", file=file, image=image, where=file, evidence=told)
    return _pass("image-pinned") if seen.pins.used_images else _none("image-pinned")


def _actions(seen: Seen) -> Finding:
    if not seen.pins.flows:
        return _open("actions-pinned")
    if seen.pins.actions:
        file, action = seen.pins.actions[0]
        told = "; ".join(f"{name}: {one}" for name, one in seen.pins.actions)
        return _fail("actions-pinned", file=file, action=action, where=file, evidence=told)
    return _pass(
        "actions-pinned",
        "own-tags" if seen.pins.own_tags else "pass",
        note=bool(seen.pins.own_tags),
        where=".github/workflows",
    )
