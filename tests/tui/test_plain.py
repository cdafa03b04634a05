"""The line-by-line face: the same flow, the same journal, no cursor tricks."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from wizard.model import Observation
from wizard.probes.code.deployment_read import Seen
from wizard.session import Session, edit, flow
from wizard.session.desk import Desk
from wizard.tui.app import Wizard
from wizard.tui.plain import Plain
from wizard.tui.screens.question import Asking

SCRIPT = {
    "boundaries.identity.sessions": ("http-only-cookie", ""),
    "boundaries.identity.people": ("clients | magic link | none | chat", "asked Tom"),
    "boundaries.data.isolation": ("dont-know", ""),
}
ONLY = tuple(SCRIPT)


def typed(session: Session, question: str, value: str, note: str) -> str:
    """What a person types line by line for one answer."""
    page = flow.Flow(session, ONLY).page(session.question(question))
    if value == flow.DONT_KNOW:
        return "?\n"
    if page.question.kind in ("text", "table"):
        return f"{value}\n.\n{note}\n"
    number = [v for v, _ in page.choices].index(value) + 1
    return f"{number}\n{note}\n"


def talk(desk: Desk, text: str, first: Session | None = None) -> str:
    out = io.StringIO()
    Plain(desk, io.StringIO(text), out).start(first)
    return out.getvalue()


def journal(session: Session) -> bytes:
    assert session.folder is not None
    return (session.folder.path / "journal.jsonl").read_bytes()


@pytest.fixture
def twice(tmp_path: Path, desk: Desk) -> tuple[Session, Session, Desk]:
    first = desk.create("Brightside", "", "Ada Osei")
    other = Desk({"LAUNCH_READY_HOME": str(tmp_path / "second")})
    second = other.create("Brightside", "", "Ada Osei")
    second.assessment = first.assessment  # the same run id: the rest must be equal by itself
    second.save()
    return first, second, other


async def test_both_faces_write_the_same_journal(twice: tuple[Session, Session, Desk], desk: Desk) -> None:
    plain, screens, other = twice
    way = flow.Flow(plain, ONLY)
    face = Plain(desk, io.StringIO("".join(typed(plain, q, *SCRIPT[q]) for q in ONLY)), io.StringIO())
    for question in ONLY:
        assert face.answer(way, way.page(plain.question(question))) == 1

    app = Wizard(other)
    async with app.run_test(size=(100, 50)) as pilot:
        app.take(screens)
        await pilot.pause()
        app.push_screen(Asking(flow.Flow(screens, ONLY), again=True))
        await pilot.pause()
        for question in ONLY:
            value, note = SCRIPT[question]
            app.screen.query_one("#note-text", Input).value = note
            boxes = app.screen.query(TextArea)
            if value == flow.DONT_KNOW:
                await pilot.press("question_mark")
            elif boxes:
                boxes.first().text = value
                await pilot.press("ctrl+s")
            else:
                page = flow.Flow(screens, ONLY).page(screens.question(question))
                await pilot.press(str([v for v, _ in page.choices].index(value) + 1))
            await pilot.pause()
        left = journal(screens)
    assert left == journal(plain)


def test_a_first_visit(desk: Desk) -> None:
    said = talk(desk, "1\n\nBrightside\nno address\nAda Osei\n\n3\n7\n")
    assert "name of the business first" in said
    assert "not a web address" in said
    assert "Not enough proof yet" in said
    assert "\x1b" not in said
    assert [entry.business for entry in desk.entries()] == ["Brightside"]


@pytest.mark.parametrize("end", ["quit\n", ""])
def test_leaving_anywhere_loses_nothing(desk: Desk, end: str) -> None:
    said = talk(desk, "1\nBrightside\n\nAda Osei\n2\n?\n" + end)
    assert "saved" in said
    path = desk.entries()[0].path
    assert b"dont-know" in (path / "journal.jsonl").read_bytes()


def test_what_is_not_understood_is_asked_again(desk: Desk) -> None:
    session = desk.create("Brightside", "", "Ada Osei")
    question = session.question("boundaries.identity.sessions")
    out = io.StringIO()
    face = Plain(desk, io.StringIO("x\n99\nhelp\n1\n\n"), out)
    way = flow.Flow(session, ONLY)
    assert face.answer(way, way.page(question)) == 1
    assert out.getvalue().count("not understood") == 2
    assert question.message in out.getvalue()
    assert session.answers()[question.id].value == "http-only-cookie"


def test_hostile_text_cannot_steer_the_terminal(desk: Desk) -> None:
    session = desk.create("A\x1b]0;owned\x07B", "", "Ada")
    said = talk(desk, "3\n7\n", session)
    assert "\x1b" not in said
    assert "\x07" not in said


def test_the_profile_is_filled_in_line_by_line(desk: Desk) -> None:
    session = desk.create("Brightside", "https://app.brightside.example", "Ada")
    fields = ["nonsense words", "https://api.brightside.example", *[""] * (len(edit.FIELDS) - 1)]
    said = talk(desk, "\n".join(["5", *fields, "1", "2", "7", ""]), session)
    assert said.count("api.base_url should be") == 1
    assert edit.fields(session) == {
        "api.base_url": "https://api.brightside.example",
        "consent.touch": "true",
        "consent.push": "false",
    }


def test_the_proof_says_what_it_understood_and_sends_nothing_without_a_yes(desk: Desk) -> None:
    session = desk.create("Brightside", "https://app.brightside.example", "Ada")
    token = "tok-" + "s3cr3t" * 4
    curl = f"curl 'https://app.brightside.example/c/1' \\\n -H 'Authorization: Bearer {token}'\n."
    said = talk(desk, "\n".join(["6", "amber1 otter1", curl, "birch1 heron1", curl, "2", "7", ""]), session)
    assert said.count("Understood: GET https://app.brightside.example/c/1") == 2
    assert token not in said
    assert session.assessment.run.requests == 0


def test_drafts_line_by_line(desk: Desk, session: Session, tmp_path: Path) -> None:
    assert "Write a draft" not in talk(desk, "7\n", session)
    session.add(Observation("deployment", Seen(repository=True), "2026-11-20T10:00:00Z", 0.1))
    said = talk(desk, f"5\n{tmp_path}\n5\n{tmp_path}\n5\n{tmp_path}/none\n8\n", session)
    assert (said.count("Written:"), said.count("already, so it was left")) == (2, 2)
    assert "Nothing can be written to" in said
