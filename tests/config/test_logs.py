"""Log lines for people and for programs."""

import json
import logging
import sys

from config.logs import JsonFormatter, TextFormatter


def record(level: int = logging.INFO, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("placet.test", level, __file__, 1, "kept %s", ("it",), None)
    vars(made).update(extra)
    return made


def test_a_line_for_people_has_the_message_and_extra_fields() -> None:
    assert TextFormatter().format(record(request_id="r-1")) == "kept it request_id=r-1"


def test_a_line_for_people_names_the_level_unless_it_is_information() -> None:
    assert TextFormatter().format(record(logging.WARNING)) == "warning: kept it"


def test_a_line_for_programs_is_one_json_object() -> None:
    line = json.loads(JsonFormatter().format(record(logging.ERROR, attempts=3, unprintable=object())))
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "error", "logger": "placet.test", "message": "kept it", "attempts": 3}


def test_errors_carry_their_traceback() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        failed = record(logging.ERROR)
        failed.exc_info = sys.exc_info()
    assert "ValueError: no" in json.loads(JsonFormatter().format(failed))["error"]
    assert TextFormatter().format(failed).endswith("ValueError: no")
