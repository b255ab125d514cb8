"""Policies and organisations small enough to try everything, and a slow walker that does.

It shares the engine and the preparation with the proof, and nothing else: no classes of people, no chosen
values, no ways left out.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from approvals.engine import new_request, pending_work, receive
from approvals.engine.commands import Command, Decide, StagePrepared, Submit
from approvals.engine.events import StageStuck
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, RequestState, StageStatus, Status
from approvals.engine.work import StageWork
from approvals.policies.participants import Asking
from approvals.policies.preparation import prepare_stage
from tests.policies.cast import NOW, group, person, role

PEOPLE = ("ana", "bo", "cy")
AMOUNTS = range(4)
UNITS = ("", "Sales")

people_in = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3)
organisations = st.fixed_dictionaries(
    {
        "managers": st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from((*PEOPLE, "owner")), max_size=3),
        "units": st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(UNITS), max_size=2),
        "desk": people_in,
        "board": people_in,
        "buyer": st.dictionaries(st.sampled_from(UNITS), people_in, max_size=2),
        "left": st.one_of(st.just([]), st.lists(st.sampled_from((*PEOPLE, "owner")), max_size=1)),
    }
)
someone = st.one_of(
    st.sampled_from(PEOPLE).map(lambda handle: {"user": handle}),
    st.builds(
        lambda slug, each: {"group": slug, "each": each}, st.sampled_from(("desk", "board")), st.booleans()
    ),
    st.builds(lambda each: {"role": "buyer", "each": each}, st.booleans()),
    st.integers(1, 2).map(lambda level: {"manager": level}),
    st.just({"field": "reviewer"}),
    st.just({"owner": True}),
)
conditions = st.one_of(
    st.none(),
    st.none(),
    st.builds(
        lambda sign, at: f"form.amount {sign} {at}",
        st.sampled_from((">", ">=", "<", "==")),
        st.integers(0, 2),
    ),
    st.sampled_from(('requester.unit == "Sales"', '"desk" in requester.groups')),
    st.sampled_from(("form.urgent", "!form.urgent && form.amount > 1")),
)


@st.composite
def stages(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """The stage of that number."""
    asked = draw(st.lists(someone, min_size=1, max_size=2))
    most = 3 if any(who.get("each") for who in asked) else len(asked)
    made: dict[str, Any] = {
        "id": f"s{number}",
        "title": f"Stage {number}",
        "participants": asked,
        "quorum": draw(
            st.one_of(st.sampled_from(("all", "any")), st.integers(1, most).map(lambda n: {"count": n}))
        ),
        "when": draw(conditions),
    }
    if number > 1 and draw(st.booleans()):
        made["after"] = []
    return made


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """One or two stages over an amount, a yes or no, and a reviewer who may be left out."""
    form = [
        {"id": "amount", "label": "Amount", "type": "integer", "min": 0, "max": AMOUNTS[-1]},
        {"id": "urgent", "label": "Urgent", "type": "boolean"},
        {"id": "reviewer", "label": "Reviewer", "type": "person", "required": False},
    ]
    return Policy.model_validate(
        {
            "key": "small",
            "title": "Small",
            "owner": {"user": "owner"},
            "form": form,
            "stages": [draw(stages(number)) for number in range(1, draw(st.integers(1, 2)) + 1)],
        }
    )


def settle_in(plan: dict[str, Any]) -> tuple[str, ...]:
    """Make the organisation; the handles of everybody who works there."""
    units = plan["units"]
    made = {handle: person(handle, unit=units.get(handle, "")) for handle in (*PEOPLE, "owner")}
    for handle, boss in plan["managers"].items():
        if handle != boss:
            made[handle].manager = made[boss]
    for handle, one in made.items():
        one.is_active = handle not in plan["left"]
        one.save()
    group("desk", *(made[handle] for handle in plan["desk"]))
    group("board", *(made[handle] for handle in plan["board"]))
    role("buyer")
    for unit, holders in plan["buyer"].items():
        role("buyer", *(made[handle] for handle in holders), unit=unit)
    return tuple(handle for handle, one in made.items() if one.is_active)


def forms(everybody: tuple[str, ...]) -> Iterator[Form]:
    """Every form there can be."""
    for amount in AMOUNTS:
        for urgent in (False, True):
            for reviewer in (None, *everybody):
                yield {"amount": amount, "urgent": urgent, **({"reviewer": reviewer} if reviewer else {})}


def stuck_stages(policy: Policy, requester: str, form: Form) -> set[str]:
    """The stages that some order of approvals by anybody leads to the owner, or to nobody."""
    asking = Asking(requester, form, policy.form, policy.owner)
    found: set[str] = set()

    def go(state: RequestState, command: Command) -> RequestState:
        state, events, receipt = receive(state, command, NOW)
        assert receipt is None or receipt.ok
        found.update(event.stage for event in events if isinstance(event, StageStuck))
        while state.status is Status.OPEN and (work := pending_work(state)):
            for one in work:
                assert isinstance(one, StageWork)
                plan = prepare_stage(one, NOW, asking)
                state, events, _ = receive(state, StagePrepared(id=one.id, work=one.id, plan=plan), NOW)
                found.update(event.stage for event in events if isinstance(event, StageStuck))
                found.update({one.stage.id} if plan.unfilled else ())
        return state

    left = [go(new_request("r", policy, 1, requester), Submit(id="s", actor=requester, title="-", form=form))]
    seen: set[frozenset[tuple[str, str | None, str]]] = set()
    while left:
        state = left.pop()
        votes = frozenset((task.id, task.decided_by, task.status) for task in state.tasks.values())
        if votes in seen:
            continue
        seen.add(votes)
        waiting = [stage.id for stage in state.stages.values() if stage.status is StageStatus.OPEN]
        tasks = state.open_tasks()
        if state.status is Status.OPEN and not tasks:
            found.update(waiting)
        for task in tasks:
            for who in task.people:
                decide = Decide(
                    id=f"{task.id}.{who}", actor=who, task=task.id, decision=Decision.APPROVE, comment=""
                )
                left.append(go(state, decide))
    return found
