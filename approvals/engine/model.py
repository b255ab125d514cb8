"""What every value of the engine has in common: it never changes."""

from pydantic import BaseModel, ConfigDict, JsonValue


class Model(BaseModel):
    """A frozen value. Unknown keys are an error, so that a misspelt policy is not half understood."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Form = dict[str, JsonValue]
"""The content of a request's form: field id to value. Money is an integer of minor units (cents)."""
