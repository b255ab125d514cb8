"""A number that differs with everything that is remembered about people between two pieces of work.

It changes with whatever changes the revision, and besides with everything else about a person but when they
signed in last, and with absences and delegations. It comes from a sequence, so that no two states have the same
one, even where a transaction was undone; and it belongs to the transaction that changes something, so that nobody
sees the number without the change. See `approvals.people.remembering`.
"""

from django.db import migrations

CREATE = """
CREATE SEQUENCE people_version;
ALTER TABLE people_revision ADD COLUMN version bigint NOT NULL DEFAULT nextval('people_version');
CREATE FUNCTION people_known_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE people_revision SET version = nextval('people_version');
    RETURN NULL;
END
$$;
CREATE TRIGGER people_known_rows AFTER INSERT OR DELETE OR TRUNCATE ON people_person
    FOR EACH STATEMENT EXECUTE FUNCTION people_known_changed();
CREATE TRIGGER people_known_person AFTER UPDATE ON people_person FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'last_login' IS DISTINCT FROM to_jsonb(NEW) - 'last_login')
    EXECUTE FUNCTION people_known_changed();
DO $$
DECLARE
    about text;
BEGIN
    FOREACH about IN ARRAY ARRAY[
        'group', 'membership', 'role', 'roleholder', 'approvallimit', 'absence', 'cover', 'delegation'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER people_known_rows AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION people_known_changed()', 'people_' || about);
    END LOOP;
END
$$;
"""

DROP = """
DROP FUNCTION people_known_changed() CASCADE;
ALTER TABLE people_revision DROP COLUMN version;
DROP SEQUENCE people_version;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_revision")]

    operations = [migrations.RunSQL(CREATE, DROP)]
