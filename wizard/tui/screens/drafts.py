"""Drafts of the files that a next release needs: asks for the folder, writes, says what was written and what was left alone."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from wizard.model import Trouble
from wizard.session import drafts, papers
from wizard.tui.screen import Leaf
from wizard.tui.widgets.field import Field
from wizard.words import say


class Drafts(Leaf):
    """One field, one button."""

    BINDINGS = [Binding("escape", "back", say("tui.keys.back"))]
    typing = True

    def heading(self) -> str:
        """The screen's name."""
        return say("drafts.heading")

    def content(self) -> Iterable[Widget]:
        """What will be written, and where to."""
        with Vertical(id="form"):
            yield Static(say("drafts.about"), classes="passage", markup=False)
            yield Field(say("drafts.where"), "place", value=str(drafts.home(self.session)))
            with Horizontal(classes="row"):
                yield Button(say("drafts.write"), id="write", variant="primary")
        yield Static("", id="outcome", classes="passage", markup=False)

    def ready(self) -> None:
        """The folder is known most of the time: begin with the button."""
        self.begin(self.query_one("#write"))

    def on_input_submitted(self) -> None:
        """Enter in the field writes."""
        self._write()

    def on_button_pressed(self) -> None:
        """Write."""
        self._write()

    def _write(self) -> None:
        place = papers.path_of(self.query_one("#place", Input).value)
        try:
            lines = drafts.write(self.session, place)
        except Trouble as trouble:
            self.query_one("#place", Input).query_ancestor(Field).wrong(
                self.door.text(say(trouble.key, **trouble.slots))
            )
            return
        self.query_one("#form").display = False
        self.query_one("#outcome", Static).update(self.door.text("\n".join([*lines, "", say("drafts.then")])))

    def action_back(self) -> None:
        """Back to the item."""
        self.app.pop_screen()
