"""The five-minute proof: two pasted requests, two markers, a clock, six requests, one sentence."""

from __future__ import annotations

import time
from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from wizard.model import Trouble
from wizard.session import edit
from wizard.tui.screen import Leaf
from wizard.tui.signs import Signs
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.passage import Passage
from wizard.words import say


class Proof(Leaf):
    """Shows that one client cannot read another client's conversation, or that one can."""

    BINDINGS = [Binding("escape", "back", say("tui.keys.back")), Binding("ctrl+s", "go", say("tui.keys.go"))]
    typing = True

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def heading(self) -> str:
        """The screen's name and the clock."""
        seconds = int(time.monotonic() - self._began)
        return say("tui.proof.heading", clock=f"{seconds // 60}:{seconds % 60:02d}")

    def content(self) -> Iterable[Widget]:
        """How it goes, then the words and the box of each client."""
        mine = edit.editable(self.session)
        yield Static(say("tui.proof.about" if mine else "tui.proof.prepared"), classes="passage", markup=False)
        for name in ("a", "b") if mine else ():
            yield Field(
                say(f"tui.proof.marker-{name}"), f"marker-{name}", example=say(f"tui.proof.marker-{name}-example")
            )
            yield Label(say(f"tui.proof.curl-{name}"), classes="field")
            yield TextArea("", id=f"curl-{name}", classes="short", tab_behavior="focus")
            yield Static("", id=f"read-{name}", classes="passage", markup=False)
        yield Static(say("tui.proof.consent"), classes="passage", markup=False)
        with Horizontal(classes="row"):
            yield Button(say("tui.proof.go"), id="go", variant="primary")
        yield Passage("", "", self.door, id="outcome")

    def on_mount(self) -> None:
        """Start the clock."""
        self.set_interval(1.0, self.show_bar)

    def ready(self) -> None:
        """Begin with the first field, or the button where nothing is to be typed."""
        self.fresh()
        self.begin(self.query("#marker-a").first() if self.query("#marker-a") else self.query_one("#go"))

    def fresh(self) -> None:
        """Show what the proof came to so far."""
        verdict = self.session.judgement.verdict("object-access")
        rows = self.session.proof_rows()
        if rows:
            lines = [say("tui.proof.row", **{**row, "sign": Signs.of(row["outcome"])}) for row in rows]
            text = "\n".join([self.session.summary(verdict), "", *lines])
            self.query_one("#outcome", Passage).put(say("tui.proof.outcome"), text)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say at once what was understood, without its secrets."""
        name = str(event.text_area.id)[-1]
        understood = edit.understood(event.text_area.text) if event.text_area.text.strip() else ""
        self.query_one(f"#read-{name}", Static).update(self.door.text(understood))

    def on_button_pressed(self) -> None:
        """Go."""
        self.action_go()

    def action_go(self) -> None:
        """Keep what was pasted and run the proof."""
        try:
            if edit.editable(self.session):
                pasted = {n: self.query_one(f"#curl-{n}", TextArea).text for n in ("a", "b")}
                markers = {n: self.query_one(f"#marker-{n}", Input).value.strip() for n in ("a", "b")}
                edit.accounts(self.session, pasted, markers, self.wizard.desk)
        except Trouble as trouble:
            self.note(say(trouble.key, **trouble.slots))
            return
        self.note(say("tui.board.looking", item=self.session.checklist.item("object-access").title))
        self.wizard.run_checks(("object-access",))

    def action_back(self) -> None:
        """Back to the scoreboard."""
        self.app.pop_screen()
