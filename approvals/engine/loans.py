"""Tasks that were delegated for a time, and what becomes of that time when they move on."""

from approvals.engine import events as e
from approvals.engine.state import Loan, Task


def lent(task: Task, event: e.TaskDelegated) -> tuple[Loan, ...]:
    """A task's loans after it was delegated: those of the one who passes it on go with it."""
    passed_on = tuple(
        loan.model_copy(update={"to": event.to}) if loan.to == event.actor else loan
        for loan in task.loans
        if not (loan.to == event.actor and loan.back.person == event.to)  # it is back before its time
    )
    mine = task.candidate(event.actor)
    if event.until is None or mine is None:
        return passed_on
    return (*passed_on, Loan(until=event.until, to=event.to, back=mine))


def still_lent(task: Task, event: e.TaskReassigned) -> tuple[Loan, ...]:
    """A task's loans after its candidates changed.

    Who takes a delegate's place has the task for the same time. Where it comes back to who delegated it, it is
    theirs for as long as it was lent to them, and what they lent, and others after them, is over.
    """
    people = {candidate.person for candidate in event.candidates}
    new = [one.person for one in event.candidates if task.candidate(one.person) is None]
    kept: list[Loan] = []
    for loan in task.loans:
        moved = event.cause != "" and loan.to in event.removed and len(new) == 1
        to = new[0] if moved else loan.to
        if event.cause == "delegation_ended" and loan.until <= event.at:
            if loan.back.person in new:
                break
        elif to in people and to != loan.back.person:
            kept.append(loan.model_copy(update={"to": to}))
    return tuple(kept)
