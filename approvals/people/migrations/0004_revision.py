"""A number that rises with every change of people, groups, roles and limits, whoever makes it and however.

It belongs to the transaction that changes something, so that nobody sees the number without the change.
"""

from django.db import migrations

CREATE = """
CREATE TABLE people_revision (number bigint NOT NULL);
INSERT INTO people_revision VALUES (1);
CREATE FUNCTION people_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE people_revision SET number = number + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER people_changed_rows AFTER INSERT OR DELETE ON people_person
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_place AFTER UPDATE ON people_person FOR EACH ROW
    WHEN ((OLD.is_active, OLD.is_admin, OLD.manager_id, OLD.unit, OLD.title, OLD.grade)
        IS DISTINCT FROM (NEW.is_active, NEW.is_admin, NEW.manager_id, NEW.unit, NEW.title, NEW.grade))
    EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_rows AFTER INSERT OR UPDATE OR DELETE ON people_group
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_rows AFTER INSERT OR UPDATE OR DELETE ON people_membership
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_rows AFTER INSERT OR UPDATE OR DELETE ON people_role
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_rows AFTER INSERT OR UPDATE OR DELETE ON people_roleholder
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed_rows AFTER INSERT OR UPDATE OR DELETE ON people_approvallimit
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
"""

DROP = """
DROP FUNCTION people_changed() CASCADE;
DROP TABLE people_revision;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_covers_and_delegations")]

    operations = [migrations.RunSQL(CREATE, DROP)]
