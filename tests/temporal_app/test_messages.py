"""What goes over the wire between Django and the workflow."""

import uuid

from approvals.engine import new_request
from approvals.engine.policy import Policy
from temporal_app.messages import ApprovalInput
from tests.workflows.running import policy


def arrived(rules: Policy) -> ApprovalInput:
    start = ApprovalInput(state=new_request(str(uuid.uuid4()), rules, 1, "ana"))
    return ApprovalInput.model_validate_json(start.model_dump_json())


def test_requests_of_one_policy_hold_it_once() -> None:
    one, other = arrived(policy()), arrived(policy())

    assert one.state.policy is other.state.policy
    assert one.state.policy == policy()


def test_requests_of_different_policies_hold_their_own() -> None:
    one, other = arrived(policy()), arrived(policy({"id": "board"}))

    assert one.state.policy == policy()
    assert other.state.policy == policy({"id": "board"})
