"""Mapping files: what is wrong is said with its line and a sentence, before any case runs."""

from pathlib import Path

import pytest

from approvals.replay.errors import ReplayError
from approvals.replay.fit import check_fit
from approvals.replay.log import read_cases
from approvals.replay.mapping import load_mapping
from approvals.replay.shipped import MAPS, load_policy
from tests.replay.conftest import Files


def faults(path: Path) -> list[str]:
    """The sentences with which a mapping is refused."""
    with pytest.raises(ReplayError) as refused:
        load_mapping(path)
    return list(refused.value.sentences)


def misfits(files: Files) -> list[str]:
    """The sentences with which a mapping is refused for its policy and its log."""
    mapping = load_mapping(files.map)
    with pytest.raises(ReplayError) as refused:
        check_fit(load_policy(files.policy, mapping), mapping, read_cases(files.log, mapping.columns))
    return list(refused.value.sentences)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Cancelled: withdraw", "Cancelled: retreat", "line 11: activities.Cancelled.do: input should be "),
        (
            "Cancelled: withdraw",
            "Cancelled: {do: approve, by: Boss}",
            '"Cancelled" is done by "Boss", which is not',
        ),
        ("{manager: 1}", "{manager: 1, role: x}", "A participant names one of"),
        ("{manager: 1}", "{group: x, each: true}", '"each" stands in the policy.'),
        ("{manager: 1}", "{group: x, members: 3}", '"members" goes with "people: resource".'),
        ("{column: days}", "{column: days, value: 3}", 'give one of "value", "column" and "seen".'),
        ("{column: days}", "{value: 3, otherwise: 4}", '"otherwise" goes with "seen".'),
        ("{column: days}", "{value: 3, at_least: 4}", '"at_least" and "at_most" go with "column".'),
        (
            ", last: [Cancelled]}",
            "}",
            'say when a history ends so: "any", "never" or "last", with activities.',
        ),
        (
            "otherwise: still open",
            "else: open",
            "else: this is not known here; docs/replay.md names the keys.",
        ),
        ("title: Holidays of 2026", "", "title: field required."),
        ("requester:\n", "requester:\nrequester:\n", 'The key "requester" stands twice'),
    ],
)
def test_a_fault_in_the_file_has_a_sentence(holidays: Files, old: str, new: str, sentence: str) -> None:
    holidays.change(holidays.map, old, new)
    told = faults(holidays.map)
    assert any(sentence.lower() in fault.lower() for fault in told), told
    assert all(fault.startswith("holidays-map.yaml") for fault in told)


def test_a_file_that_is_no_mapping_is_refused(holidays: Files, tmp_path: Path) -> None:
    holidays.map.write_text("nothing")
    assert faults(holidays.map) == ['holidays-map.yaml: the file holds no mapping; it begins with "title:".']
    assert "cannot be read" in faults(tmp_path / "none.yaml")[0]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("  Cancelled: withdraw\n", "", 'the log has "Cancelled" (1 rows); say what it does, or "outside".'),
        (
            "  days: {column: days}",
            "  {}",
            'form: the policy needs "days" (How many days?); say where it comes from.',
        ),
        ("  days:", "  weeks:", 'form: the policy has no field "weeks"; it has days.'),
        (
            "{manager: 1}",
            "{manager: 2}",
            'roles: "Team lead" is {manager: 2}, whom no stage asks; the stages ask {',
        ),
        (
            "  Team lead: {manager: 1}\n",
            "",
            'roles: "Team lead agrees" is done by "Team lead" (3 rows); say under',
        ),
        (
            'agrees": approve',
            'agrees": {do: approve, stage: x}',
            'names the stage "x"; the policy has team-lead, hu',
        ),
        ("column: days", "column: weeks", 'the log has no column "weeks"; its columns are case, time, '),
    ],
)
def test_what_does_not_go_together_has_a_sentence(holidays: Files, old: str, new: str, sentence: str) -> None:
    holidays.change(holidays.map, old, new)
    told = misfits(holidays)
    assert any(sentence.lower() in fault.lower() for fault in told), told


def test_an_exact_name_comes_before_a_pattern_and_patterns_in_their_order(holidays: Files) -> None:
    holidays.change(
        holidays.map, '"* agrees": approve', '"* agrees": approve\n  "*": outside\n  Bo agrees: comment'
    )
    mapping = load_mapping(holidays.map)
    assert [step.do for name in ("Bo agrees", "Cy agrees", "Nothing") if (step := mapping.step(name))] == [
        "comment",
        "approve",
        "outside",
    ]


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_mapping_fits_its_policy_and_cites_its_source(path: Path) -> None:
    mapping = load_mapping(path)
    check_fit(load_policy(None, mapping), mapping, [])
    assert "doi:10.4121/uuid:52fb97d4-4588-43c9-9d04-3604d4613b51" in mapping.source
