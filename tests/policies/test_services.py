"""Publishing policies, and finding them."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from approvals.calendars import services as calendars
from approvals.engine.policy import Policy
from approvals.policies import models, services
from approvals.policies.faults import InvalidPolicy, UnknownPolicy
from tests.policies.cast import group, office, person, policy, role

pytestmark = pytest.mark.django_db

STAGE: dict[str, object] = {"id": "check", "title": "Check", "participants": [{"manager": 1}]}


def codes(checked: Policy) -> list[tuple[str, str, str]]:
    return [(fault.severity, fault.code, fault.where) for fault in services.check(checked)]


def test_people_who_are_not_there_yet_are_warnings() -> None:
    levels = [{"at": "100%", "do": "notify", "to": [{"user": "gone"}]}]
    stage = {
        **STAGE,
        "participants": [{"group": "finance"}, {"role": "buyer"}],
        "sla": {"target": "PT8H", "calendar": "office", "levels": levels},
    }
    checked = policy(stage)
    assert codes(checked) == [
        ("warning", "unknown_user", "owner.user"),
        ("warning", "unknown_group", "stages[0].participants[0].group"),
        ("warning", "unknown_role", "stages[0].participants[1].role"),
        ("warning", "unknown_user", "stages[0].sla.levels[0].to[0].user"),
        ("error", "unknown_calendar", "stages[0].sla.calendar"),
    ]
    office()
    group("finance")
    role("buyer")
    person("owner")
    person("gone", is_active=False)
    assert codes(checked) == [("warning", "unknown_user", "stages[0].sla.levels[0].to[0].user")]


def test_a_policy_with_errors_is_not_published() -> None:
    with pytest.raises(InvalidPolicy) as refusal:
        services.publish(policy({**STAGE, "when": "form.amuont > 1"}))
    assert [fault.code for fault in refusal.value.faults] == ["condition"]
    assert not models.Policy.objects.exists()


def test_a_version_is_published_once() -> None:
    owner = person("owner")
    first = services.publish(policy(STAGE), owner)
    assert (first.number, first.published_by, first.policy.title) == (1, owner, "Test")
    assert services.publish(policy(STAGE), None) == first
    second = services.publish(policy(STAGE, title="Better"))
    assert (second.number, second.policy.title) == (2, "Better")
    again = services.publish(policy(STAGE))
    assert (again.number, again.digest) == (3, first.digest)
    assert services.current("test") == again


def test_a_version_from_before_the_language_grew_is_not_published_again() -> None:
    rules = policy(STAGE)
    older = rules.model_dump(mode="json", exclude_defaults=True)
    kept = models.Policy.objects.create(key=rules.key, title=rules.title)
    version = models.PolicyVersion.objects.create(
        policy=kept, number=1, body=older, digest=services.digest_of(older)
    )
    assert services.publish(rules) == version
    assert services.publish(rules.model_copy(update={"max_rounds": 3})).number == 2


def test_a_published_version_never_changes() -> None:
    version = services.publish(policy(STAGE))
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        models.PolicyVersion.objects.filter(pk=version.pk).update(number=7)
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        version.delete()


def test_a_version_gives_the_policy_that_was_published() -> None:
    published = policy({**STAGE, "when": "round == 1"})
    version = services.publish(published)
    kept = models.PolicyVersion.objects.get(pk=version.pk)
    assert services.engine_policy(kept) == published
    assert services.engine_policy(kept) is services.engine_policy(version)


def test_the_newest_versions_can_be_requested_by_whoever_is_active() -> None:
    services.publish(policy(STAGE, key="b", title="b"))
    services.publish(policy(STAGE, key="a", title="C"))
    newest = services.publish(policy(STAGE, key="a", title="A"))
    services.publish(policy(STAGE, key="old", title="Old"))
    models.Policy.objects.filter(key="old").update(retired_at=timezone.now())
    ana = person("ana")
    with connection.execute_wrapper(_count := _Counter()):
        found = services.open_to(ana)
    assert [version.policy.key for version in found] == ["a", "b"]
    assert found[0] == newest
    assert _count.queries == 1
    assert services.open_to(person("left", is_active=False)) == []


class _Counter:
    """Counts queries."""

    queries = 0

    def __call__(self, execute: object, *args: object) -> object:
        self.queries += 1
        return execute(*args)  # type: ignore[operator]


def test_a_retired_or_unknown_policy_has_no_current_version() -> None:
    services.publish(policy(STAGE))
    models.Policy.objects.update(retired_at=timezone.now())
    for key in ("test", "none"):
        with pytest.raises(UnknownPolicy) as refusal:
            services.current(key)
        assert refusal.value.code == "unknown_policy"
    assert services.publish(policy(STAGE)).number == 1
    assert services.current("test").number == 1


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (None, "Test"),
        ('requester.name + " wants " + money(form.amount, "EUR")', "Ana wants 5.00 EUR"),
        ('"a\\n  b"', "a b"),
        ('form.reviewer + " "', "Test"),
        ('string(1 / (form.amount - 500))', "Test"),
        ('"0123456789".replace("0", "0")', "Test"),
        ('["' + "x" * 400 + '"][0]', "x" * 200),
        ('requester.groups[0]', "finance"),
    ],
)  # fmt: skip
def test_a_request_is_titled_by_its_policy(subject: str | None, title: str) -> None:
    ana = person("ana")
    group("finance", ana)
    assert services.request_title(policy(STAGE, subject=subject), ana, {"amount": 500}) == title


def test_the_schema_describes_a_policy() -> None:
    schema = services.json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["required"]) == {"key", "title", "owner", "form", "stages"}
    assert schema["additionalProperties"] is False


def test_the_library_is_published_once() -> None:
    calendars.load_library()
    versions = services.load_library(person("ada"))
    assert [version.policy.key for version in versions] == [
        "access-request",
        "expense-declaration",
        "production-release",
        "purchase-order",
    ]
    assert services.load_library() == versions
