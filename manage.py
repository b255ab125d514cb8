#!/usr/bin/env python
"""Django's command line for Placet."""

import os
import sys
from pathlib import Path

from config.local.told import adopt


def main() -> None:
    """Run the management command named on the command line, on a Placet that `make run` runs here."""
    adopt(Path(__file__).resolve().parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
