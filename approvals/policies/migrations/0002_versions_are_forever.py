"""PostgreSQL itself refuses to change or delete a published version."""

from django.db import migrations

CREATE = """
CREATE FUNCTION policies_version_is_forever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published policy version never changes: publish another one.';
END
$$;
CREATE TRIGGER policies_version_is_forever BEFORE UPDATE OR DELETE ON policies_policyversion
    FOR EACH ROW EXECUTE FUNCTION policies_version_is_forever();
"""

DROP = """
DROP TRIGGER policies_version_is_forever ON policies_policyversion;
DROP FUNCTION policies_version_is_forever();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
