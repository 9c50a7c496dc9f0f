from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt


def adopt_rollups(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)


class Migration(migrations.Migration):
    """Our own tables: as state for Django, and in the database as everything else there, by what is missing."""

    atomic = False

    dependencies = [
        ("nodes", "0002_site"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_rollups, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="RollupBatch",
                    fields=[
                        ("last_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("after_id", models.BigIntegerField()),
                        ("marks", models.BinaryField()),
                    ],
                    options={
                        "verbose_name_plural": "rollup batches",
                        "db_table": "rollup_batches",
                    },
                ),
                migrations.CreateModel(
                    name="RollupCount",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "span",
                                "start",
                                "satellite",
                                "action",
                                "status",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.BigIntegerField()),
                        ("span", models.BigIntegerField()),
                        ("start", models.BigIntegerField()),
                        ("satellite", models.BigIntegerField()),
                        ("action", models.BigIntegerField()),
                        ("status", models.BigIntegerField()),
                        ("attempts", models.BigIntegerField()),
                        ("bytes", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rollup_counts",
                    },
                ),
                migrations.CreateModel(
                    name="RollupLatencies",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "span",
                                "start",
                                "action",
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
                        ("buckets", models.BinaryField()),
                    ],
                    options={
                        "verbose_name_plural": "rollup latencies",
                        "db_table": "rollup_latencies",
                    },
                ),
                migrations.CreateModel(
                    name="RollupNode",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("name", models.TextField(unique=True)),
                        ("first_event", models.TextField(null=True)),
                        ("last_event", models.TextField(null=True)),
                    ],
                    options={
                        "db_table": "rollup_nodes",
                    },
                ),
                migrations.CreateModel(
                    name="RollupSatellite",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("name", models.TextField(unique=True)),
                    ],
                    options={
                        "db_table": "rollup_satellites",
                    },
                ),
                migrations.CreateModel(
                    name="RollupState",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("watermark", models.BigIntegerField()),
                        ("turn", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rollup_state",
                    },
                ),
            ],
        ),
    ]
