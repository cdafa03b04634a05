"""What a person is asked, and when: a question about what was seen waits until something was seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wizard.model import Basis, Finding, Outcome, Reason
from wizard.session import Session, flow
from wizard.session.desk import Desk


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Desk({"LAUNCH_READY_HOME": str(tmp_path / "home")}).create(
        "Brightside Coaching", "https://app.brightside.example", "Ada Osei"
    )


def asked(session: Session) -> set[str]:
    return {question.id for question in flow.Flow(session).open()}


def test_nobody_is_asked_about_what_a_check_saw_before_it_looked(session: Session) -> None:
    before = asked(session)
    assert "auth.missing-token" not in before
    assert "prompt-injection.override" not in before
    assert {"tls.coverage", "monitoring.uptime-api", "email-auth.dkim-key", "object-access.bot-memory"} <= before


@pytest.mark.parametrize(("outcome", "open_"), [(Outcome.UNKNOWN, True), (Outcome.PASS, False)])
def test_what_was_left_for_review_is_asked(
    session: Session, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, open_: bool
) -> None:
    reason = Reason.REVIEW if outcome is Outcome.UNKNOWN else None
    found = Finding("auth.missing-token", outcome, Basis.OBSERVED, reason=reason)
    judged = session.judgement
    verdicts = tuple(replace(v, findings=(found,)) if v.item == "auth" else v for v in judged.verdicts)
    monkeypatch.setattr(type(session), "judgement", property(lambda _: replace(judged, verdicts=verdicts)))
    assert ("auth.missing-token" in asked(session)) is open_


def test_the_number_counts_only_what_is_asked(session: Session) -> None:
    way = flow.Flow(session)
    pages = [way.page(question) for question in way.open()]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.of for page in pages} == {len(pages)}
