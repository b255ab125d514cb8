"""That the demo was made, so that it is made once."""

from django.db import models


class Seeding(models.Model):
    """One making of the demo's people and requests; without ``finished_at`` it was interrupted."""

    seed = models.PositiveIntegerField(unique=True)
    started_at = models.DateTimeField(help_text="The instant that the demo's past ends at.")
    finished_at = models.DateTimeField(null=True)
    requests = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"demo {self.seed}"
