"""Verify a document: one plain sentence, then each signature and the evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual import work
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from wizard.model import Trouble
from wizard.session import papers
from wizard.tui.screen import Leaf
from wizard.tui.signs import Signs
from wizard.tui.widgets.field import Field
from wizard.words import say

HALF = 40


class Verify(Leaf):
    """A path, and what the file turns out to be."""

    BINDINGS = [Binding("escape", "back", say("tui.keys.back"))]
    typing = True

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.verify.heading")

    def content(self) -> Iterable[Widget]:
        """The path and the button."""
        yield Static(say("tui.verify.about"), classes="passage", markup=False)
        yield Field(say("tui.verify.place"), "place", example="handover.pdf")
        with Horizontal(classes="row"):
            yield Button(say("tui.verify.go"), id="go", variant="primary")
        yield Static("", id="outcome", classes="passage", markup=False)

    def ready(self) -> None:
        """Begin with the field."""
        self.begin(self.query_one("#place"))

    def on_input_submitted(self) -> None:
        """Enter verifies."""
        self._verify()

    def on_button_pressed(self) -> None:
        """The button verifies."""
        self._verify()

    @work(exclusive=True, group="seal")
    async def _verify(self) -> None:
        typed = self.query_one("#place", Input).value.strip()
        if not typed:
            self.query_one(Field).wrong(say("tui.verify.no-place"))
            return
        place = papers.path_of(typed)
        outcome = self.query_one("#outcome", Static)
        outcome.update(say("tui.verify.working"))
        try:
            found = await asyncio.to_thread(papers.verify, place, self.wizard.desk.environ)
        except Trouble as trouble:
            outcome.update(self.door.text(say(trouble.key, **trouble.slots)))
            return
        sign = Signs.of("pass" if found.verified else "fail")
        text = "\n".join([f"{sign} {found.sentence}", "", *papers.verification_lines(found)])
        for one in found.signatures:  # in two lines: it has no blank at which it could break
            half = one.fingerprint[:HALF]
            text = text.replace(one.fingerprint, f"{half}\n    {one.fingerprint[HALF:]}")
        outcome.update(self.door.text(text))

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
