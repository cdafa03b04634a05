"""One question a page: what the checks saw, the answers to pick from or a field to fill, a note; saved as soon as it is given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from wizard.checklist import Question
from wizard.model import FileRef, Trouble
from wizard.session import flow
from wizard.session.papers import handed_over
from wizard.tui.screen import Leaf
from wizard.tui.screens.sheet import Sheet
from wizard.tui.widgets.choices import Choices
from wizard.tui.widgets.passage import Passage
from wizard.words import say


class Asking(Leaf):
    """Asks the questions of a way, one after the other."""

    BINDINGS = [
        Binding("escape", "leave", say("tui.keys.back")),
        Binding("ctrl+s", "give", say("tui.keys.save")),
        Binding("ctrl+n", "skip", say("tui.keys.skip")),
        Binding("ctrl+b", "before", show=False),
        Binding("ctrl+o", "who", say("tui.keys.who")),
    ]
    typing = True

    def __init__(self, way: flow.Flow, *, again: bool = False) -> None:
        super().__init__()
        self._way = way
        self._questions = list(way.all() if again else way.open())
        self._at = 0

    @property
    def question(self) -> Question | None:
        """The question on the page; None when all are through."""
        return self._questions[self._at] if self._at < len(self._questions) else None

    def heading(self) -> str:
        """Which chapter, and how far."""
        if self.question is None:
            return say("tui.question.heading-done")
        page = self._way.page(self.question)
        return say("tui.question.heading", chapter=page.chapter, number=self._at + 1, of=len(self._questions))

    def content(self) -> Iterable[Widget]:
        """The question, or that nothing is left to ask."""
        if self.question is None:
            yield Static(say("tui.question.done"), classes="passage", markup=False)
            return
        page = self._way.page(self.question)
        yield Passage("", page.question.ask, self.door, style="bold")
        yield Passage("", page.question.help, self.door)
        yield Passage(say("tui.question.seen"), "\n".join(page.seen), self.door)
        if page.question.kind in ("text", "table"):
            if page.question.kind == "table":
                yield Label(say("tui.question.table", columns=" | ".join(page.question.columns)), classes="field")
            yield TextArea(flow.table_text(page.given), id="value", classes="short", tab_behavior="focus")
            with Horizontal(classes="row"):
                yield Button(say("tui.keys.save"), id="save", variant="primary")
        given = page.given.value if page.given is not None and isinstance(page.given.value, str) else ""
        yield Choices(page.choices, self.door, given)
        yield from self._extras(page.question, (page.given is not None and page.given.note) or "")

    def _extras(self, question: Question, note: str) -> Iterable[Widget]:
        """The fields beside the answer: what the question wants, and always a note."""
        for need in ("date", "minutes", "files"):
            if need in question.needs:
                yield Label(say(f"tui.question.{need}"), classes="field")
                yield Input(id=need, placeholder=say(f"tui.question.{need}-example"))
        yield Label(say("tui.question.note"), classes="field")
        yield Input(value=note, id="note-text", max_length=500)

    def on_mount(self) -> None:
        """Ready to type or to pick."""
        self._focus()

    def fresh(self) -> None:
        """Nothing to bring up to date: a question stays until it is answered."""

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """An answer was picked."""
        self._keep(event.value)

    def on_button_pressed(self) -> None:
        """Save the text."""
        self.action_give()

    def action_give(self) -> None:
        """Save what was typed."""
        question = self.question
        if question is None or question.kind not in ("text", "table"):
            return
        text = self.query_one("#value", TextArea).text
        value = flow.rows(question, text) if question.kind == "table" else text.strip()
        if not value:
            self.note(say("tui.question.empty"))
            return
        self._keep(value)

    def action_skip(self) -> None:
        """Leave it open and go on."""
        self._go(1)

    def action_before(self) -> None:
        """Back to the question before."""
        self._go(-1)

    def action_leave(self) -> None:
        """Back; what was answered is saved."""
        self.app.pop_screen()

    def action_who(self) -> None:
        """Who would know, and a message to send them."""
        if self.question is not None:
            who = say("tui.question.who", who=self.question.who or say("tui.question.who-unknown"))
            self.app.push_screen(Sheet(self.door.text(f"{who}\n\n{self.question.message}")))

    def _keep(self, value: object) -> None:
        question = self.question
        if question is None:
            return
        try:
            more = self._more(question)
            self._way.give(question, value, note=self.query_one("#note-text", Input).value.strip(), **more)
        except Trouble as trouble:
            self.note(say(trouble.key, **trouble.slots))
            return
        self._go(1)

    def _more(self, question: Question) -> dict[str, object]:
        """Date, minutes and files as typed; Trouble for one that cannot be read."""
        found: dict[str, object] = {}
        if "date" in question.needs and (text := self.query_one("#date", Input).value.strip()):
            found["at"] = flow.day(text)
            if not found["at"]:
                raise Trouble("tui.question.bad-date", text=text)
        if "minutes" in question.needs and (text := self.query_one("#minutes", Input).value.strip()):
            try:
                found["minutes"] = float(text)
            except ValueError:
                raise Trouble("tui.question.bad-minutes", text=text) from None
        if "files" in question.needs and (text := self.query_one("#files", Input).value.strip()):
            files: tuple[FileRef, ...] = (handed_over(Path(text)),)
            found["files"] = files
        return found

    def _go(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._questions)))
        self.refresh(recompose=True)
        self.call_after_refresh(self._focus)

    def _focus(self) -> None:
        fields = [*self.query(TextArea), *self.query(Choices)]
        if fields:
            fields[0].focus()
