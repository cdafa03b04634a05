"""A field to type into: its name, the line to type, and beside it what is wrong with what was typed."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from wizard.words import say


class Field(Vertical):
    """A labelled line. The line itself has the id `name`."""

    def __init__(
        self, label: str, name: str, *, value: str = "", example: str = "", password: bool = False, most: int = 0
    ) -> None:
        super().__init__(classes="line")
        self._label, self._name, self._value, self._example = label, name, value, example
        self._password, self._most = password, most

    def compose(self) -> ComposeResult:
        """The name, the line, the mistake."""
        yield Label(self._label, classes="field", markup=False)
        yield Input(
            value=self._value,
            placeholder=say("tui.example", example=self._example) if self._example else "",
            password=self._password,
            id=self._name,
            max_length=self._most,
            compact=True,
        )
        yield Static("", classes="wrong", markup=False)

    @property
    def typed(self) -> str:
        """What was typed, without blanks round it."""
        return self.query_one(Input).value.strip()

    def wrong(self, text: str) -> None:
        """Show what is wrong, and go there; nothing for ""."""
        self.query_one(".wrong", Static).update(text)
        self.set_class(bool(text), "-wrong")
        if text:
            self.query_one(Input).focus()

    def on_descendant_focus(self) -> None:
        """Show the whole field, its name too."""
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_input_changed(self) -> None:
        """What was wrong is being mended."""
        self.wrong("")


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Field("Your name", "name", example="Ada Osei")

    def on_input_submitted(self) -> None:
        self.query_one(Field).wrong("That is no name.")


if __name__ == "__main__":
    _Demo().run()
