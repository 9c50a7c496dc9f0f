from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt
from nodes.sql.rollups import add_hours_of_counts


def adopt_rollups(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)
    add_hours_of_counts(schema_editor.connection)


class Migration(migrations.Migration):
    """More tables of our own, as 0003. What was counted before has its hours filled in, and no reasons."""

    atomic = False

    dependencies = [
        ("nodes", "0003_rollups"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_rollups, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="RollupFailures",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "span",
                                "start",
                                "action",
                                "reason",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.BigIntegerField()),
                        ("span", models.BigIntegerField()),
                        ("start", models.BigIntegerField()),
                        ("action", models.BigIntegerField()),
                        ("reason", models.BigIntegerField()),
                        ("attempts", models.BigIntegerField()),
                    ],
                    options={
                        "verbose_name_plural": "rollup failures",
                        "db_table": "rollup_failures",
                    },
                ),
                migrations.CreateModel(
                    name="RollupHours",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.BigIntegerField()),
                        ("day", models.BigIntegerField()),
                        ("hours", models.BigIntegerField()),
                    ],
                    options={
                        "verbose_name_plural": "rollup hours",
                        "db_table": "rollup_hours",
                    },
                ),
                migrations.CreateModel(
                    name="RollupReason",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("text", models.TextField(unique=True)),
                    ],
                    options={
                        "db_table": "rollup_reasons",
                    },
                ),
            ],
        ),
    ]
