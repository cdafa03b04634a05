"""The scorecard as a table: symbol, item, result, how we know, what to do. Rows fill in while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import DataTable

from wizard.tui.door import Door
from wizard.tui.signs import STYLE, Signs
from wizard.words import say

COLUMNS = ("sign", "item", "result", "basis", "next")
ALL, NARROW = 76, 60
"""Widths of the table, in characters, from which all columns fit, and all but the next step."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one row shows. `outcome` "" means that nobody looked yet, ``running`` that somebody does."""

    id: str
    title: str
    outcome: str = ""
    basis: str = "none"
    next: str = ""


class Scoreboard(DataTable[Text]):
    """All items; `enter` picks one."""

    def __init__(self, door: Door | None = None, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True, show_row_labels=False)
        self._door = door or Door()
        self._rows: dict[str, Row] = {}
        self._shown: tuple[str, ...] = ()

    def on_mount(self) -> None:
        """Lay out the columns for the width there is."""
        self._lay_out()

    def on_resize(self) -> None:
        """Drop or bring back columns when the width changes."""
        if self._columns() != self._shown:
            self._lay_out()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows, in this order; the cursor stays on its item."""
        self._rows = {row.id: row for row in rows}
        if self.is_mounted:
            self._lay_out()

    def update_row(self, row: Row) -> None:
        """Show one row anew, where it stands."""
        self._rows[row.id] = row
        for column, cell in zip(self._shown, self._cells(row), strict=True):
            self.update_cell(row.id, column, cell)

    @property
    def chosen(self) -> str:
        """The id of the row under the cursor, or ""."""
        ids = list(self._rows)
        return ids[self.cursor_row] if 0 <= self.cursor_row < len(ids) else ""

    def _columns(self) -> tuple[str, ...]:
        """What fits the table's own width; what does not stands in the panel beside or below it."""
        room = self.size.width or self.app.size.width
        return COLUMNS if room >= ALL else COLUMNS[:-1] if room >= NARROW else COLUMNS[:3]

    def _lay_out(self) -> None:
        self._shown = self._columns()
        kept = self.chosen
        self.clear(columns=True)
        widths = {"sign": 4 if Signs.ascii else 2, "item": 32, "result": 10, "basis": 6, "next": 16}
        for column in self._shown:
            self.add_column(say(f"tui.board.{column}") if column != "sign" else "", key=column, width=widths[column])
        for row in self._rows.values():
            self.add_row(*self._cells(row), key=row.id)
        if kept in self._rows:
            self.move_cursor(row=list(self._rows).index(kept))

    def _cells(self, row: Row) -> list[Text]:
        style = STYLE[row.outcome]
        result = (
            say(f"tui.board.{row.outcome or 'not-yet'}")
            if row.outcome in ("", "running")
            else say(f"cli.outcome.{row.outcome}")
        )
        cells = [
            Text(Signs.of(row.outcome), style=style),
            self._door.rich(row.title),
            Text(result, style=style),
            Text(say(f"cli.basis.{row.basis}")),
            self._door.rich(row.next.replace("\n", " ")),
        ]
        for cell in cells:
            cell.no_wrap, cell.overflow = True, "ellipsis"
        return cells[: len(self._shown)]


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Scoreboard()

    def on_mount(self) -> None:
        outcomes = ("pass", "fail", "unknown", "not-applicable", "running", "")
        self.query_one(Scoreboard).show([Row(o or "none", f"Item {o}", o, "observed", "mend it") for o in outcomes])


if __name__ == "__main__":
    _Demo().run()
