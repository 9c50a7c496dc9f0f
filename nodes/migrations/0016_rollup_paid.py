from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt
from nodes.rollups.points import make


def adopt_and_fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)
    make(schema_editor.connection)


class Migration(migrations.Migration):
    """One more table of our own, as 0003, and what was counted before in it."""

    atomic = False

    dependencies = [
        ("nodes", "0015_storage_days"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_and_fill, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="RollupPaid",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "day",
                                "satellite",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.BigIntegerField()),
                        ("day", models.BigIntegerField()),
                        ("satellite", models.BigIntegerField()),
                        ("egress", models.BigIntegerField()),
                        ("repair", models.BigIntegerField()),
                        ("audit", models.BigIntegerField()),
                        ("received", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rollup_paid",
                    },
                ),
            ],
        ),
    ]
