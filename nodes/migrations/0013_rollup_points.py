from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt
from nodes.rollups.points import add_points
from nodes.sql.rollups import end_turn


def adopt_and_fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    adopt(connection, lambda line: None)
    with transaction.atomic(using=connection.alias):
        # Whoever has prepared a batch meanwhile has to begin anew.
        end_turn(connection)
        add_points(connection)


class Migration(migrations.Migration):
    """One more table of our own, as 0003, and what was counted before in it."""

    atomic = False

    dependencies = [
        ("nodes", "0012_start_pages"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_and_fill, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="RollupPoint",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "span", "start", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.BigIntegerField()),
                        ("span", models.BigIntegerField()),
                        ("start", models.BigIntegerField()),
                        ("sums", models.BinaryField()),
                    ],
                    options={
                        "db_table": "rollup_points",
                    },
                ),
            ],
        ),
    ]
