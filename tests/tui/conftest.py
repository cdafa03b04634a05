"""A desk of its own for each test, and a clock that stands still."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.session import Session
from wizard.session.desk import Desk
from wizard.tui.app import Wizard

NOW = "2026-11-20T10:00:00.000Z"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("wizard.session.core.now", lambda: NOW)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    return Desk({"LAUNCH_READY_HOME": str(tmp_path / "home")})


@pytest.fixture
def session(desk: Desk) -> Session:
    return desk.create("Brightside Coaching", "https://app.brightside.example", "Ada Osei", "Ask Bright")


@pytest.fixture
def app(desk: Desk) -> Wizard:
    return Wizard(desk)
