"""Whether the ways in which a stage's seats count fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a policy asks these rules about itself
    from approvals.engine.policy import Stage


def voting_fault(stage: Stage) -> str | None:
    """Why the votes of a stage cannot be counted as it says; None where they can."""
    return (
        _nobody_decides(stage)
        or _out_of_reach(stage)
        or _weights_without_counting(stage)
        or _two_kinds_of_veto(stage)
        or _chair_without_tie(stage)
        or _one_person_for_two(stage)
    )


def _nobody_decides(stage: Stage) -> str | None:
    if stage.deciders:
        return None
    return f'Stage "{stage.id}" asks for nothing but advice: somebody has to decide it.'


def _out_of_reach(stage: Stage) -> str | None:
    wanted, seats = stage.votes_wanted, len(stage.deciders)
    votes = sum(who.weight for who in stage.deciders)
    if wanted is None or wanted <= votes or any(who.several for who in stage.deciders):
        return None
    if votes > seats:
        return f'Stage "{stage.id}" wants {wanted} votes and its participants have {votes} together.'
    return (
        f'Stage "{stage.id}" wants {wanted} approvals and has {seats} '
        f'seat{"" if seats == 1 else "s"}: a group is one seat, unless it says "each".'
    )


def _weights_without_counting(stage: Stage) -> str | None:
    if stage.counts_votes or all(who.weight == 1 for who in stage.participants):
        return None
    return (
        f'Stage "{stage.id}" gives weights, but its quorum "{stage.quorum}" counts no votes: '
        'use {count: n}, {percent: n} or "majority".'
    )


def _two_kinds_of_veto(stage: Stage) -> str | None:
    if stage.quorum == "first" and not stage.veto:
        return (
            f'Stage "{stage.id}" is decided by the first answer, a rejection too: '
            'leave "veto: false" out, or use the quorum "any".'
        )
    if stage.veto and any(who.veto for who in stage.participants):
        return (
            f'Stage "{stage.id}" names who has a veto, but there every rejection rejects: '
            'give the stage "veto: false".'
        )
    return None


def _chair_without_tie(stage: Stage) -> str | None:
    chairs = sum(who.chair for who in stage.participants)
    if not chairs:
        return None
    if chairs > 1:
        return f'Stage "{stage.id}" has {chairs} chairs: one person breaks a tie.'
    if stage.quorum != "majority" or stage.veto:
        return (
            f'Stage "{stage.id}" has a chair, but no vote there can end in a tie: '
            'a chair needs the quorum "majority" and "veto: false".'
        )
    return None


def _one_person_for_two(stage: Stage) -> str | None:
    if stage.quorum != "one_of_each":
        return None
    alone = [
        f"{way}: {value}"
        for who in stage.deciders
        for way in ("user", "manager", "field")
        if (value := getattr(who, way)) is not None
    ]
    twice = next((who for who in alone if alone.count(who) > 1), None)
    if twice is None:
        return None
    return (
        f'Stage "{stage.id}" wants one of each, but asks {{{twice}}} twice: one person is one of them only.'
    )
