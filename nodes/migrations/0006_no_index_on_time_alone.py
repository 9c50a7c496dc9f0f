from django.db import migrations


class Migration(migrations.Migration):
    """The index on events (timestamp) is not needed any more: no longer added, and where it is, it stays."""

    atomic = False

    dependencies = [
        ("nodes", "0005_rollup_weeks"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(
                    model_name="event",
                    name="idx_events_timestamp",
                ),
            ],
        ),
    ]
