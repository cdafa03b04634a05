"""The documents that several tests look at, each made once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import samples
from wizard import report


@pytest.fixture(scope="package")
def full_pdf() -> bytes:
    """The reviewer's edition on A4."""
    one = samples.assessment()
    return report.make_pdf(one, samples.judged(one), samples.checklist(), samples.evidence(one))


@pytest.fixture(scope="package")
def flagged_pdf() -> bytes:
    """The reviewer's edition on Letter with a red flag up: the 48-hour plan is in it. Nobody answered: every chapter is open questions."""
    one = samples.assessment()
    one = replace(one, evidence=replace(one.evidence, answers=()))
    judged = samples.judged(one, samples.flagged())
    signer = report.Signer("Ada Osei", "founder", "3f2a 99c1 0b7d 41e8")
    return report.make_pdf(one, judged, samples.checklist(), samples.evidence(one), paper="letter", signer=signer)


@pytest.fixture(scope="package")
def public_pdf() -> bytes:
    """The public edition."""
    one = samples.assessment()
    return report.make_pdf(one, samples.judged(one), samples.checklist(), samples.evidence(one), edition="public")
