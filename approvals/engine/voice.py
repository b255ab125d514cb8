"""What one seat's decision is worth to its stage."""

from pydantic import Field

from approvals.engine.model import Model


class Voice(Model):
    """How a seat counts. By default one vote, like every other; ``advisory``: not at all."""

    weight: int = 1
    advisory: bool = False
    veto: bool = False
    chair: bool = False
    of: int | None = Field(
        default=None, description="Which participant it speaks for, where one of each has to approve."
    )

    @property
    def strength(self) -> tuple[bool, bool, bool, int]:
        """Orders voices: of two seats that come to one person the stronger is kept."""
        return not self.advisory, self.chair, self.veto, self.weight


PLAIN = Voice()
"""A seat like any other."""
NO_SEAT = 'How much a vote counts is said where a stage names its "participants", and only there.'
