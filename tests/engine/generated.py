"""Policies that nobody would write, and some that somebody would: small enough to search."""

from typing import Any

from hypothesis import strategies as st

from approvals.engine.policy import Policy
from approvals.engine.state import Decision
from tests.engine.world import World

REQUESTER = "ana"
PEOPLE = ("pia", "quin", "rosa", "sam")
EVERYBODY = (REQUESTER, *PEOPLE, "olga", "max", "eve")
ADMIN = "ada"
GROUPS = {"desk": ("pia", "quin"), "board": ("quin", "rosa", "sam"), "home": ("ana", "pia"), "empty": ()}
GRADES = {"pia": 3, "max": 6, "ana": 4}
MANAGERS = {"ana": "pia", "pia": "max", "quin": "max", "rosa": "ana"}
OWNERS = ({"user": "olga"}, {"user": "ana"}, {"group": "desk"}, {"group": "empty"})
HOURS = ("PT1H", "PT4H", "PT8H")

DECISIONS = st.sampled_from((Decision.APPROVE, Decision.APPROVE, *Decision))

someone = st.one_of(
    st.sampled_from(PEOPLE).map(lambda person: {"user": person}),
    st.sampled_from((*PEOPLE, REQUESTER)).map(lambda person: {"user": person}),
    st.builds(
        lambda group, each: {"group": group, "each": each}, st.sampled_from(sorted(GROUPS)), st.booleans()
    ),
    st.just({"manager": 1}),
    st.builds(
        lambda grade, each: {"up_to": {"grade": grade}, "each": each},
        st.sampled_from((3, 6, 9)),
        st.booleans(),
    ),
    st.builds(lambda group: {"group": group, "pick": "least_loaded"}, st.sampled_from(sorted(GROUPS))),
    st.just({"owner": True}),
)
moments = st.one_of(
    st.sampled_from(("25%", "50%", "100%", "PT1H before", "PT4H before")).map(lambda at: {"at": at}),
    st.builds(
        lambda by, times: {"at": f"{by} after", "times": times}, st.sampled_from(HOURS), st.integers(1, 3)
    ),
)
TO = st.one_of(
    st.just({"up": 1}),
    st.sampled_from((REQUESTER, "max", "pia")).map(lambda person: {"to": [{"user": person}]}),
    st.sampled_from(sorted(GROUPS)).map(lambda group: {"to": [{"group": group}]}),
)
levels = st.one_of(
    st.builds(lambda at, do: {**at, "do": do}, moments, st.sampled_from(("remind", "raise_priority"))),
    st.builds(
        lambda at, do, to: {**at, "do": do, **to}, moments, st.sampled_from(("notify", "add", "reassign")), TO
    ),
    st.builds(
        lambda at, do: {**at, "do": do}, moments, st.sampled_from(("approve", "reject", "expire", "move_on"))
    ),
)
slas = st.fixed_dictionaries(
    {
        "target": st.sampled_from(HOURS),
        "calendar": st.just("always"),
        "reminders": st.lists(moments, max_size=1),
        "levels": st.lists(levels, max_size=3),
    }
)
FIELDS = [{"id": id, "label": id.upper(), "type": "integer", "required": False} for id in ("a", "b")]
forms = st.fixed_dictionaries({}, optional={"a": st.integers(1, 2), "b": st.integers(1, 2)})
ALLOWED = ("request_changes", "delegate", "abstain", "add_before", "add_beside", "add_after")


