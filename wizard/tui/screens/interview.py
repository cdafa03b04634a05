"""The boundaries interview: chapters on the left, the diagram that grows out of the answers on the right (or in their place, when narrow)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wizard.session import flow
from wizard.tui.screen import HALF, Leaf
from wizard.tui.screens.question import Asking
from wizard.tui.signs import Signs
from wizard.words import say

CHAPTERS = 44


class Interview(Leaf):
    """Pick a chapter; the map shows what is known."""

    scrolls = False
    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("a", "all", say("tui.keys.all")),
        Binding("m", "map", say("tui.keys.map")),
        Binding("c", "copy", say("tui.keys.copy")),
    ]

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.interview.heading")

    def content(self) -> Iterable[Widget]:
        """Chapters and map, side by side where there is room, else one at a time."""
        with Horizontal(id="body"):
            yield OptionList(id="chapters")
            with VerticalScroll(id="map"):
                yield Static("", id="diagram", markup=False)

    def ready(self) -> None:
        """Fill in."""
        self.fresh()
        self.query_one(OptionList).focus()
        self.note(say("tui.interview.hint-wide" if self.app.size.width >= HALF else "tui.interview.hint"))

    def fit(self) -> None:
        """Draw the map for the width there is."""
        super().fit()
        self.query_one("#diagram", Static).update(self._map())

    def fresh(self) -> None:
        """List the chapters with what is answered, and draw the map anew."""
        chapters = self.query_one(OptionList)
        kept = chapters.highlighted
        chapters.clear_options()
        given = self.session.answers()
        for name, chapter in self.session.checklist.chapters.items():
            questions = self.session.checklist.chapter(name)
            done = sum(q.id in given for q in questions)
            sign = Signs.of("pass" if done == len(questions) else "")
            text = say("tui.interview.chapter", title=chapter.title, done=done, of=len(questions), intro=chapter.intro)
            chapters.add_option(Option(self.door.rich(f"{sign} {text}\n"), id=name))
        chapters.highlighted = kept or 0
        self.query_one("#diagram", Static).update(self._map())

    def _map(self) -> str:
        width = self.app.size.width
        room = width - CHAPTERS - 5 if width >= HALF else width - 4
        return self.door.text(self.session.diagram(room, ascii_only=Signs.ascii))

    def action_map(self) -> None:
        """The map instead of the chapters, and back, where both have no room."""
        self.toggle_class("-map")
        self.query_one("#map" if self.has_class("-map") else "#chapters").focus()

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
