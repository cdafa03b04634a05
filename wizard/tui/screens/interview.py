"""The boundaries interview: chapters on the left, the diagram that grows out of the answers on the right (or below, when narrow)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wizard.session import flow
from wizard.tui.screen import WIDE, Leaf
from wizard.tui.screens.question import Asking
from wizard.words import say


class Interview(Leaf):
    """Pick a chapter; the diagram shows what is known."""

    scrolls = False
    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("a", "all", say("tui.keys.all")),
        Binding("c", "copy", say("tui.keys.copy")),
    ]

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.interview.heading")

    def content(self) -> Iterable[Widget]:
        """Chapters and diagram."""
        with Horizontal(id="body") if self.app.size.width >= WIDE else VerticalScroll(id="body"):
            yield OptionList(id="chapters")
            with VerticalScroll(id="picture"):
                yield Static("", id="diagram", markup=False)

    def on_mount(self) -> None:
        """Fill in."""
        self.fresh()
        self.query_one(OptionList).focus()

    def fresh(self) -> None:
        """List the chapters with what is answered, and draw the diagram anew."""
        chapters = self.query_one(OptionList)
        chapters.clear_options()
        given = self.session.answers()
        for name, chapter in self.session.checklist.chapters.items():
            questions = self.session.checklist.chapter(name)
            done = sum(q.id in given for q in questions)
            text = say("tui.interview.chapter", title=chapter.title, done=done, of=len(questions), intro=chapter.intro)
            chapters.add_option(Option(self.door.rich(text), id=name))
        width = max(40, self.app.size.width - (48 if self.app.size.width >= WIDE else 6))
        self.query_one("#diagram", Static).update(self.door.text(self.session.diagram(width)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask the chapter's questions."""
        only = tuple(q.id for q in self.session.checklist.chapter(str(event.option.id)))
        self.app.push_screen(Asking(flow.Flow(self.session, only), again=True))

    def action_all(self) -> None:
        """Ask what is still open, in all chapters."""
        chapters = self.session.checklist.chapters
        only = tuple(q.id for name in chapters for q in self.session.checklist.chapter(name))
        self.app.push_screen(Asking(flow.Flow(self.session, only)))

    def action_copy(self) -> None:
        """Copy the diagram."""
        self.wizard.saved_copy(self.session.diagram(100), "boundaries.txt")

    def action_back(self) -> None:
        """Back to the scoreboard."""
        self.app.pop_screen()