@st.composite
def votes(draw: st.DrawFn, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """How a stage of these participants counts: whatever a policy may say."""
    quorum = draw(st.sampled_from(("all", "any", "first", "majority", "one_of_each", "count", "percent")))
    if quorum == "one_of_each":
        asked = [who for number, who in enumerate(asked) if who not in asked[:number]]
    veto = quorum == "first" or draw(st.booleans())
    weighing = quorum in ("majority", "count", "percent")
    asked = [
        {
            **who,
            "weight": draw(st.sampled_from((1, 1, 2, 3))) if weighing else 1,
            "veto": not veto and draw(st.sampled_from((False, False, True))),
        }
        for who in asked
    ]
    if quorum == "majority" and not veto and draw(st.booleans()) and not asked[0].get("each"):
        asked[0]["chair"] = True
    most = 6 if any(who.get("each") for who in asked) else sum(who["weight"] for who in asked)
    count = {"count": draw(st.integers(1, most))} if quorum == "count" else quorum
    share = {"percent": draw(st.integers(1, 100))} if quorum == "percent" else count
    advice = [
        {**who, "advisory": True} for who in draw(st.one_of(st.just([]), st.lists(someone, max_size=2)))
    ]
    return {"participants": [*asked, *advice], "quorum": share, "veto": veto}


def rules(of: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """No rule mostly, or two of which the first may not hold."""
    one = st.builds(
        lambda when, do: {"when": when, "do": do},
        st.sampled_from(("true", "false", "false")),
        st.sampled_from(("approve", "reject")),
    )
    some = st.lists(one, min_size=1, max_size=2)
    named = some.map(lambda made: [{**r, "name": f"{of} {n}"} for n, r in enumerate(made)])
    return st.one_of(st.just([]), st.just([]), st.just([]), st.just([]), named)


@st.composite
def stages(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """The stage of that number: after the one before, at once, or after any of those above."""
    asked = draw(st.lists(someone, min_size=1, max_size=3))
    made: dict[str, Any] = {
        "id": f"s{number}",
        "title": f"Stage {number}",
        **draw(votes(asked)),
        "on_reject": draw(st.sampled_from(("reject", "return", "continue"))),
        "join": draw(st.sampled_from(("all", "all", "any"))),
        "allow": draw(st.sampled_from((ALLOWED, ALLOWED[:1], ALLOWED[1:], ()))),
        "already_approved": draw(st.sampled_from((None, None, "carry_over"))),
        "when": draw(st.sampled_from((None, None, None, "false"))),
        "sla": draw(st.one_of(slas, st.none(), slas)),
        "rules": draw(rules(f"s{number}")),
        "watches": draw(st.sampled_from((None, None, (), ("a",), ("b",), ("a", "b")))),
    }
    before = [f"s{other}" for other in range(1, number)]
    if draw(st.booleans()):
        made["after"] = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
    if draw(st.integers(0, 3)) == 0:
        earlier = made.get("after", before[-1:])
        made["on_reject"] = {"back_to": draw(st.sampled_from([*earlier, made["id"]]))}
    return made


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """One to five stages in any order that has no circle."""
    made = [draw(stages(number)) for number in range(1, draw(st.integers(1, 5)) + 1)]
    return Policy.model_validate(
        {
            "key": "any",
            "title": "Any",
            "owner": draw(st.sampled_from(OWNERS)),
            "form": FIELDS,
            "comment_required": [],
            "max_rounds": draw(st.sampled_from((3, 2, 1))),
            "amend": draw(st.booleans()),
            "rules": draw(st.one_of(st.just([]), st.just([]), st.just([]), rules("all"))),
            "stages": made,
            "separation_of_duties": draw(duties([stage["id"] for stage in made])),
        }
    )


@st.composite
def duties(draw: st.DrawFn, ids: list[str]) -> dict[str, Any]:
    """Half of the time no rules at all; else some stages that want different people, and perhaps no subordinates."""
    if draw(st.booleans()):
        return {}
    some = st.lists(st.sampled_from(ids), min_size=2, max_size=3, unique=True)
    return {
        "four_eyes": draw(st.lists(some, max_size=2)) if len(ids) > 1 else [],
        "no_subordinates": draw(st.booleans()),
    }


worlds = st.dictionaries(
    st.sampled_from((*PEOPLE, REQUESTER)), st.sampled_from((*PEOPLE, "max")), max_size=2
).map(lambda away: World(GROUPS, MANAGERS, away, GRADES))
