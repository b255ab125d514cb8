"""Pull: people take the work that is there."""

from datetime import timedelta

from django.utils import timezone

from approvals.engine import commands as c
from approvals.inbox.models import Assignment
from tests.engine.scene import Scene, policy
from tests.engine.world import World
from tests.pages.office import Office


def at_desk() -> Scene:
    """One seat that either of two can take."""
    return Scene(policy({"participants": [{"group": "desk"}]}), World(groups={"desk": ("pia", "quin")}))


def test_r21_resource_initiated_allocation() -> None:
    scene = at_desk()
    assert scene.act(c.Claim, "pia", task="s1.1.1") == "ok"
    assert scene.task().owner == "pia"
    assert scene.task().status == "open", "taken, and nothing is decided yet"
    assert scene.act(c.Claim, "quin", task="s1.1.1") == "claimed_by_other"


def test_r22_resource_initiated_execution_of_an_allocated_work_item() -> None:
    scene = at_desk()
    scene.act(c.Claim, "pia", task="s1.1.1")
    scene.wait(100)
    assert scene.approve("quin") == "claimed_by_other"
    assert scene.approve("pia") == "ok"
    assert (scene.task().decided_by, scene.task().decided_at) == ("pia", scene.now)


def test_r23_resource_initiated_execution_of_an_offered_work_item() -> None:
    scene = at_desk()
    assert scene.approve("quin") == "ok"
    assert scene.task().owner == "quin", "deciding takes it"
    assert scene.approve("pia") == "already_decided"


def test_r24_system_determined_work_queue_content(office: Office) -> None:
    now = timezone.now()
    for item, hours, priority in (("None", None, 0), ("Later", 48, 0), ("Late", -24, 0), ("Raised", 72, 1)):
        due = None if hours is None else now + timedelta(hours=hours)
        rows = Assignment.objects.filter(task__request=office.submit(item=item))
        assert rows.update(due_at=due, priority=priority) == 1
    assert queue(office) == ["Raised", "Late", "Later", "None"]


def test_r25_resource_determined_work_queue_content(office: Office) -> None:
    for item in ("Ladder", "Lamp"):
        office.submit(item=item)
    late = Assignment.objects.filter(task__request__title__startswith="Lamp")
    late.update(due_at=timezone.now() - timedelta(hours=1))
    assert sorted(queue(office)) == ["Ladder", "Lamp"]
    assert queue(office, "?due=overdue") == ["Lamp"]
    assert queue(office, "?q=ladder") == ["Ladder"]


def test_r26_selection_autonomy() -> None:
    for order in (("s1.1.1", "s2.1.1"), ("s2.1.1", "s1.1.1")):
        scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia"], "after": []}))
        assert [scene.approve("pia", task) for task in order] == ["ok", "ok"]
        assert scene.outcome == "approved"


def queue(office: Office, query: str = "") -> list[str]:
    """What Bo's inbox lists, in its order."""
    page = office.client("bo").get(f"/inbox/{query}").context["page"]
    return [assignment.task.request.title.split()[0] for assignment in page]
