"""What older versions recorded is read by this one: events, states and commands."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from approvals.audit import services as audit
from approvals.audit.models import Event as Row
from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import evolve, new_request, upcasting
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState
from temporal_app import messages
from tests.engine.scene import policy
from tests.streams import record, shapes

GENERATIONS = sorted(record.DIRECTORY.glob("generation-*"))
STREAMS = sorted(file for generation in GENERATIONS for file in generation.glob("*.json"))
EVENT: TypeAdapter[e.AnyEvent] = TypeAdapter(e.AnyEvent)
RECORDED: dict[str, shapes.Schema] = json.loads(record.SHAPES.read_text("utf-8"))


def stream(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def replayed(told: Any) -> RequestState:
    """The state that a recorded stream comes to."""
    rules = Policy.model_validate(told["policy"])
    state = new_request(told["state"]["request"], rules, told["version"], told["requester"])
    for row in told["events"]:
        state = evolve(state, EVENT.validate_python(row["body"]))
    return state


def as_known(state: Any, stored: Any) -> Any:
    """A state without the fields that the version which stored it did not know: these are derived anew."""
    if isinstance(state, dict) and isinstance(stored, dict):
        return {key: as_known(value, stored[key]) for key, value in state.items() if key in stored}
    if isinstance(state, list | tuple) and isinstance(stored, list) and len(state) == len(stored):
        return [as_known(one, other) for one, other in zip(state, stored, strict=True)]
    return state


@pytest.mark.parametrize("file", STREAMS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_recorded_stream_still_evolves(file: Path) -> None:
    told = stream(file)
    state = RequestState.model_validate(told["state"])
    assert as_known(replayed(told).model_dump(), told["state"]) == as_known(state.model_dump(), told["state"])


@pytest.mark.parametrize("file", STREAMS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_recorded_state_survives_the_way_to_a_workflow(file: Path) -> None:
    state = RequestState.model_validate(stream(file)["state"])
    assert RequestState.model_validate_json(state.model_dump_json()) == state


def test_the_first_generation_has_every_event_that_there_was() -> None:
    types = {row["type"] for file in GENERATIONS[0].glob("*.json") for row in stream(file)["events"]}
    assert len(types) == 26


@pytest.mark.django_db
def test_the_record_in_the_database_is_read_alike() -> None:
    scene = record.STORIES["expired"]()
    told = record.stored(scene)
    request = Row.objects.get(revision=1).request_id
    old = stream(GENERATIONS[0] / "expired.json")
    Row.objects.filter(request=request).delete()
    Row.objects.bulk_create(
        Row(request_id=request, revision=row["revision"], type=row["type"], at=row["at"], body=row["body"])
        for row in old["events"]
    )
    state = new_request(str(request), Policy.model_validate(told["policy"]), 3, "ana")
    for event in audit.events_of(request):
        state = evolve(state, event)
    assert state.outcome == "expired"


# ---- shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_shape_that_changes_brings_its_upcaster(name: str) -> None:
    """A new field needs a default; any other change a new generation, and a step that leads to it."""
    old, new = RECORDED[name], shapes.present().get(name)
    kind, _, bare = name.partition(" ")
    steps = {"event": upcasting.EVENTS, "command": upcasting.COMMANDS, "state": upcasting.STATES}[kind]
    if new is not None and shapes.generation(new) == shapes.generation(old):
        faults = shapes.unreadable(old, new)
        assert not faults, (
            f"What was recorded as {name} cannot be read any more: {'; '.join(faults)}. Give the new field a "
            "default, or raise the generation and write a step in approvals/engine/upcasting.py."
        )
        return
    last = shapes.generation(new) if new else shapes.generation(old) + 1
    for generation in range(shapes.generation(old), last):
        assert (bare or upcasting.STATE, generation) in steps, (
            f"{name}: no step from generation {generation}."
        )


OLD = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"a": {"type": "integer"}, "b": {"default": "", "type": "string"}},
    "required": ["a"],
}


def with_properties(**changes: Any) -> shapes.Schema:
    return {**OLD, "properties": {**OLD["properties"], **changes}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        with_properties(c={"type": "integer", "default": 0}),
        with_properties(a={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
    ],
)
def test_more_room_needs_no_upcaster(new: shapes.Schema) -> None:
    assert not shapes.unreadable(OLD, new)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({**OLD, "properties": {"a": {"type": "integer"}}}, ".b: is gone"),
        ({**with_properties(c={"type": "integer"}), "required": ["a", "c"]}, ".c: is needed now"),
        (with_properties(a={"type": "string"}), ".a: integer became string"),
        (with_properties(b={"default": "x", "type": "string"}), ".b: what is left out means something else"),
        (with_properties(b={"default": "", "enum": ["", "y"]}), ".b: a value is not allowed any more"),
        (with_properties(a={"type": "integer", "minimum": 1}), ".a: minimum is narrower"),
    ],
)
def test_anything_else_does(new: shapes.Schema, said: str) -> None:
    assert shapes.unreadable(OLD, new) == [said]


# ---- steps ---------------------------------------------------------------------------------------


class Rated(e.Event):
    """An event whose third generation is the present one: 1 had a word, 2 a number of five, 3 has one of ten."""

    type: Literal["rated"] = "rated"
    generation: Literal[3] = 3
    tenths: int


STEPS: upcasting.Steps = {
    ("scored", 1): lambda body: {
        **{key: value for key, value in body.items() if key != "word"},
        "type": "rated",
        "fifths": {"poor": 1, "good": 4}[body["word"]],
    },
    ("rated", 2): lambda body: {
        **{key: value for key, value in body.items() if key != "fifths"},
        "tenths": 2 * body["fifths"],
    },
}


@pytest.mark.parametrize(
    "body",
    [
        {"type": "scored", "word": "good"},
        {"type": "rated", "generation": 2, "fifths": 4},
        {"type": "rated", "generation": 3, "tenths": 8},
    ],
)
def test_steps_follow_each_other(body: dict[str, Any]) -> None:
    read: TypeAdapter[Rated] = TypeAdapter(Rated)
    whole = {"revision": 1, "at": datetime(2026, 1, 1, tzinfo=UTC), **body}
    kept = dict(whole)
    event = read.validate_python(upcasting.upcast(whole, STEPS, "type"))
    assert (event.tenths, whole) == (8, kept)
    assert upcasting.upcast(event.model_dump(), STEPS, "type") == event.model_dump()


AT = datetime(2026, 1, 1, tzinfo=UTC)
COMMENT = {"type": "comment_added", "revision": 1, "at": AT, "text": "Hm."}
SAID = {"kind": "comment", "id": "c1", "actor": "ana", "text": "Hm."}


def started_with(**changes: Any) -> dict[str, Any]:
    """What a run starts with, as it is stored."""
    state = new_request("r1", policy({}), 1, "ana").model_dump(mode="json")
    return {"state": state, **changes}


READERS: dict[str, tuple[Callable[[Any], object], Any, str]] = {
    "the record": (EVENT.validate_python, COMMENT, "EVENTS"),
    "a batch": (messages.EventBatch.model_validate, {"request": "r1", "events": [COMMENT]}, "EVENTS"),
    "a run's events": (
        messages.ApprovalInput.model_validate,
        started_with(unrecorded=[COMMENT]),
        "EVENTS",
    ),
    "a run's state": (messages.ApprovalInput.model_validate, started_with(), "STATES"),
    "a run's commands": (messages.ApprovalInput.model_validate, started_with(commands=[SAID]), "COMMANDS"),
    "a kept command": (TypeAdapter(c.AnyCommand).validate_python, SAID, "COMMANDS"),
    "a signal": (c.Comment.model_validate, SAID, "COMMANDS"),
    "a row": (RequestState.model_validate, started_with()["state"], "STATES"),
}


@pytest.mark.parametrize("reader", READERS)
def test_whoever_reads_what_is_stored_takes_the_steps(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, stored, registry = READERS[reader]
    read(stored)
    stepped = []

    def step(body: upcasting.Body) -> upcasting.Body:
        stepped.append(body)
        return body

    names = {"EVENTS": "comment_added", "COMMANDS": "comment", "STATES": upcasting.STATE}
    monkeypatch.setattr(upcasting, registry, {(names[registry], 1): step})
    with pytest.raises(ValidationError, match="generation"):  # the present shape is still of the first
        read(stored)
    assert stepped
