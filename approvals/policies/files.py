"""Published versions, found by their policy, and as files that can be changed."""

import yaml

from approvals.policies.models import PolicyVersion
from approvals.policies.services import engine_policy


def versions_of(key: str) -> list[PolicyVersion]:
    """Every version of a policy, retired or not, the newest first."""
    found = PolicyVersion.objects.filter(policy__key=key).select_related("policy", "published_by")
    return list(found.order_by("-number"))


def as_yaml(version: PolicyVersion) -> str:
    """A version as a file that can be changed and published again; what is left at its default is left out."""
    sparse = engine_policy(version).model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(sparse, sort_keys=False, allow_unicode=True, width=100)
