"""A table full of open tasks, written by PostgreSQL itself from one real request."""

import uuid

from django.db import connection

_PEOPLE = """
INSERT INTO people_person (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, unit, title, grade, time_zone, is_admin, is_auditor)
SELECT '!', false, 'crowd-' || n, 'Crowd', n::text, '', false, true,
    now(), 'Unit ' || n %% 50, '', 0, 'Europe/Amsterdam', false, false
FROM generate_series(1, %(people)s) n
"""

# Somebody is drawn with random() ^ 2, so that few have much to do and most have little: the busiest of 2,000
# people has two tasks in a hundred.
_STEPS = (
    """
CREATE TEMPORARY TABLE crowd_people AS
SELECT array_agg(id ORDER BY id) AS pks FROM people_person WHERE username LIKE 'crowd-%%'
""",
    # Two open tasks each, as while finance and legal look at an order side by side.
    """
CREATE TEMPORARY TABLE crowd_requests AS
SELECT gen_random_uuid() AS id, n, pks[1 + floor(random() ^ 2 * %(people)s)::int] AS requester_id,
    now() - random() * interval '20 days' AS created_at, now() + (random() - 0.1) * interval '10 days' AS due_at
FROM generate_series(1, %(tasks)s / 2) n, crowd_people
""",
    """
INSERT INTO requests_request (id, policy_version_id, requester_id, title, status, outcome, paused, stuck, round,
    stages, amount, currency, due_at, created_at, updated_at, revision, state, looked_up_in)
SELECT crowd.id, one.policy_version_id, crowd.requester_id, 'Order number ' || crowd.n || ' of ' || one.title,
    one.status, '', false, false, 1, one.stages, (random() * 1000000)::bigint, one.currency,
    crowd.due_at, crowd.created_at, crowd.created_at, one.revision, one.state,
    one.looked_up_in
FROM crowd_requests crowd, requests_request one WHERE one.id = %(one)s
""",
    """
INSERT INTO inbox_task (request_id, key, stage, stage_title, label, marks, round, status, decision, priority, opened_at,
    due_at)
SELECT crowd.id, stage.key, stage.key, stage.title, '', '', 1, 'open', '', (random() < 0.03)::int, crowd.created_at,
    CASE WHEN random() < 0.95 THEN crowd.due_at END
FROM crowd_requests crowd, (VALUES ('finance', 'Finance'), ('legal', 'Legal')) stage(key, title)
""",
    # A fifth of the tasks wait for five people, the others for one.
    """
INSERT INTO inbox_assignment (task_id, person_id, priority, due_at, comes_back)
SELECT task.id, pks[1 + floor(random() ^ 2 * %(people)s)::int], task.priority, task.due_at, false
FROM inbox_task task JOIN crowd_requests crowd ON crowd.id = task.request_id, generate_series(1, 5) seat,
    crowd_people
WHERE seat = 1 OR task.id %% 5 = 0
ON CONFLICT DO NOTHING
""",
    "DROP TABLE crowd_requests, crowd_people",
)


def fill_tables(one: uuid.UUID, tasks: int, people: int) -> None:
    """Add people and so many open tasks of theirs, two a request, each request a copy of that `one`."""
    numbers: dict[str, int | str] = {"tasks": tasks, "people": people, "one": str(one)}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, numbers)
        for step in _STEPS:
            cursor.execute(step, numbers)
        cursor.execute("VACUUM ANALYZE")
