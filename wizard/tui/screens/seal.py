"""Sign and export: write the document, sign it with one's own key, say where it is and what the signature proves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from textual import work
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static

from wizard.model import Trouble
from wizard.session import papers
from wizard.tui.screen import Leaf
from wizard.tui.widgets.field import Field
from wizard.words import say


class Seal(Leaf):
    """The last screen before the review."""

    BINDINGS = [Binding("escape", "back", say("tui.keys.back"))]
    typing = True

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.seal.heading")

    def content(self) -> Iterable[Widget]:
        """Edition, place, name, role, passphrase."""
        subject = self.session.assessment.subject
        with Vertical(id="form"):
            yield Static(say("tui.seal.about"), classes="passage", markup=False)
            yield Field(say("tui.seal.place"), "place", value=str(Path.cwd() / "handover.pdf"))
            yield Field(say("tui.seal.name"), "name", value=subject.assessor)
            yield Field(say("tui.seal.passphrase"), "passphrase", password=True)
            with Horizontal(classes="row"):
                yield Select(
                    self._of("role", "founder", "consultant"),
                    value=subject.role,
                    id="role",
                    allow_blank=False,
                    compact=True,
                )
                yield Select(
                    self._of("edition", "reviewer", "public"),
                    value="reviewer",
                    id="edition",
                    allow_blank=False,
                    compact=True,
                )
                yield Select(self._of("paper", "a4", "letter"), value="a4", id="paper", allow_blank=False, compact=True)
            with Horizontal(classes="row"):
                yield Button(say("tui.seal.sign"), id="sign", variant="primary")
                yield Button(say("tui.seal.export"), id="export")
        yield Static("", id="outcome", classes="passage", markup=False)

    def ready(self) -> None:
        """Begin with the first field that is empty, else with the button."""
        empty = [field for field in self.query(Field) if not field.typed and field.query_one(Input).id == "name"]
        self.begin(empty[0].query_one(Input) if empty else self.query_one("#sign"))

    @staticmethod
    def _of(field: str, *values: str) -> list[tuple[str, str]]:
        return [(say(f"tui.seal.{field}-{value}"), value) for value in values]

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Write, and sign if that was asked."""
        self._write(sign=event.button.id == "sign")

    @work(exclusive=True, group="seal")
    async def _write(self, *, sign: bool) -> None:
        place = papers.path_of(self.query_one("#place", Input).value)
        name = self.query_one("#name", Input).value.strip()
        if sign and not name:
            self.query_one("#name", Input).query_ancestor(Field).wrong(say("tui.seal.no-name"))
            return
        chosen = {field: str(self.query_one(f"#{field}", Select).value) for field in ("role", "edition", "paper")}
        outcome = self.query_one("#outcome", Static)
        outcome.update(say("tui.seal.working"))
        order = papers.Order(
            place=place,
            edition="public" if chosen["edition"] == "public" else "reviewer",
            paper="letter" if chosen["paper"] == "letter" else "a4",
            name=name if sign else "",
            role=chosen["role"],
            passphrase=self.query_one("#passphrase", Input).value,
        )
        try:
            lines = await asyncio.to_thread(papers.make, self.session, order, self.wizard.desk.environ)
        except Trouble as trouble:
            outcome.update(self.door.text(say(trouble.key, **trouble.slots)))
            outcome.scroll_visible()
            return
        self.query_one("#form").display = False
        outcome.update(self.door.text("\n".join([*lines, "", say("tui.seal.then")])))
        if self.app.is_web:
            self.app.deliver_binary(place)

    def action_back(self) -> None:
        """Back to the scoreboard."""
        self.app.pop_screen()
