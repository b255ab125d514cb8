"""Brings the database up to date, and in the demo fills it: `python -m config.local.prepare`.

Both in one process, because most of the time goes into starting one. Standard output is what to tell
the person at the terminal once everything runs; progress goes to standard error.
"""

import os
import sys


def prepare() -> None:
    """Apply the migrations; in the demo, make what it shows."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    if settings.DEMO:
        call_command("prepare_demo")


if __name__ == "__main__":
    prepare()
