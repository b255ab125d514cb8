"""The stages of a request as a picture: columns from left to right, stages side by side in one column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from approvals.engine.policy import Policy
from approvals.engine.state import RequestState, StageState, StageStatus, Status
from approvals.pages.who import People, Who
from approvals.policies.counting import standing
from approvals.policies.course_text import after as after_in_words
from approvals.policies.wording import why_left_out
from approvals.requests.wording import STAGES, Sign


@dataclass(frozen=True, slots=True)
class StagePicture:
    """One stage: its state, how far it is, and by when it is due."""

    id: str
    title: str
    sign: Sign
    status: StageStatus
    note: str = ""
    reason: str = ""
    after: str = ""
    asked: tuple[Who, ...] = ()
    due_at: datetime | None = None
    late: bool = False
    priority: int = 0
    left_out: tuple[str, ...] = ()


def columns(policy: Policy) -> list[list[str]]:
    """Stage ids by how many stages must come before them; those in one column can run side by side."""
    depth: dict[str, int] = {}

    def of(stage: str) -> int:
        if stage not in depth:
            depth[stage] = max((of(before) + 1 for before in policy.before(stage)), default=0)
        return depth[stage]

    found: list[list[str]] = []
    for stage in policy.stages:
        while len(found) <= of(stage.id):
            found.append([])
        found[of(stage.id)].append(stage.id)
    return found


def comes_after(policy: Policy, grouped: list[list[str]]) -> Mapping[str, str]:
    """What must come before each stage, in words, where the columns alone would say it wrongly."""
    said: dict[str, str] = {}
    for index, column in enumerate(grouped):
        for stage in column:
            before = policy.before(stage)
            any_of = policy.stage(stage).join == "any" and len(before) > 1
            if any_of or (index and set(before) != set(grouped[index - 1])):
                said[stage] = after_in_words(policy.stage(stage), [policy.stage(id).title for id in before])
    return said


def picture(state: RequestState, people: People) -> list[list[StagePicture]]:
    """The whole way of a request, as far as it is known."""
    grouped = columns(state.policy)
    after = comes_after(state.policy, grouped)
    return [
        [_stage(state, state.stages[id], people, after.get(id, "")) for id in column] for column in grouped
    ]


def _stage(state: RequestState, stage: StageState, people: People, after: str) -> StagePicture:
    waits = stage.status is StageStatus.OPEN
    over = state.status is Status.CLOSED and stage.status in (StageStatus.OPEN, StageStatus.PREPARING)
    sign = Sign("Ended undecided", "plain", "circle-slash") if over else STAGES[stage.status]
    having_turn = [task for task in state.awaited(stage.id) if not task.waits_for]
    asked = dict.fromkeys(person for task in having_turn for person in task.people)
    return StagePicture(
        id=stage.id,
        title=state.policy.stage(stage.id).title,
        sign=sign,
        status=stage.status,
        note=_note(state, stage),
        # Why a stage was passed over is told at length where it happened, in the timeline.
        reason="" if stage.status is StageStatus.SKIPPED else stage.reason,
        after=after,
        asked=tuple(people[person] for person in asked) if waits else (),
        due_at=stage.clock.deadline if stage.clock and waits and not over else None,
        late=bool(stage.clock and stage.clock.breached_at),
        priority=stage.priority,
        left_out=tuple(
            why_left_out(one, people[one.person].name, state.policy) for one in stage.left_out if waits
        ),
    )


def _note(state: RequestState, stage: StageState) -> str:
    """How far a stage is: who approved, or how many of how many."""
    if stage.status is not StageStatus.OPEN:
        return ""
    tasks = state.stage_tasks(stage.id)
    counted = standing(state.policy.stage(stage.id), [task for task in tasks if not task.invited])
    added = sum(task.invited is not None and task.status == "open" for task in tasks)
    waits = f"It waits for {added} more who {'was' if added == 1 else 'were'} added." if added else ""
    return f"{counted} {waits}".strip()
