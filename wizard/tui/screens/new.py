"""A new assessment: the business's name and a web address, nothing more; then the look-only scan."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from wizard.model import Trouble
from wizard.tui.screen import Leaf
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.tick import Tick
from wizard.words import say


class New(Leaf):
    """Two fields, a sentence on what will be sent, and go."""

    BINDINGS = [Binding("escape", "back", say("tui.keys.back"))]
    typing = True

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.new.heading")

    def content(self) -> Iterable[Widget]:
        """The fields."""
        yield Static(say("tui.new.about"), classes="passage", markup=False)
        for name in ("business", "site", "assessor"):
            yield Field(say(f"tui.new.{name}"), name, example=say(f"tui.new.{name}-example"), most=200)
        yield Tick(say("tui.new.client"), id="client")
        yield Static(say("tui.new.consent"), classes="passage", markup=False)
        with Horizontal(classes="row"):
            yield Button(say("tui.new.go"), id="go", variant="primary")
            yield Button(say("tui.new.later"), id="later")

    def ready(self) -> None:
        """Begin with the first field."""
        self.begin(self.query_one("#business"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field; on the last one it begins."""
        if event.input.id == "assessor":
            self._begin(scan=True)
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Begin, with or without the scan."""
        self._begin(scan=event.button.id == "go")

    def action_back(self) -> None:
        """Leave without a trace."""
        self.app.pop_screen()

    def _begin(self, *, scan: bool) -> None:
        fields = {field.query_one(Input).id: field for field in self.query(Field)}
        business, site, assessor = (fields[name].typed for name in ("business", "site", "assessor"))
        if not business:
            fields["business"].wrong(say("tui.new.no-name"))
            return
        if site and "://" not in site:
            site = f"https://{site}"
        role = "consultant" if self.query_one(Tick).value else "founder"
        try:
            session = self.wizard.desk.create(business, site, assessor, role=role)
        except Trouble as trouble:
            if trouble.slots.get("key") == "site.url":
                fields["site"].wrong(say("tui.new.bad-site"))
            else:
                self.note(say(trouble.key, **trouble.slots))
            return
        self.app.pop_screen()
        self.wizard.take(session)
        if scan and site:
            self.wizard.run_checks(quick=True)
