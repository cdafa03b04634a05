"""A picture of each state of each screen. Behaviour is tested elsewhere; here only that nothing looks other than it did.

After a wanted change: ``python3 start.py test tests/tui/test_snapshots.py --snapshot-update``, and look at each picture.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.tui.still import hold_still, look
from wizard.session import Session
from wizard.session.desk import Desk
from wizard.session.runs import Began, Said
from wizard.tui.app import Wizard
from wizard.tui.screens.board import Board
from wizard.tui.signs import Signs

Before = Callable[[Pilot[None]], Awaitable[None]]
ROOM = {"small": (60, 20), "usual": (80, 24), "large": (140, 45)}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that stands, a place that has no machine in it, symbols, no blinking."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if hasattr(time, "tzset"):
        time.tzset()
    monkeypatch.setattr("wizard.tui.app.Wizard.elapsed", lambda _: "14:05, 3 min")
    monkeypatch.setattr("wizard.tui.screens.proof.Proof.heading", lambda _: "The five-minute proof · 1:40")
    monkeypatch.setattr("wizard.tui.screens.seal.Path", _Here)
    monkeypatch.setattr(Signs, "ascii", False)
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(TextArea, "cursor_blink", False)
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


class _Here:
    @staticmethod
    def cwd() -> Path:
        return Path("coaching")


@pytest.fixture
def picture(snap_compare: Any, app: Wizard) -> Callable[..., bool]:
    def take(before: Before, room: str = "usual") -> bool:
        async def then(pilot: Pilot[None]) -> None:
            await pilot.pause()
            await before(pilot)
            await pilot.pause()
            for field in pilot.app.screen.query(Input):
                field.cursor_blink = False
            await pilot.pause()

        return bool(snap_compare(app, run_before=then, terminal_size=ROOM[room]))

    return take


async def opened(pilot: Pilot[None], session: Session, *keys: str) -> None:
    assert isinstance(pilot.app, Wizard)
    pilot.app.take(session)
    await pilot.pause()
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


@pytest.fixture
def fresh(session: Session) -> Session:
    return hold_still(session)


@pytest.fixture
def seen(fresh: Session) -> Session:
    return look(fresh)


def test_home_of_a_new_person(picture: Callable[..., bool]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()

    assert picture(before)


def test_home_with_assessments(picture: Callable[..., bool], session: Session) -> None:
    session.save()
    assert session.folder is not None
    os.utime(session.folder.path / "assessment.json", (1_800_000_000, 1_800_000_000))
    session.folder.close()

    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()

    assert picture(before)


def test_new_with_a_mistake(picture: Callable[..., bool]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await pilot.press("n", *"Bright", "tab", *"a b", "tab", *"Ada", "enter")

    assert picture(before)


@pytest.mark.parametrize("room", ROOM)
def test_board_after_a_run(picture: Callable[..., bool], seen: Session, room: str) -> None:
    assert picture(lambda pilot: opened(pilot, seen), room)


def test_board_before_a_run(picture: Callable[..., bool], fresh: Session) -> None:
    assert picture(lambda pilot: opened(pilot, fresh))


def test_board_while_a_run_goes_on(picture: Callable[..., bool], seen: Session) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await opened(pilot, seen)
        assert isinstance(pilot.app.screen, Board)
        for item in ("auth", "tls"):
            pilot.app.screen.told(Began(item, item))
        pilot.app.screen.told(Said("tls", "tls", "3 of 5 hosts"))

    assert picture(before)


def test_board_shown_to_others_by_a_consultant(picture: Callable[..., bool], desk: Desk) -> None:
    session = desk.create("Brightside Coaching", "https://app.brightside.example", "Ada Osei", role="consultant")
    assert picture(lambda pilot: opened(pilot, look(hold_still(session)), "v"))


@pytest.mark.parametrize("room", ["small", "usual"])
def test_item(picture: Callable[..., bool], seen: Session, room: str) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "enter", "pagedown"), room)


def test_evidence(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "enter", "e"))


def test_question_that_wants_more(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "enter", "a", "1"))


def test_question_with_the_map(picture: Callable[..., bool], seen: Session) -> None:
    seen.answer("boundaries.identity.people", [{"group": "clients", "purpose": "chat"}])
    assert picture(lambda pilot: opened(pilot, seen, "b", "enter"), "large")


def test_interview(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "b"))


def test_map_in_a_small_window(picture: Callable[..., bool], seen: Session) -> None:
    seen.answer("boundaries.identity.people", [{"group": "clients", "purpose": "chat"}])
    assert picture(lambda pilot: opened(pilot, seen, "b", "m"), "small")


def test_decision(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "d"))


def test_proof(picture: Callable[..., bool], seen: Session) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await opened(pilot, seen, "p")
        curl = "curl 'https://app.brightside.example/c/1' -H 'Authorization: Bearer abc'"
        pilot.app.screen.query_one("#curl-a", TextArea).text = curl

    assert picture(before)


def test_setup_with_a_mistake(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "t", *"no address", "ctrl+s"))


def test_sign(picture: Callable[..., bool], seen: Session) -> None:
    assert picture(lambda pilot: opened(pilot, seen, "s"))
