"""Judges what the child process read out of a signed handover: who signed, whether anything changed, whether the evidence fits the pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from wizard.model import Trouble
from wizard.seal.fingerprint import answers_to, grouped, understood
from wizard.seal.types import (
    EVIDENCE,
    PAGES,
    RESULTS,
    Ask,
    EvidenceCheck,
    Mark,
    Reading,
    Rebuild,
    Rejudge,
    SignatureCheck,
    Verification,
    signature_files,
)
from wizard.seal.writing import read_file
from wizard.words import say

SECONDS = 90
_COUNT = {1: "one", 2: "two", 3: "three"}
_FITS, _DIFFERS, _OTHER_VERSION = "", "evidence-differs", "evidence-other-version"


def verify(
    path: Path,
    *,
    trust: str | Iterable[str] = (),
    known: Iterable[str] = (),
    expect: Iterable[str] = (),
    rejudge: Rejudge | None = None,
    rebuild: Rebuild | None = None,
) -> Verification:
    """Verify a PDF, or the trio of a computer without PDF (give any of its files). Needs no network and no assessment.

    `trust`: one or more fingerprints (hex or eight words) that must have signed, else not verified. `known`: pinned ones (64 hex). `expect`: roles that must have
    signed. `rejudge` and `rebuild` see :mod:`wizard.seal.types`. Raises Trouble: seal.no-file, seal.bad-fingerprint; nothing else.
    """
    given = (trust,) if isinstance(trust, str) else trust
    wanted = [_fingerprint(text) for text in given if text]
    ask = _ask(path)
    reading = Reading(problem="unreadable") if ask is None else read(ask)
    pdf = ask.pdf if ask else b""
    return judge(reading, pdf, wanted=wanted, known=known, expect=expect, rejudge=rejudge, rebuild=rebuild)


def carried(path: Path) -> dict[str, bytes]:
    """The files attached to a PDF, read in the child process; empty when there are none or it cannot be read."""
    ask = _ask(path)
    return read(ask).files if ask else {}


def read(ask: Ask) -> Reading:
    """What the child process says; silence, garbage, a crash or a minute and a half count as unreadable."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAUNCH_READY")}
    here = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "wizard.seal.check"],
            input=msgspec.json.encode(ask),
            capture_output=True,
            timeout=SECONDS,
            cwd=here,
            env=environment,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Reading)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        return Reading(problem="unreadable")


def judge(
    reading: Reading,
    pdf: bytes,
    *,
    wanted: list[str],
    known: Iterable[str] = (),
    expect: Iterable[str] = (),
    rejudge: Rejudge | None = None,
    rebuild: Rebuild | None = None,
) -> Verification:
    """The verdict on a reading; pure but for the two callables."""
    pins = set(known)
    checks = tuple(_check(mark, reading, pins, wanted) for mark in reading.marks)
    fault, evidence = _evidence(reading, pdf, rejudge, rebuild)
    state = _state(reading, checks, set(expect), fault, evidence) or _trust(checks, wanted)
    verified = state.startswith("verified")
    slots = dict(zip(("first", "second", "third"), (check.name for check in checks), strict=False))
    missing = ", ".join(sorted(set(expect) - {check.role for check in checks}))
    sentence = say(f"seal.{state}", missing=missing, **slots)
    return Verification(verified, state, sentence, checks, evidence, reading.files.get(EVIDENCE, b""))


def to_json(verification: Verification) -> dict[str, Any]:
    """The verification as plain data that other programs may rely on (``schema`` 1)."""
    shown = msgspec.to_builtins(verification)
    return {"schema": 1} | {name: shown[name] for name in ("verified", "sentence", "signatures", "evidence")}


def _ask(path: Path) -> Ask | None:
    try:
        if path.suffix.lower() not in (".html", ".json", ".p7s"):
            return Ask(pdf=read_file(path) or b"-")
        folder = path.parent
        read_file(path)
        evidence, pages = folder / EVIDENCE, folder / PAGES
        return Ask(
            evidence=read_file(evidence) if evidence.exists() else b"",
            pages=read_file(pages) if pages.exists() else b"",
            signatures=tuple(read_file(name) for name in signature_files(folder)),
        )
    except Trouble as trouble:
        if trouble.key == "seal.too-large":
            return None
        raise


