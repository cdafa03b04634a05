"""What every terminal must be able to show: contrast, letters instead of symbols, no colour, simple terminals."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.style import Style
from textual.color import Color
from textual.widgets import Input

from tests.tui.test_wizard import opened, settle, shown
from wizard.session import Session
from wizard.session.desk import Desk
from wizard.tui.app import Wizard
from wizard.tui.screens.board import Board
from wizard.tui.screens.new import New
from wizard.tui.signs import STYLE, Signs
from wizard.tui.widgets.scoreboard import Scoreboard

TOP = Path(__file__).resolve().parents[2]
LEAST = 4.5


def brightness(color: Color) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 255 for part in color.rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_yardstick_is_right() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


async def test_every_text_stands_out_from_its_ground(app: Wizard, session: Session) -> None:
    """Every piece of text as it is painted, on every screen; what is only decoration has no letters."""
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app, session)
        faint: dict[str, float] = {}
        for keys in ((), ("enter",), ("a",), ("t",), ("p",), ("b",), ("d",), ("s",), ("question_mark",)):
            await pilot.press(*keys)
            await settle(pilot)
            for strip in app.screen._compositor.render_strips():
                for segment in strip:
                    style = segment.style
                    if not re.search(r"\w", segment.text) or style is None or not (style.color and style.bgcolor):
                        continue
                    ratio = contrast(*(Color.from_rich_color(c) for c in (style.color, style.bgcolor)))
                    if ratio < LEAST:
                        faint[f"{type(app.screen).__name__}: {segment.text.strip()}"] = round(ratio, 2)
            if keys:
                await pilot.press("escape")
                await settle(pilot)
        assert faint == {}


async def test_the_tints_stand_out_on_all_grounds(app: Wizard) -> None:
    async with app.run_test():
        grounds = [Color.parse(app.theme_variables[name]) for name in ("background", "surface", "panel")]
        for tint in STYLE.values():
            color = Style.parse(tint).color
            assert color is not None
            assert all(contrast(Color.from_rich_color(color), ground) >= LEAST for ground in grounds), tint


@pytest.fixture
def letters() -> Iterator[None]:
    before, Signs.ascii = Signs.ascii, True
    yield
    Signs.ascii = before


async def test_letters_instead_of_symbols_when_asked(app: Wizard, session: Session, letters: None) -> None:
    session.answer("deployment.rollback-drill", "no")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, session)
        text = shown(app)
        assert "[X]" in text
        assert not set("✓✗→…") & set(text)
        await pilot.press("b", "m")
        await settle(pilot)
        assert not set("┌─│▼") & set(shown(app))


async def test_no_colour_leaves_signs_and_words(desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Wizard(desk)
    session.answer("deployment.rollback-drill", "no")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, session)
        row = next(line for line in re.findall(r"[^\n]{80}", shown(app)) if "Going live" in line)
        assert "✗" in row
        assert "fail" in row
        assert app.no_color


async def test_a_tick_is_a_letter_and_not_a_shade(app: Wizard) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(New())
        await settle(pilot)
        assert "[ ] " in shown(app)
        app.screen.query_one("#client").focus()
        await pilot.press("space")
        await settle(pilot)
        assert "[x] " in shown(app)


async def test_the_first_paint_shows_what_was_saved_and_sends_nothing(
    app: Wizard, session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("wizard.session.runs.open_net", no)
    monkeypatch.setattr("socket.socket.connect", no)
    monkeypatch.setattr("socket.getaddrinfo", no)
    session.answer("deployment.rollback-drill", "no")
    session.save()
    if session.folder:
        session.folder.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, Board)
        cells = app.screen.query_one(Scoreboard).get_row("deployment")
        assert [str(cell) for cell in cells[1:3]] == ["Going live, and going back", "fail"]


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"ACCESSIBLE": "1"}, {}], ids=str)
def test_a_simple_terminal_gets_lines_and_no_escape(environ: dict[str, str], tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("TERM", "ACCESSIBLE")}
    kept |= {"LAUNCH_READY_HOME": str(tmp_path), "PYTHONPATH": str(TOP), **environ}
    command = [sys.executable, "-m", "wizard"]
    done = subprocess.run(command, input="quit\n", capture_output=True, text=True, env=kept, cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert "Where do you want to begin?" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


async def test_what_is_typed_right_after_a_tab_goes_into_the_next_field(app: Wizard) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await settle(pilot)
        await pilot.press(*"Bright", "tab", *"example.com", "tab", *"Ada")
        await settle(pilot)
        assert app.screen.query_one("#business", Input).value == "Bright"
        assert app.screen.query_one("#site", Input).value == "example.com"
        assert app.screen.query_one("#assessor", Input).value == "Ada"
