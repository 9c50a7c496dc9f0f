from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt


def adopt_own_tables(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)


class Migration(migrations.Migration):
    """Two more tables of our own, as 0003; the next roll-up fills them."""

    atomic = False

    dependencies = [
        ("nodes", "0014_starts_of_nodes"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_own_tables, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="StorageDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("day", models.BigIntegerField()),
                        ("broken", models.BigIntegerField()),
                        ("first_at", models.BigIntegerField()),
                        ("first_used", models.BigIntegerField()),
                        ("first_total", models.BigIntegerField()),
                        ("last_at", models.BigIntegerField()),
                        ("last_used", models.BigIntegerField()),
                        ("last_total", models.BigIntegerField()),
                        ("snapshots", models.BigIntegerField()),
                        ("used_area", models.TextField()),
                        ("total_area", models.TextField()),
                        ("trash", models.TextField()),
                        ("longest_gap", models.BigIntegerField()),
                        ("gaps", models.BigIntegerField()),
                        ("trash_count", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rollup_storage",
                    },
                ),
                migrations.CreateModel(
                    name="StorageDaysState",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("since", models.BigIntegerField()),
                        ("watermark", models.BigIntegerField()),
                        ("turn", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "rollup_storage_state",
                    },
                ),
            ],
        ),
    ]
