"""What Temporal's own lists show of a request."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from temporal_app.messages import SearchAttribute


def show_status(status: str) -> None:
    """Let a closed request be found as one, where the server knows our search attributes."""
    attribute = SearchAttributeKey.for_keyword(SearchAttribute.STATUS)
    if workflow.info().typed_search_attributes.get(attribute) is not None:
        workflow.upsert_search_attributes([attribute.value_set(status)])
