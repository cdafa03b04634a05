"""An assessment as JSON (``evidence.json``): the same bytes for the same evidence, and back. Verdicts are not in it; credentials cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from wizard.model import Answer, Assessment, Evidence, Observation, Run, Subject, Trouble, Unobserved
from wizard.probe import Probe

MOST = 64 * 1024 * 1024
"""The largest assessment file that is read, in bytes."""


class _Observed(msgspec.Struct, frozen=True, omit_defaults=True):
    probe: str
    at: str
    took: float = 0.0
    seen: msgspec.Raw = msgspec.Raw()
    unobserved: Unobserved | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    tool: dict[str, str]
    checklist: str
    subject: Subject
    run: Run
    observations: list[_Observed]
    answers: list[Answer]
    only: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    aftercare: tuple[str, ...] = ()


def dump(assessment: Assessment, version: str) -> bytes:
    """The assessment as UTF-8 JSON, two blanks deep, in an order that does not depend on how the evidence came in."""
    evidence = assessment.evidence
    file = _File(
        schema=assessment.schema,
        tool={"name": "launch-ready", "version": version},
        checklist=assessment.checklist,
        subject=assessment.subject,
        run=assessment.run,
        observations=[_out(o) for o in sorted(evidence.observations, key=lambda o: (o.probe, o.at, repr(o.seen)))],
        answers=sorted(evidence.answers, key=lambda a: (a.question, a.at, repr(a))),
        only=assessment.only,
        scope=assessment.scope,
        consent=assessment.consent,
        aftercare=assessment.aftercare,
    )
    return msgspec.json.format(msgspec.json.encode(file, order="deterministic"), indent=2) + b"\n"


def load(raw: bytes, probes: tuple[Probe, ...], name: str = "") -> Assessment:
    """The assessment in `raw`. Trouble (exit 2) when it is no assessment, too large, or from a newer schema.

    What an unknown probe saw is kept as it came, and the judge passes it over.
    """
    if len(raw) > MOST:
        raise Trouble("store.too-large", file=name, most=MOST // 1024 // 1024)
    try:
        file = msgspec.json.decode(raw, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Trouble("store.not-an-assessment", file=name, why=error) from error
    if file.schema != 1:
        raise Trouble("store.other-schema", file=name, schema=file.schema)
    known = {probe.id: probe for probe in probes}
    observations = tuple(_in(o, known.get(o.probe), name) for o in file.observations)
    return Assessment(
        subject=file.subject,
        run=file.run,
        evidence=Evidence(observations, tuple(file.answers)),
        checklist=file.checklist,
        only=file.only,
        scope=file.scope,
        consent=file.consent,
        aftercare=file.aftercare,
        schema=file.schema,
    )


def load_file(path: Path, probes: tuple[Probe, ...]) -> Assessment:
    """The assessment in the JSON file at `path`. Trouble (exit 2) when it cannot be read."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST else b""
    except OSError as error:
        raise Trouble("store.unreadable", file=path, why=error.strerror or "") from error
    if size > MOST:
        raise Trouble("store.too-large", file=path, most=MOST // 1024 // 1024)
    return load(raw, probes, str(path))


def _out(observation: Observation) -> _Observed:
    seen: Any = observation.seen
    at, took = observation.at, observation.took
    if isinstance(seen, Unobserved):
        return _Observed(observation.probe, at, took, unobserved=seen)
    return _Observed(observation.probe, at, took, seen=msgspec.Raw(msgspec.json.encode(seen, order="sorted")))


def _in(observed: _Observed, probe: Probe | None, name: str) -> Observation:
    if observed.unobserved is not None:
        return Observation(observed.probe, observed.unobserved, observed.at, observed.took)
    try:
        seen = msgspec.json.decode(observed.seen, type=probe.seen if probe else Any)
    except msgspec.DecodeError as error:
        raise Trouble("store.not-an-assessment", file=name, why=f"{observed.probe}: {error}") from error
    return Observation(observed.probe, seen, observed.at, observed.took)
