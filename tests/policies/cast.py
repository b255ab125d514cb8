"""People, groups, roles and calendars for the tests of policies."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from approvals.calendars import services as calendars
from approvals.calendars.models import CalendarVersion
from approvals.engine.model import Form
from approvals.engine.policy import Participant, Policy, Stage
from approvals.engine.work import StageWork
from approvals.people.models import Absence, Group, Membership, Person, Role, RoleHolder

#: A Wednesday, 10:00 in Amsterdam.
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)

OFFICE = {
    "name": "office",
    "zone": "Europe/Amsterdam",
    "week": {key: ["09:00-17:00"] for key in ("mon", "tue", "wed", "thu", "fri")},
}


def person(handle: str, manager: Person | None = None, **values: object) -> Person:
    """An active person whose name is the handle with a capital."""
    values.setdefault("first_name", handle.capitalize())
    return Person.objects.create(username=handle, manager=manager, **values)


def group(slug: str, *members: Person) -> Group:
    """A group whose name is the slug with a capital."""
    made = Group.objects.create(slug=slug, name=slug.capitalize())
    Membership.objects.bulk_create(Membership(group=made, person=member) for member in members)
    return made


def role(slug: str, *holders: Person, unit: str = "") -> Role:
    """A role, held in a unit or everywhere."""
    made, _ = Role.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})
    RoleHolder.objects.bulk_create(RoleHolder(role=made, person=holder, unit=unit) for holder in holders)
    return made


def away(who: Person, until: date, substitute: Person | None = None, since: date | None = None) -> Absence:
    """An absence around NOW."""
    return Absence.objects.create(
        person=who, first_day=since or date(2026, 3, 1), last_day=until, substitute=substitute
    )


def office() -> CalendarVersion:
    """The calendar "office": nine to five in Amsterdam, without holidays."""
    return calendars.publish(OFFICE, "")


def policy(*stages: Mapping[str, object], **values: object) -> Policy:
    """A policy with these stages, an amount and a person in its form, owned by the person "owner"."""
    form = [
        {"id": "amount", "label": "Amount", "type": "money", "required": False},
        {"id": "reviewer", "label": "Reviewer", "type": "person", "required": False},
    ]
    body = {"key": "test", "title": "Test", "owner": {"user": "owner"}, "form": form, "stages": stages}
    return Policy.model_validate({**body, **values})


def work(
    stage: Mapping[str, object], form: Form | None = None, *, requester: str = "ana", round: int = 1
) -> StageWork:
    """The question whom to ask for a stage of Ana's request."""
    rules = Stage.model_validate({"id": "check", "title": "Check", **stage})
    return StageWork(
        id="check.1",
        request="r",
        round=round,
        stage=rules,
        owner=Participant(user="owner"),
        fields=policy({"id": "check", "title": "Check", "participants": [{"owner": True}]}).form,
        requester=requester,
        form=form or {},
        clock=None,
    )
