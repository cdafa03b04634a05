"""One question a page: what the checks saw, the answers to pick from or a field to fill, a note; saved as soon as it is given."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from wizard.checklist import Question
from wizard.model import Answer, Trouble
from wizard.session import flow
from wizard.session.papers import all_handed_over
from wizard.tui.screen import Leaf
from wizard.tui.screens.sheet import Sheet
from wizard.tui.signs import Signs
from wizard.tui.widgets.choices import Choices
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.passage import Passage
from wizard.words import say

MAP = 46
MOST_SEEN, MOST_LETTERS = 3, 150
_NEEDS = ("date", "minutes", "files")


class Asking(Leaf):
    """Asks the questions of a way, one after the other."""

    BINDINGS = [
        Binding("escape", "leave", say("tui.keys.leave")),
        Binding("b", "before", say("tui.keys.before")),
        Binding("ctrl+n", "skip", say("tui.keys.skip")),
        Binding("ctrl+s", "give", say("tui.keys.save")),
        Binding("ctrl+o", "who", say("tui.keys.who")),
    ]
    typing = True
    scrolls = False

    def __init__(self, way: flow.Flow, *, again: bool = False, first: str = "") -> None:
        super().__init__()
        self._way = way
        questions = list(way.all() if again else way.open())
        questions.sort(
            key=lambda q: q.id.partition(".")[0] != first
        )  # the item in hand, then the others in their order
        self._questions = questions
        self._at = 0
        self._picked = ""

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
        """The question; beside it, in the interview, the map that grows out of the answers."""
        ask = self.question.ask if self.question else say("tui.question.done")
        yield Static(self.door.text(ask), id="ask", markup=False)
        with Horizontal(id="body"):
            with VerticalScroll(id="page", can_focus=False):
                yield from self._page() if self.question else ()
            if self.question and self.question.id.startswith("boundaries."):
                with VerticalScroll(id="map", can_focus=False):
                    picture = self.session.diagram(MAP, ascii_only=Signs.ascii)
                    yield Static(self.door.text(picture), id="diagram", markup=False)

    def _page(self) -> Iterable[Widget]:
        question = self.question
        assert question is not None
        page = self._way.page(question)
        yield Passage("", question.help, self.door)
        yield Passage(say("tui.question.seen"), "\n".join(map(_short, page.seen[:MOST_SEEN])), self.door)
        if question.kind in ("text", "table"):
            if question.kind == "table":
                columns = " | ".join(question.columns)
                yield Label(self.door.text(say("tui.question.table", columns=columns)), classes="field", markup=False)
            yield TextArea(
                flow.table_text(question, page.given) or page.start, id="value", classes="short", tab_behavior="focus"
            )
            with Horizontal(classes="row"):
                yield Button(say("tui.keys.save"), id="save", variant="primary", compact=True)
        given = page.given.value if page.given is not None and isinstance(page.given.value, str) else ""
        yield Choices(page.choices, self.door, given)
        yield from self._extras(question, page.given)

    def _extras(self, question: Question, given: Answer | None) -> Iterable[Widget]:
        """The fields beside the answer: what the question wants, and always a note."""
        if given is not None and given.value == flow.DONT_KNOW:
            given = None
        known = {
            "date": given.at[:10] if given else "",
            "minutes": f"{given.minutes:g}" if given and given.minutes is not None else "",
            "files": "",
        }
        for need in (n for n in known if n in question.needs):
            example = say(f"tui.question.{need}-example")
            yield Field(say(f"tui.question.{need}"), need, value=known[need], example=example)
        label = "note" if question.kind in ("text", "table") else "note-first"
        yield Field(say(f"tui.question.{label}"), "note-text", value=given.note if given else "", most=500)

    def ready(self) -> None:
        """Ready to type or to pick."""
        fields = [*self.query(TextArea), *self.query(Choices)]
        if fields:
            self.begin(fields[0])

    def fresh(self) -> None:
        """Nothing to bring up to date: a question stays until it is answered."""

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """An answer was picked: kept at once, or after what belongs to it."""
        question = self.question
        wanted = self._wanted(question, event.value) if question else None
        if wanted is None or self._picked == event.value:
            self._keep(event.value)
            return
        self._picked = event.value
        wanted.query_one(Input).focus()
        wanted.scroll_visible()
        self.note(say("tui.question.why" if event.value == flow.NOT_APPLICABLE else "tui.question.more"))

    def _wanted(self, question: Question, value: str) -> Field | None:
        """The first empty field that belongs to this answer: the day of a "yes", the reason of a "does not apply"."""
        if value == flow.DONT_KNOW:
            return None
        wanted = ("note",) if value == flow.NOT_APPLICABLE else question.needs
        names = ["note-text" if need == "note" else need for need in wanted]
        fields = {field.query_one(Input).id: field for field in self.query(Field)}
        return next((fields[name] for name in names if name in fields and not fields[name].typed), None)

    def on_input_submitted(self) -> None:
        """Enter in a field goes on where an answer was picked or typed."""
        if self._picked or self.query(TextArea):
            self.action_give()

    def on_button_pressed(self) -> None:
        """Save the text."""
        self.action_give()

    def action_give(self) -> None:
        """Save what was typed, or the answer that was picked with what belongs to it."""
        question = self.question
        if question is None:
            return
        if self._picked:
            self._keep(self._picked)
            return
        if question.kind not in ("text", "table"):
            self.note(say("tui.question.pick"))
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
            name = trouble.slots.get("key", "files" if trouble.key.startswith("store.") else "")
            text = self.door.text(say(trouble.key, **trouble.slots))
            if name:
                self.query_one(f"#{name}", Input).query_ancestor(Field).wrong(text)
            else:
                self.note(text)
            return
        self._go(1)

    def _more(self, question: Question) -> dict[str, object]:
        """Date, minutes and files as typed; Trouble for one that cannot be read."""
        found: dict[str, object] = {}
        typed = {need: self.query_one(f"#{need}", Input).value.strip() for need in _NEEDS if need in question.needs}
        if text := typed.get("date"):
            found["at"] = flow.day(text)
            if not found["at"]:
                raise Trouble("tui.question.bad-date", text=text, key="date")
        if text := typed.get("minutes"):
            try:
                found["minutes"] = float(text)
            except ValueError:
                raise Trouble("tui.question.bad-minutes", text=text, key="minutes") from None
        given = self._way.page(question).given
        if text := typed.get("files"):
            found["files"] = all_handed_over(text)
        elif given is not None and given.files:
            found["files"] = given.files
        return found

    def _go(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._questions)))
        self._picked = ""
        self.redraw()


def _short(text: str) -> str:
    """A line of what the checks saw, cut where it would push the question's fields away."""
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS].rsplit(" ", 1)[0] + " ..."
