"""What one seat's decision is worth to its stage."""

from approvals.engine.model import Model


class Voice(Model):
    """How a seat counts. By default one vote, like every other."""

    weight: int = 1
    veto: bool = False
    chair: bool = False

    @property
    def strength(self) -> tuple[bool, bool, int]:
        """Orders voices: of two seats that come to one person the stronger is kept."""
        return self.chair, self.veto, self.weight


PLAIN = Voice()
"""A seat like any other."""
