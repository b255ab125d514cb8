"""Writing several rows of a table at once, from one value.

Django's ``bulk_create`` turns every column of every row into a parameter of its own, which took longer than
anything else of a decision's record. Here the rows go over as one JSON value and PostgreSQL takes them apart:
a fifth of the processor time (measured with six events).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from pydantic_core import to_json

Row = Mapping[str, object]
"""Values by column, as JSON can hold them; frozen models, moments and UUIDs too. Nothing has a default."""


def insert(
    table: type[models.Model], rows: Sequence[Row], *, on_conflict: str = "", returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Insert rows that all have the same columns.

    Args:
        on_conflict: what follows ``ON CONFLICT``; without it a row that is there already is an error.
        returning: columns that are wanted of the rows that were written.

    Raises:
        django.db.IntegrityError: a constraint of the table forbids it.
        django.db.DataError: a value does not fit its column.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(table, tuple(rows[0]), on_conflict, tuple(returning)), [to_json(rows).decode()]
        )
        return cursor.fetchall() if returning else []


@cache
def _statement(
    table: type[models.Model], columns: tuple[str, ...], on_conflict: str, returning: tuple[str, ...]
) -> str:
    quoted = connection.ops.quote_name
    kinds = {field.column: field.rel_db_type(connection) for field in table._meta.concrete_fields}
    names = ", ".join(map(quoted, columns))
    given = ", ".join(f"{quoted(column)} {kinds[column]}" for column in columns)
    statement = (
        f"INSERT INTO {quoted(table._meta.db_table)} ({names}) "  # noqa: S608 - names of our own tables
        f"SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS given ({given})"
    )
    if on_conflict:
        statement += f" ON CONFLICT {on_conflict}"
    if returning:
        statement += " RETURNING " + ", ".join(map(quoted, returning))
    return statement
