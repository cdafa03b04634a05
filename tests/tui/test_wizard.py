"""The wizard as a person uses it: keys in, screens and files out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static, TextArea

from wizard.model import Answer, Observation
from wizard.probes.code.deploy.envnames import Names
from wizard.probes.code.deploy.recipe import Recipe
from wizard.probes.code.deployment_read import Seen as CodeSeen
from wizard.session import Session, flow
from wizard.session.desk import Desk
from wizard.session.runs import Began, Ended, Said
from wizard.tui.app import Wizard
from wizard.tui.screens.board import Board
from wizard.tui.screens.decision import DecisionPage
from wizard.tui.screens.drafts import Drafts
from wizard.tui.screens.home import Home
from wizard.tui.screens.interview import Interview
from wizard.tui.screens.item import ItemPage
from wizard.tui.screens.proof import Proof
from wizard.tui.screens.question import Asking
from wizard.tui.screens.seal import Seal
from wizard.tui.screens.setup import Setup
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.scoreboard import Scoreboard

SIZES = [(80, 24), (60, 20), (140, 45)]


def shown(app: Wizard) -> str:
    """All text on the present screen, as the terminal gets it."""
    lines = [segment.text for strip in app.screen._compositor.render_strips() for segment in strip]
    return "".join(lines)


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete([w for w in pilot.app.workers if w.group != "demo"])
    await pilot.pause()


async def test_a_new_assessment_needs_a_name_and_an_address_and_is_on_disk(app: Wizard, desk: Desk) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(app.screen, Home)
        await pilot.press("n")
        app.screen.query_one("#business", Input).value = "Brightside Coaching"
        app.screen.query_one("#site", Input).value = "app.brightside.example"
        await pilot.click("#later")
        await settle(pilot)
        assert isinstance(app.screen, Board)
        assert len(app.screen.query_one(Scoreboard).rows) == 13
    (entry,) = desk.entries()
    assert entry.business == "Brightside Coaching"
    assert "https://app.brightside.example" in (entry.path / "profile.toml").read_text()


async def test_a_run_that_is_faster_than_the_screen_breaks_nothing(app: Wizard, session: Session) -> None:
    board = Board()
    app._session = session
    board.told(Began("mail", "email-auth"))
    async with app.run_test(size=(110, 36)) as pilot:
        board.told(Said("mail", "email-auth", "one"))
        app.push_screen(board)
        board.told(Began("tls", "tls"))
        board.told(Ended("mail", "email-auth", Observation("mail", None, "", 0.0)))
        await settle(pilot)
        assert len(board.query_one(Scoreboard).rows) == 13
        assert "Encryption on every address       looking" in shown(app)
        assert "Mail in your name                 not yet" in shown(app)


@pytest.mark.parametrize(("business", "site", "says"), [("", "x.example", "name"), ("A", "http://a b", "web address")])
async def test_bad_input_is_one_sentence_and_loses_nothing(
    app: Wizard, desk: Desk, business: str, site: str, says: str
) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("n")
        app.screen.query_one("#business", Input).value = business
        app.screen.query_one("#site", Input).value = site
        await pilot.click("#later")
        await settle(pilot)
        field = app.screen.query_one("#business" if not business else "#site", Input)
        assert says in str(field.query_ancestor(Field).query_one(".wrong", Static).content)
        assert app.focused is field
        assert app.screen.query_one("#site", Input).value == site
    assert desk.entries() == []


async def opened(pilot: Pilot[None], app: Wizard, session: Session) -> None:
    app.take(session)
    await settle(pilot)


SCREENS = {"enter": ItemPage, "a": Asking, "t": Setup, "p": Proof, "b": Interview, "d": DecisionPage, "s": Seal}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("key", "screen"), SCREENS.items())
async def test_every_screen_opens_and_comes_back(
    app: Wizard, session: Session, size: tuple[int, int], key: str, screen: type
) -> None:
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, session)
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, screen)
        assert len(shown(app).strip()) > 200
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, Board)


async def test_help_lists_the_keys_and_closes(app: Wizard, session: Session) -> None:
    async with app.run_test(size=(80, 40)) as pilot:
        await opened(pilot, app, session)
        await pilot.press("question_mark")
        await settle(pilot)
        assert "Boundaries" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, Board)


async def test_a_small_window_is_told_so(app: Wizard) -> None:
    async with app.run_test(size=(50, 12)) as pilot:
        await settle(pilot)
        assert "too small" in shown(app)


async def test_an_answer_is_on_disk_when_the_next_question_shows(app: Wizard, session: Session, desk: Desk) -> None:
    path = session.folder.path if session.folder else Path()
    async with app.run_test(size=(80, 40)) as pilot:
        await opened(pilot, app, session)
        await pilot.press("a")
        await settle(pilot)
        asking = app.screen
        assert isinstance(asking, Asking)
        first = asking.question
        assert first is not None
        await pilot.press("question_mark")
        await settle(pilot)
        assert asking.question is not first
        journal = (path / "journal.jsonl").read_text()
        assert first.id in journal
        assert "dont-know" in journal
        app._session.folder.close()  # as a killed process would
        again = desk.open(path)
        assert again.answers()[first.id].by == "Ada Osei"


async def test_a_long_paste_goes_whole_into_the_box(app: Wizard, session: Session) -> None:
    text = "curl 'https://app.brightside.example/x' \\\n" + "\n".join(
        f"  -H 'x-{n}: {'y' * 60}' \\" for n in range(900)
    )
    assert len(text) > 60_000
    async with app.run_test(size=(100, 40)) as pilot:
        await opened(pilot, app, session)
        await pilot.press("p")
        await settle(pilot)
        box = app.screen.query_one("#curl-a", TextArea)
        box.focus()
        await pilot.pause()
        app.post_message(events.Paste(text))
        await settle(pilot)
        assert box.text == text


async def test_a_paste_shows_what_was_understood_without_its_secret(app: Wizard, session: Session) -> None:
    token = "tok-" + "s3cr3t" * 4
    async with app.run_test(size=(100, 40)) as pilot:
        await opened(pilot, app, session)
        await pilot.press("p")
        await settle(pilot)
        app.screen.query_one(
            "#curl-a", TextArea
        ).text = f"curl 'https://app.brightside.example/conversations/c_1' -H 'Authorization: Bearer {token}'"
        await settle(pilot)
        said = str(app.screen.query_one("#read-a", Static).content)
        assert "GET" in said
        assert "app.brightside.example" in said
        assert token not in said


def test_what_may_have_many_lines_is_never_a_one_line_field() -> None:
    folder = Path(__file__).resolve().parents[2] / "wizard" / "tui" / "screens"
    for path in folder.glob("*.py"):
        for line in path.read_text().splitlines():
            if "curl" in line or '"value"' in line:
                assert "Input(" not in line, (path, line)


async def test_presenter_mode_masks_every_screen(app: Wizard, session: Session) -> None:
    secrets = [f"person{n}@client{n}.example" for n in range(20)] + [f"host{n}.inner.example" for n in range(20)]
    names = ["Brightside", "Ada Osei", "Ask Bright", "brightside.example"]
    for number, secret in enumerate(secrets):
        question = list(session.checklist.questions())[number % len(session.checklist.questions())]
        session.add(Answer(question, "yes", secret, "2026-11-20", f"told by {secret} at {names[number % 4]}"))
    async with app.run_test(size=(140, 45)) as pilot:
        await opened(pilot, app, session)
        await pilot.press("v")
        await settle(pilot)
        for key in SCREENS:
            await pilot.press(key)
            await settle(pilot)
            if isinstance(app.screen, Seal | Setup):  # one's own fields to fill in, not for showing
                await pilot.press("escape")
                continue
            text = shown(app)
            assert not [s for s in (*secrets, *names) if s in text], key
            await pilot.press("escape")
            await settle(pilot)
        assert "presenter mode" in shown(app)


async def test_hostile_text_stays_text(app: Wizard, desk: Desk) -> None:
    nasty = "A\x1b]0;owned\x07[bold red]B[/]\u202eC"
    session = desk.create(nasty, "", "Ada")
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, app, session)
        text = shown(app)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[bold red]" in text


async def test_picking_an_old_assessment_goes_on_with_it(app: Wizard, session: Session, desk: Desk) -> None:
    session.answer("boundaries.identity.sessions", "http-only-cookie")
    session.save()
    if session.folder:
        session.folder.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.screen.query_one(OptionList).option_count == 5
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, Board)
        assert app.session.answers()["boundaries.identity.sessions"].value == "http-only-cookie"


async def test_this_computer_is_looked_at(app: Wizard) -> None:
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("c")
        await settle(pilot)
        assert "Python is new enough" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, Home)


async def test_a_breakdown_shows_no_variable(app: Wizard, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "tok-" + "s3cr3t" * 3

    def fails() -> None:
        held = secret  # noqa: F841  a local variable, as the toolkit's own page would show it
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with app.run_test():
            app.call_later(fails)
    app._print_error_renderables()
    assert secret not in capsys.readouterr().err
    kept = (desk.home / "crash.log").read_text()
    assert "ZeroDivisionError" in kept
    assert secret not in kept


def test_the_way_out_is_always_there(session: Session) -> None:
    for question in session.checklist.questions().values():
        assert flow.choices(question)[-1][0] == flow.DONT_KNOW
        assert not re.search(r"[{}]", question.ask)


def test_a_table_is_the_same_after_the_file_was_read_again(session: Session, desk: Desk) -> None:
    tables = [q for q in session.checklist.questions().values() if q.kind == "table"]
    assert len(tables) > 1
    for question in tables:
        text = "\n".join(" | ".join(f"{name} {n}" for name in question.columns) for n in range(2))
        session.answer(question.id, flow.rows(question, text))
    session.save()
    if session.folder:
        session.folder.close()
    again = desk.open(session.folder.path if session.folder else Path())
    for question in tables:
        text = flow.table_text(question, again.answers()[question.id])
        assert text.splitlines()[0].split(" | ") == [f"{name} 0" for name in question.columns]
    before, after = session.results(), again.results()
    assert [i["findings"] for i in after["items"]] == [i["findings"] for i in before["items"]]


async def test_a_asks_what_belongs_to_the_row_under_the_cursor_first(app: Wizard, session: Session) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        app.take(session)
        await pilot.pause()
        board = app.screen.query_one(Scoreboard)
        board.move_cursor(row=[v.item for v in session.judgement.verdicts].index("monitoring"))
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(app.screen, Asking)
        asked = [question.id for question in app.screen._questions]
        mine = [id_ for id_ in asked if id_.startswith("monitoring.")]
        assert mine and asked[: len(mine)] == mine
        assert sorted(asked) == sorted(q.id for q in flow.Flow(session).open())
        assert app.screen.question is not None and app.screen.question.id == mine[0]


async def test_the_decision_says_how_much_is_not_known(app: Wizard, session: Session) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        app.take(session)
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        text = " ".join(str(widget.visual) for widget in app.screen.query(Static))
        assert "13 of 13 items are not known yet" in " ".join(text.split())


def with_code(session: Session) -> Session:
    """The session after the code was looked at."""
    seen = CodeSeen(repository=True, env=Names(read=("DATABASE_URL",), code=1), recipe=Recipe(files=("fly.toml",)))
    session.add(Observation("deployment", seen, "2026-11-20T10:00:00Z", 0.1))
    return session


async def test_a_draft_is_offered_where_there_is_one_and_never_overwrites(
    app: Wizard, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "ROLLBACK.md").write_text("mine")
    async with app.run_test(size=(100, 40)) as pilot:
        app.take(with_code(session))
        await pilot.pause()
        app.push_screen(ItemPage("tls"))
        await settle(pilot)
        assert "Write a draft" not in shown(app)
        await pilot.press("w")
        assert isinstance(app.screen, ItemPage)
        app.pop_screen()
        app.push_screen(ItemPage("deployment"))
        await settle(pilot)
        assert "Write a draft" in shown(app)
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(app.screen, Drafts)
        app.screen.query_one("#place", Input).value = str(tmp_path / "none")
        await pilot.click("#write")
        await settle(pilot)
        assert "Nothing can be written to" in shown(app)
        app.screen.query_one("#place", Input).value = str(tmp_path)
        await settle(pilot)  # the line about the first folder goes, and the button moves
        await pilot.click("#write")
        await settle(pilot)
        assert "Written:" in shown(app)
        assert "already" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, ItemPage)
    assert (tmp_path / "ROLLBACK.md").read_text() == "mine"
    assert "DATABASE_URL=\n" in (tmp_path / ".env.example").read_text()


async def test_without_a_look_at_the_code_there_is_no_draft(app: Wizard, session: Session) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        app.take(session)
        await pilot.pause()
        app.push_screen(ItemPage("deployment"))
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert isinstance(app.screen, ItemPage)
        assert "Nothing was seen of your code yet" in shown(app)
