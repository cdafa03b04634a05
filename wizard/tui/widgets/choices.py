"""Answers to pick from: numbered 1 to 9, and ``?`` for "I don't know". Nothing is picked beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.session.flow import DONT_KNOW
from wizard.tui.door import Door
from wizard.words import say


class Choices(OptionList):
    """A list of answers. Posts `Picked` when one is taken by number, by ``?``, by enter or by the mouse."""

    BINDINGS = [Binding("question_mark", "dont_know", show=False)]

    class Picked(Message):
        """An answer was picked."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, choices: Sequence[tuple[str, str]], door: Door | None = None, given: str = "") -> None:
        self._values = [value for value, _ in choices]
        door = door or Door()
        options = []
        for number, (value, label) in enumerate(choices, 1):
            key = "?" if value == DONT_KNOW else str(number)
            text = say("tui.question.given", label=label) if value == given else label
            options.append(Option(door.rich(f" {key}  {text}"), id=value))
        self._given = self._values.index(given) if given in self._values else None
        super().__init__(*options)

    def on_mount(self) -> None:
        """Nothing is highlighted but the answer that was given before."""
        self.highlighted = self._given

    def on_key(self, event: object) -> None:
        """Take an answer by its number."""
        key = getattr(event, "character", None)
        if key and key.isdigit() and 0 < int(key) <= len(self._values) and self._values[int(key) - 1] != DONT_KNOW:
            self.post_message(self.Picked(self._values[int(key) - 1]))

    def action_dont_know(self) -> None:
        """``?``: I don't know."""
        if DONT_KNOW in self._values:
            self.post_message(self.Picked(DONT_KNOW))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        event.stop()
        self.post_message(self.Picked(str(event.option.id)))


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Choices([("yes", "Yes"), ("no", "No"), (DONT_KNOW, "I don't know")])

    def on_choices_picked(self, event: Choices.Picked) -> None:
        self.exit(message=event.value)


if __name__ == "__main__":
    _Demo().run()
