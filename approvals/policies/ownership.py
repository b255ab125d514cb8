"""Who answers for a policy."""

from approvals.engine.policy import Policy
from approvals.people import services as people
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.policies.services import engine_policy


def owns(handle: str, key: str) -> bool:
    """Whether an active person is, or belongs to, the owner that a policy's newest version names."""
    newest = PolicyVersion.objects.filter(policy__key=key).order_by("-number").first()
    known = people.profile(handle)
    if newest is None or known is None or not people.active([handle]):
        return False
    owner = engine_policy(newest).owner
    if owner.user is not None:
        return owner.user == handle
    return owner.group in known.groups if owner.group is not None else owner.role in known.roles


def may_publish(person: Person, key: str) -> bool:
    """Whether somebody may make a policy's next version, and move its requests to it: administrators and owners."""
    return person.is_active and (person.is_admin or owns(person.handle, key))


def owners_of(policy: Policy) -> tuple[Person, ...]:
    """The active people whom a policy's owner means, wherever they hold its role."""
    owner = policy.owner
    found = Person.objects.filter(is_active=True)
    if owner.user is not None:
        found = found.filter(username=owner.user)
    elif owner.group is not None:
        found = found.filter(member_of__slug=owner.group)
    else:
        found = found.filter(held_roles__role__slug=owner.role)
    return tuple(found.distinct().order_by("username"))
