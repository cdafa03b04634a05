"""Tell the wizard more: each field opens checks that were unknown for want of it. What is typed goes into the assessment's profile."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from wizard.model import Trouble
from wizard.session import edit
from wizard.tui.screen import Leaf
from wizard.tui.screens.routes import Routes
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.tick import Tick
from wizard.words import say


class Setup(Leaf):
    """The profile as a form."""

    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("ctrl+s", "save", say("tui.keys.save")),
        Binding("ctrl+r", "routes", say("tui.keys.routes")),
    ]
    typing = True

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.setup.heading")

    def content(self) -> Iterable[Widget]:
        """The fields with what is known."""
        yield Static(say("tui.setup.about"), classes="passage", markup=False)
        if not edit.editable(self.session):
            yield Static(say("tui.setup.elsewhere", file=self.session.source or ""), classes="passage", markup=False)
            return
        values = edit.fields(self.session)
        for name in edit.FIELDS:
            key = name.replace(".", "-")
            example = say(f"tui.setup.{key}-example")
            yield Field(say(f"tui.setup.{key}"), key, value=values.get(name, ""), example=example)
        yield Static(say("tui.setup.consent"), classes="passage", markup=False)
        for name in ("touch", "push"):
            yield Tick(say(f"tui.setup.{name}"), values.get(f"consent.{name}") == "true", id=name)
        with Horizontal(classes="row"):
            yield Button(say("tui.keys.save"), id="save", variant="primary")
        code = self.session.code
        if code:
            yield Static(say("cli.check.own-code", domain=code[0], code=code[1]), classes="passage", markup=False)

    def on_button_pressed(self) -> None:
        """Save."""
        self.action_save()

    def action_save(self) -> None:
        """Write the profile, if it is sound; nothing is lost if it is not."""
        if not edit.editable(self.session):
            return
        typed = {name: self.query_one(f"#{name.replace('.', '-')}", Input).value.strip() for name in edit.FIELDS}
        boxes = {name: self.query_one(f"#{name}", Tick).value for name in ("touch", "push")}
        try:
            edit.save(self.session, typed, boxes, self.wizard.desk)
        except Trouble as trouble:
            self._wrong(trouble)
            return
        self.app.pop_screen()
        self.wizard.notify(say("tui.setup.saved"), markup=False)

    def _wrong(self, trouble: Trouble) -> None:
        """Say what is wrong beside the field that it is about, else above the keys."""
        key, text = trouble.slots.get("key", ""), say(trouble.key, **trouble.slots)
        for name in edit.FIELDS:
            if key.startswith(name):
                line = text.partition(": ")[2].replace(key, say("tui.setup.this"))
                field = self.query_one(f"#{name.replace('.', '-')}", Input).query_ancestor(Field)
                field.wrong(self.door.text(line))
                return
        self.note(text)

    def ready(self) -> None:
        """Begin with the first field."""
        fields = self.query(Input)
        if fields:
            self.begin(fields.first())

    def action_routes(self) -> None:
        """Look at the API's addresses."""
        self.app.push_screen(Routes())

    def action_back(self) -> None:
        """Leave without saving."""
        self.app.pop_screen()
