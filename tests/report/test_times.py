"""Dates on the pages: spelled out, in UTC, and never a reason to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import samples
from wizard.model import Answer
from wizard.report.times import EPOCH, day, due, minute, moment


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-23T18:00:00Z", "23 November 2026, 18:00 UTC"),
        ("2026-11-23T18:00:00+02:00", "23 November 2026, 16:00 UTC"),
        ("2026-11-23", "23 November 2026, 00:00 UTC"),
        ("", ""),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_minutes(text: str, shown: str) -> None:
    assert minute(text) == shown


def test_days() -> None:
    assert day("2026-03-01T00:00:00Z") == "1 March 2026"
    assert day("soon") == "soon"
    assert due("2026-12-25T00:00:00Z", 14) == "8 January 2027"
    assert due("9998-12-31", 900) == "31 December 9998"
    assert due(EPOCH, 14) == ""


def test_the_documents_day_is_the_newest_moment_that_makes_sense() -> None:
    one = samples.bare()
    assert moment(one) == EPOCH
    for at in ("nonsense", "9999-12-31T23:59:59-14:00", "0001-01-01", "2026-02-30"):
        one = replace(one, evidence=replace(one.evidence, answers=(Answer("x", "y", "Ada", at),)))
        assert moment(one) == EPOCH
    one = replace(one, evidence=replace(one.evidence, answers=(Answer("x", "y", "Ada", "2026-02-03"),)))
    assert moment(one) == "2026-02-03T00:00:00Z"


@given(st.text(max_size=40) | st.datetimes().map(str))
def test_any_text_will_do(text: str) -> None:
    one = samples.bare()
    one = replace(one, evidence=replace(one.evidence, answers=(Answer("x", "y", "Ada", text),)))
    at = moment(one)
    assert len(at) == len(EPOCH)
    assert isinstance(minute(text) + day(text) + due(text, 30), str)
