from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt


def adopt_own_tables(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)


class Migration(migrations.Migration):
    """A table of our own for the starts and versions that the nodes' API tells, as 0003."""

    atomic = False

    dependencies = [
        ("nodes", "0013_rollup_points"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_own_tables, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="SnoStart",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "seen", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("seen", models.TextField()),
                        ("version", models.TextField(null=True)),
                        ("started", models.TextField(null=True)),
                    ],
                    options={
                        "db_table": "sno_starts",
                    },
                ),
            ],
        ),
    ]
