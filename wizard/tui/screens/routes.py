"""The API's routes with what each was sorted as; the founder confirms or corrects."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import DataTable, Static

from wizard.model import Trouble
from wizard.session import edit
from wizard.tui.screen import Leaf
from wizard.words import say


class Routes(Leaf):
    """One line for each route; a key changes what it is for."""

    BINDINGS = [
        Binding("escape", "back", say("tui.keys.back")),
        Binding("k,enter", "change", say("tui.routes.change")),
    ]

    def heading(self) -> str:
        """The screen's name."""
        return say("tui.routes.heading")

    def content(self) -> Iterable[Widget]:
        """A sentence and the table."""
        known = edit.routes(self.session)
        yield Static(say("tui.routes.about" if known else "tui.routes.none"), classes="passage", markup=False)
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=True, id="routes")
        table.add_column(say("tui.routes.route"), key="route", width=max(30, self.app.size.width - 30))
        table.add_column(say("tui.routes.kind"), key="kind", width=18)
        for route, kind in known:
            table.add_row(self.door.rich(route), Text(say(f"tui.kinds.{kind}")), key=route)
        yield table

    def ready(self) -> None:
        """The keys go to the table."""
        self.query_one(DataTable).focus()

    def on_data_table_row_selected(self) -> None:
        """Enter or a click on the row under the cursor."""
        self.action_change()

    def action_change(self) -> None:
        """Call the route under the cursor by the next kind."""
        known = edit.routes(self.session)
        table = self.query_one(DataTable)
        if not known or not edit.editable(self.session):
            if known:
                self.note(say("tui.routes.elsewhere", file=self.session.source or ""))
            return
        route, kind = known[table.cursor_row]
        order = edit.KINDS
        after = order[(order.index(kind) + 1) % len(order)] if kind in order else order[0]
        try:
            edit.sort_route(self.session, route, after, self.wizard.desk)
        except Trouble as trouble:
            self.note(say(trouble.key, **trouble.slots))
            return
        now = dict(edit.routes(self.session))
        table.update_cell(route, "kind", Text(say(f"tui.kinds.{now.get(route, after)}")))

    def action_back(self) -> None:
        """Back to the set-up."""
        self.app.pop_screen()