def _fingerprint(text: str) -> str:
    found = understood(text)
    if not found:
        raise Trouble("seal.bad-fingerprint", fingerprint=text)
    return found


def _check(mark: Mark, reading: Reading, pins: set[str], wanted: list[str]) -> SignatureCheck:
    pinned = mark.fingerprint in pins or any(answers_to(mark.fingerprint, one) for one in wanted)
    named = reading.named.get(mark.role, "")
    signer = "not-vouched-for"
    if named and named != mark.fingerprint:
        signer = "other-than-named"
    elif pinned:
        signer = "pinned"
    elif named:
        signer = "named-in-document"
    return SignatureCheck(
        name=mark.name,
        role=mark.role,
        intact=mark.intact,
        valid=mark.valid,
        trusted=pinned and mark.intact and mark.valid,
        signer=signer,
        fingerprint=grouped(mark.fingerprint),
        time=mark.time,
        covers=mark.covers,
        changes_after=mark.changes_after,
    )


def _state(
    reading: Reading, checks: tuple[SignatureCheck, ...], expect: set[str], fault: str, evidence: EvidenceCheck
) -> str:
    """The first thing that speaks against it, as a key of the words, or ""."""
    sound = all(check.intact and check.valid and check.changes_after != "other" for check in checks)
    rules = (
        (reading.problem != "", "unreadable"),
        (not checks, "unsigned"),
        (not sound or not reading.whole, "changed"),
        (checks[-1:] and checks[-1].covers != "whole-file", "changed"),
        (bool(expect - {check.role for check in checks}), "incomplete"),
        (any(check.signer == "other-than-named" for check in checks), "other-signer"),
        (not evidence.attached, "no-evidence"),
        (fault != _FITS, fault),
        (evidence.rebuilt == "different", "pages-differ"),
    )
    return next((state for holds, state in rules if holds), "")


def _trust(checks: tuple[SignatureCheck, ...], wanted: list[str]) -> str:
    if any(not any(answers_to(check.fingerprint, one) for check in checks) for one in wanted):
        return "not-trusted"
    suffix = "-known" if all(check.trusted for check in checks) else ""
    return f"verified-{_COUNT[min(len(checks), 3)]}{suffix}"


def _evidence(
    reading: Reading, pdf: bytes, rejudge: Rejudge | None, rebuild: Rebuild | None
) -> tuple[str, EvidenceCheck]:
    evidence = reading.files.get(EVIDENCE)
    if evidence is None:
        return _FITS, EvidenceCheck()
    fault = _FITS if reading.sound else _DIFFERS
    if not fault and rejudge is not None and RESULTS in reading.files:
        fault = _compare(evidence, reading.files[RESULTS], rejudge)
    rebuilt = "not-compared"
    if rebuild is not None and pdf and not reading.problem:
        rebuilt = _rebuilt(evidence, reading, pdf, rebuild)
    return fault, EvidenceCheck(True, fault == _FITS, rebuilt)


def _compare(evidence: bytes, attached: bytes, rejudge: Rejudge) -> str:
    try:
        there, here = json.loads(attached), json.loads(rejudge(evidence))
        versions = there.pop("tool", None), here.pop("tool", None)
    except Exception:  # hostile evidence that our own judge cannot take is evidence that does not fit
        return _DIFFERS
    if there == here:
        return _FITS
    return _DIFFERS if versions[0] == versions[1] else _OTHER_VERSION


def _rebuilt(evidence: bytes, reading: Reading, pdf: bytes, rebuild: Rebuild) -> str:
    facts = dict(reading.facts)
    for mark in reading.marks[:1]:
        facts |= {"first-role": mark.role, "first-name": mark.name, "first-fingerprint": grouped(mark.fingerprint)}
        facts["named"] = "yes" if mark.role in reading.named else "no"
    try:
        again = rebuild(evidence, facts)
    except Exception:  # no renderer here, or evidence that it cannot take
        return "not-compared"
    if again is None:
        return "not-compared"
    same = pdf.startswith(again) and again.rstrip().endswith(b"%%EOF") and again.rindex(b"%%EOF") == reading.first_end
    return "same" if same else "different"
