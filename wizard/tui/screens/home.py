"""The first screen: go on, begin anew, try the demo, verify a document, look at this computer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual import work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wizard.session.desk import Entry
from wizard.session.doctor import examine
from wizard.tui.screen import Leaf
from wizard.tui.screens.new import New
from wizard.tui.screens.sheet import Sheet
from wizard.tui.screens.verify import Verify
from wizard.tui.signs import Signs
from wizard.words import say

_STATES = {"ok": "pass", "warning": "unknown", "broken": "fail"}


class Home(Leaf):
    """Where the wizard begins."""

    BINDINGS = [
        Binding("n", "new", say("tui.keys.new")),
        Binding("d", "demo", say("tui.keys.demo")),
        Binding("f", "verify", say("tui.keys.verify")),
        Binding("c", "doctor", say("tui.keys.doctor")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    def heading(self) -> str:
        """The product's name."""
        return say("tui.home.heading")

    def content(self) -> Iterable[Widget]:
        """What it is, and what can be done."""
        yield Static(say("tui.home.about"), classes="passage", markup=False)
        yield OptionList(id="doors")

    def ready(self) -> None:
        """Fill in the list once the screen is there."""
        self.fresh()
        self.query_one(OptionList).focus()

    def fresh(self) -> None:
        """List the assessments of this computer and the other ways to begin."""
        self._entries = self.wizard.desk.entries()[:8]
        self.note("")
        doors = self.query_one(OptionList)
        doors.clear_options()
        for number, entry in enumerate(self._entries):
            text = say("tui.home.continue", business=entry.business, known=entry.known, of=entry.of, when=entry.when)
            doors.add_option(Option(self.door.rich(text), id=f"entry-{number}"))
        for name in ("new", "demo", "verify", "doctor"):
            again = "-again" if name == "demo" and self.wizard.demo_runs else ""
            doors.add_option(Option(say(f"tui.home.{name}{again}"), id=name))
        doors.highlighted = 0 if self._entries else 1  # who is new here begins with the demo

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go through the door that was picked."""
        name = str(event.option.id)
        if not name.startswith("entry-"):
            getattr(self, f"action_{name}")()
            return
        entry = self._entries[int(name.removeprefix("entry-"))]
        if self.wizard.resume(entry.path):
            self.wizard.notify(say("tui.picked-up", when=entry.when), markup=False)

    def action_new(self) -> None:
        """A new assessment."""
        self.app.push_screen(New())

    def action_demo(self) -> None:
        """The made-up business."""
        self.wizard.demo()

    def action_verify(self) -> None:
        """Verify a document."""
        self.app.push_screen(Verify())

    @work(exclusive=True, group="doctor")
    async def action_doctor(self) -> None:
        """What this computer has and lacks."""
        self.note(say("tui.home.looking"))
        rows = await asyncio.to_thread(examine, self.wizard.desk.environ)
        self.note("")
        lines = [
            f"{Signs.of(_STATES[row.state])} {row.means}" + (f"\n    {row.mend}" if row.mend else "") for row in rows
        ]
        self.app.push_screen(Sheet(self.door.text("\n".join([say("tui.home.doctor"), "", *lines]))))
