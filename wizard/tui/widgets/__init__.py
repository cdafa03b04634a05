"""One widget a file; each runs alone: ``python -m wizard.tui.widgets.scoreboard``."""
