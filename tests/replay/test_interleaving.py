"""Several approvals of one case: a permit and the declaration that follows it, or several of them."""

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

LOG = """\
trip,declaration,time,activity,role,euros
t1,,2026-03-02T09:00:00Z,Permit asked for,Employee,
t1,,2026-03-02T10:00:00Z,Permit granted,Supervisor,
t1,d1,2026-03-03T09:00:00Z,Declaration handed in,Employee,120.50
t1,,2026-03-03T10:00:00Z,Permit extended,Employee,
t1,d2,2026-03-03T11:00:00Z,Declaration handed in,Employee,80
t1,,2026-03-03T12:00:00Z,Permit granted,Supervisor,
t1,d1,2026-03-04T09:00:00Z,Declaration checked,Administration,120.50
t1,d2,2026-03-04T10:00:00Z,Declaration sent back,Administration,80
t1,d1,2026-03-05T09:00:00Z,Paid,,120.50
t2,,2026-03-02T09:00:00Z,Permit asked for,Employee,
t3,d3,2026-03-06T09:00:00Z,Declaration handed in,Employee,15
t3,d3,2026-03-06T10:00:00Z,Declaration checked,Administration,15
"""
POLICY = """
key: {key}
title: {key}
owner: {{role: owner}}
form: [{form}]
stages:
  - {{id: check, title: Check, participants: [{who}], on_reject: {on_reject}}}
"""
PERMIT = """
title: Permits
columns: {case: trip, resource: null}
requester: {role: Employee}
roles:
  Supervisor: {manager: 1}
activities:
  Permit asked for: submit
  Permit granted: approve
  Permit extended: comment
ends:
  - {name: granted, end: approved, any: [Permit granted]}
"""
DECLARATION = """
title: Declarations
columns: {case: CASE, resource: null}
requester: {role: Employee}
roles:
  Administration: {group: administration}
activities:
  Declaration handed in: submit
  Declaration checked: approve
  Declaration sent back: reject
  Paid: outside
form:
  amount: {column: euros}
ends:
  - {name: checked, end: approved, any: [Declaration checked]}
"""


@dataclass(frozen=True)
class Travel:
    """A log of permits and declarations, with a policy and a mapping for each."""

    folder: Path

    def arguments(self) -> list[str]:
        files = [str(self.folder / name) for name in ("permit.yaml", "permits.yaml", "pay.yaml", "pays.yaml")]
        return [
            str(self.folder / "log.csv"),
            *(
                word
                for flag, file in zip(("--policy", "--map") * 2, files, strict=True)
                for word in (flag, file)
            ),
        ]

    def result(self, *more: str) -> Any:
        return json.loads(self.printed("--json", *more))

    def printed(self, *more: str) -> str:
        out = StringIO()
        call_command("replay_log", *self.arguments(), *more, stdout=out, stderr=StringIO())
        return out.getvalue()


@pytest.fixture(params=["trip", "declaration"])
def travel(request: pytest.FixtureRequest, tmp_path: Path) -> Travel:
    """A trip's declarations as one request each, or all rows of the trip as one."""
    amount = "{id: amount, label: Amount, type: money}"
    files = {
        "log.csv": LOG,
        "permit.yaml": POLICY.format(key="permit", form="", who="{manager: 1}", on_reject="reject"),
        "permits.yaml": PERMIT,
        "pay.yaml": POLICY.format(key="pay", form=amount, who="{group: administration}", on_reject="return"),
        "pays.yaml": DECLARATION.replace("CASE", request.param),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return Travel(tmp_path)


def test_each_approval_of_a_case_is_a_request_of_its_own(travel: Travel, request: Any) -> None:
    told = travel.result("--at-least", "0")
    permits, declarations = told["requests"]
    assert (permits["mapping"], permits["cases"], permits["as_history"]) == ("Permits", 2, 2)
    assert {end["name"]: end["cases"] for end in permits["ends"]} == {"granted": 1, "open": 1}
    # t3 never had a permit; by its own column, each declaration of t1 is a request.
    by_declaration = "declaration" in request.node.name.rsplit("[", 1)[1]
    assert declarations["cases"] == (3 if by_declaration else 2)
    assert declarations["as_history"] == declarations["cases"]
    assert told["cases"] == told["as_history"] == permits["cases"] + declarations["cases"]
    assert told["percent_as_history"] == 100


def test_in_text_one_stands_below_the_other(travel: Travel) -> None:
    told = travel.printed("--at-least", "0")
    assert told.index("Permits, under “permit”") < told.index("Declarations, under “pay”")


def test_the_least_share_counts(travel: Travel) -> None:
    log = travel.folder / "log.csv"
    log.write_text(LOG + "t9,,2026-03-09T09:00:00Z,Permit granted,Supervisor,\n", "utf-8")
    with pytest.raises(CommandError, match=r"66\.67 % of Permits ended as history did") as failed:
        travel.printed()
    assert failed.value.returncode == 1


def test_what_does_not_go_together_is_said(travel: Travel) -> None:
    def failure(*more: str) -> str:
        with pytest.raises(CommandError) as failed:
            travel.printed(*more)
        assert failed.value.returncode == 2
        return str(failed.value)

    assert "more policies than mappings" in failure("--policy", "x.yaml")
    assert "one mapping at a time" in failure("--temporal", "1")
    (travel.folder / "permits.yaml").write_text(PERMIT.replace("  Permit asked for: submit\n", ""), "utf-8")
    assert 'the log has "Permit asked for" (2 rows)' in failure()
    rows = [row for row in LOG.splitlines() if "Declaration " not in row]
    (travel.folder / "log.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (travel.folder / "permits.yaml").write_text(PERMIT, "utf-8")
    assert "has a row that is part of “Declarations”." in failure()
