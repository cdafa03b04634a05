"""The first screen: go on, begin anew, try the demo, verify a document, look at this computer."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wizard.model import Trouble
from wizard.session.desk import Entry
from wizard.tui.screen import Leaf
from wizard.tui.screens.new import New
from wizard.tui.screens.verify import Verify
from wizard.words import say


class Home(Leaf):
    """Where the wizard begins."""

    BINDINGS = [
        Binding("n", "new", say("tui.keys.new")),
        Binding("d", "demo", say("tui.keys.demo")),
        Binding("f", "verify", say("tui.keys.verify")),
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

    def on_mount(self) -> None:
        """Fill in the list once the screen is there."""
        self.fresh()
        self.query_one(OptionList).focus()

    def fresh(self) -> None:
        """List the assessments of this computer and the other ways to begin."""
        self._entries = self.wizard.desk.entries()
        doors = self.query_one(OptionList)
        doors.clear_options()
        for number, entry in enumerate(self._entries[:8]):
            text = say("tui.home.continue", business=entry.business, known=entry.known, of=entry.of, when=entry.when)
            doors.add_option(Option(self.door.rich(text), id=f"entry-{number}"))
        for name in ("new", "demo", "verify"):
            doors.add_option(Option(self.door.rich(say(f"tui.home.{name}")), id=name))
        doors.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go through the door that was picked."""
        name = str(event.option.id)
        if name.startswith("entry-"):
            try:
                session = self.wizard.desk.open(self._entries[int(name[6:])].path)
            except Trouble as trouble:
                self.wizard.trouble(trouble)
                return
            self.wizard.take(session)
            self.wizard.notify(say("tui.picked-up", when=self._entries[int(name[6:])].when), markup=False)
        else:
            getattr(self, f"action_{name}")()

    def action_new(self) -> None:
        """A new assessment."""
        self.app.push_screen(New())

    def action_demo(self) -> None:
        """The made-up business."""
        self.wizard.start_demo()

    def action_verify(self) -> None:
        """Verify a document."""
        self.app.push_screen(Verify())
