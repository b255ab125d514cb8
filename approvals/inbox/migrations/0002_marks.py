"""How the vote of a seat counts, for the inbox to show."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="marks",
            field=models.CharField(
                blank=True, default="", help_text="How its vote counts: chair, veto, 2 votes.", max_length=80
            ),
            preserve_default=False,
        ),
    ]
