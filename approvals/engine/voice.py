"""What one seat's decision is worth to its stage."""

from approvals.engine.model import Model


class Voice(Model):
    """How a seat counts. By default one vote, like every other; ``advisory``: not at all."""

    weight: int = 1
    advisory: bool = False
    veto: bool = False
    chair: bool = False

    @property
    def strength(self) -> tuple[bool, bool, bool, int]:
        """Orders voices: of two seats that come to one person the stronger is kept."""
        return not self.advisory, self.chair, self.veto, self.weight


PLAIN = Voice()
"""A seat like any other."""
