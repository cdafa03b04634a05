"""A titled passage of text, wrapped; nothing in it is read as markup."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import Static

from wizard.tui.door import Door


class Passage(Static):
    """A heading and its text; an empty text shows nothing."""

    def __init__(
        self, heading: str, text: str, door: Door | None = None, *, style: str = "", id: str | None = None
    ) -> None:
        self._door = door or Door()
        super().__init__(self._made(heading, text, style), id=id, classes="passage")
        self.display = bool(text)

    def _made(self, heading: str, text: str, style: str) -> Text:
        made = Text()
        if heading:
            made.append(heading + "\n", style="bold #6cb6ff")
        made.append_text(self._door.rich(text, style))
        return made

    def put(self, heading: str, text: str, style: str = "") -> None:
        """Show another text."""
        self.display = bool(text)
        self.update(self._made(heading, text, style))


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Passage("Why it matters", "A [bold]text[/bold] that is only text.")


if __name__ == "__main__":
    _Demo().run()
