from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt


def adopt_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)


class Migration(migrations.Migration):
    """The monitor's own index on payouts, which the history of earnings reads by, where it is missing."""

    atomic = False

    dependencies = [
        ("nodes", "0010_hosts_and_groups"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_index, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name="payout",
                    index=models.Index(fields=["node_name", "timestamp"], name="idx_payout_node_time"),
                ),
            ],
        ),
    ]
