"""What every screen shares: the bar on top, the body, the line of notes, the keys; and the way to the session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from wizard.session import Session
from wizard.tui.door import Door
from wizard.words import say

if TYPE_CHECKING:
    from wizard.tui.app import Wizard

LEAST = (60, 20)
WIDE = 118


class Leaf(Screen[None]):
    """A screen of the wizard. Subclasses give `heading` and `content`; text goes through `door` alone."""

    scrolls = True

    @property
    def wizard(self) -> Wizard:
        """The application."""
        from wizard.tui.app import Wizard  # noqa: PLC0415  app imports its screens

        assert isinstance(self.app, Wizard)
        return self.app

    @property
    def session(self) -> Session:
        """The assessment in hand."""
        return self.wizard.session

    @property
    def door(self) -> Door:
        """The door that text goes through."""
        return self.wizard.door

    def heading(self) -> str:
        """The text of the bar."""
        return ""

    def content(self) -> Iterable[Widget]:
        """The body's widgets."""
        return ()

    def compose(self) -> ComposeResult:
        """Bar, body, notes, keys; and the sentence for a terminal that is too small."""
        yield Static(self._bar(), id="bar", markup=False)
        if self.scrolls:
            with VerticalScroll(id="body", can_focus=False):
                yield from self.content()
        else:
            yield from self.content()
        yield Static("", id="note", markup=False)
        yield Footer(show_command_palette=False)
        yield Static(say("tui.too-small", width=LEAST[0], height=LEAST[1]), id="small", markup=False)

    def note(self, text: str) -> None:
        """Show one line above the keys."""
        self.query_one("#note", Static).update(self.door.text(text))

    def on_resize(self) -> None:
        """Fit the screen to the terminal: a side panel when wide, one sentence when too small."""
        size = self.app.size
        self.set_class(size.width < LEAST[0] or size.height < LEAST[1], "-tiny")
        self.set_class(size.width >= WIDE, "-wide")

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was on top."""
        self.query_one("#bar", Static).update(self._bar())
        self.fresh()

    def fresh(self) -> None:
        """Show the session's present state; subclasses that show any override it."""

    def on_mount(self) -> None:
        """Keep the clock of a handover session going."""
        if self.wizard.has_session and self.session.assessment.subject.role == "consultant":
            self.set_interval(10.0, lambda: self.query_one("#bar", Static).update(self._bar()))

    def _bar(self) -> str:
        mark = f"  [{say('tui.presenting')}]" if self.door.presenting else ""
        if self.wizard.has_session and self.session.assessment.subject.role == "consultant":
            mark += f"  {self.wizard.elapsed()}"
        return self.door.text(self.heading()) + mark
