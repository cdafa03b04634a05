"""``python -m wizard`` and the ``launch-ready`` command."""

from __future__ import annotations

import sys

from wizard.cli import run


def main() -> None:
    """Run the command line and exit with the contract's code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
