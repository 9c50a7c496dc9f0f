import sys

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import nodes.fields
from nodes.adopt import adopt, is_large, plan


def adopt_events(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    adopt(connection, _tell if is_large(plan(connection)) else _be_silent)


def _tell(line: str) -> None:
    # `migrate` has begun a line with the migration's name and ends it with "OK".
    sys.stdout.write(f"\n    {line}")
    sys.stdout.flush()


def _be_silent(line: str) -> None:
    pass


class Migration(migrations.Migration):
    """The monitor's tables: as state for Django, and in the database only what is missing there.

    Each table, column and index is a transaction of its own, so that the monitor's writer never waits
    longer than one of them takes.
    """

    atomic = False
    initial = True

    dependencies = []

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_events, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="HashstoreCompaction",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node_name",
                                "satellite",
                                "store",
                                "last_run_iso",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node_name", models.TextField()),
                        ("satellite", models.TextField()),
                        ("store", models.TextField()),
                        ("last_run_iso", models.TextField()),
                        ("duration", models.FloatField(null=True)),
                        ("data_reclaimed_bytes", models.BigIntegerField(null=True)),
                        ("data_rewritten_bytes", models.BigIntegerField(null=True)),
                        ("table_load", models.FloatField(null=True)),
                        ("trash_percent", models.FloatField(null=True)),
                    ],
                    options={
                        "db_table": "hashstore_compaction_history",
                    },
                ),
                migrations.CreateModel(
                    name="HourlyStats",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "hour_timestamp",
                                "node_name",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("hour_timestamp", nodes.fields.StoredTimestampField()),
                        ("node_name", models.TextField()),
                        ("dl_success", models.BigIntegerField(default=0, null=True)),
                        ("dl_fail", models.BigIntegerField(default=0, null=True)),
                        ("ul_success", models.BigIntegerField(default=0, null=True)),
                        ("ul_fail", models.BigIntegerField(default=0, null=True)),
                        ("audit_success", models.BigIntegerField(default=0, null=True)),
                        ("audit_fail", models.BigIntegerField(default=0, null=True)),
                        ("total_download_size", models.BigIntegerField(default=0, null=True)),
                        ("total_upload_size", models.BigIntegerField(default=0, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "hourly stats",
                        "db_table": "hourly_stats",
                    },
                ),
                migrations.CreateModel(
                    name="Payout",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("timestamp", nodes.fields.StoredTimestampField()),
                        ("node_name", models.TextField()),
                        ("satellite", models.TextField()),
                        ("period", models.TextField()),
                        ("actual_payout", models.FloatField()),
                        ("estimated_payout", models.FloatField(null=True)),
                        ("variance", models.FloatField(null=True)),
                        ("variance_percent", models.FloatField(null=True)),
                        ("payout_address", models.TextField(null=True)),
                        ("transaction_hash", models.TextField(null=True)),
                        ("notes", models.TextField(null=True)),
                    ],
                    options={
                        "db_table": "payout_history",
                    },
                ),
                migrations.CreateModel(
                    name="EarningsEstimate",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("timestamp", nodes.fields.StoredTimestampField()),
                        ("node_name", models.TextField()),
                        ("satellite", models.TextField()),
                        ("period", models.TextField()),
                        ("egress_bytes", models.BigIntegerField(null=True)),
                        ("egress_earnings_gross", models.FloatField(null=True)),
                        ("egress_earnings_net", models.FloatField(null=True)),
                        ("storage_bytes_hour", models.BigIntegerField(null=True)),
                        ("storage_earnings_gross", models.FloatField(null=True)),
                        ("storage_earnings_net", models.FloatField(null=True)),
                        ("repair_bytes", models.BigIntegerField(null=True)),
                        ("repair_earnings_gross", models.FloatField(null=True)),
                        ("repair_earnings_net", models.FloatField(null=True)),
                        ("audit_bytes", models.BigIntegerField(null=True)),
                        ("audit_earnings_gross", models.FloatField(null=True)),
                        ("audit_earnings_net", models.FloatField(null=True)),
                        ("total_earnings_gross", models.FloatField(null=True)),
                        ("total_earnings_net", models.FloatField(null=True)),
                        ("held_amount", models.FloatField(null=True)),
                        ("node_age_months", models.BigIntegerField(null=True)),
                        ("held_percentage", models.FloatField(null=True)),
                        ("is_finalized", models.IntegerField(default=0, null=True)),
                    ],
                    options={
                        "db_table": "earnings_estimates",
                        "indexes": [
                            models.Index(
                                fields=["node_name", "period", "satellite", "timestamp"], name="idx_earnings_latest"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("timestamp", nodes.fields.StoredTimestampField(null=True)),
                        ("action", models.TextField(null=True)),
                        ("status", models.TextField(null=True)),
                        ("size", models.BigIntegerField(null=True)),
                        ("piece_id", models.TextField(null=True)),
                        ("satellite_id", models.TextField(null=True)),
                        ("remote_ip", models.TextField(null=True)),
                        ("country", models.TextField(null=True)),
                        ("latitude", models.FloatField(null=True)),
                        ("longitude", models.FloatField(null=True)),
                        ("error_reason", models.TextField(null=True)),
                        ("node_name", models.TextField(null=True)),
                        ("duration_ms", models.BigIntegerField(null=True)),
                    ],
                    options={
                        "db_table": "events",
                        "indexes": [
                            models.Index(fields=["timestamp"], name="idx_events_timestamp"),
                            models.Index(fields=["node_name", "timestamp"], name="idx_events_node_name_timestamp"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reputation",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("timestamp", nodes.fields.StoredTimestampField()),
                        ("node_name", models.TextField()),
                        ("satellite", models.TextField()),
                        ("audit_score", models.FloatField(null=True)),
                        ("suspension_score", models.FloatField(null=True)),
                        ("online_score", models.FloatField(null=True)),
                        ("audit_success_count", models.BigIntegerField(null=True)),
                        ("audit_total_count", models.BigIntegerField(null=True)),
                        ("is_disqualified", models.IntegerField(default=0, null=True)),
                        ("is_suspended", models.IntegerField(default=0, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "reputation",
                        "db_table": "reputation_history",
                        "indexes": [
                            models.Index(fields=["node_name", "satellite", "timestamp"], name="idx_reputation_latest")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StorageSnapshot",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("timestamp", nodes.fields.StoredTimestampField()),
                        ("node_name", models.TextField()),
                        ("total_bytes", models.BigIntegerField(null=True)),
                        ("used_bytes", models.BigIntegerField(null=True)),
                        ("available_bytes", models.BigIntegerField(null=True)),
                        ("trash_bytes", models.BigIntegerField(null=True)),
                        ("used_percent", models.FloatField(null=True)),
                        ("trash_percent", models.FloatField(null=True)),
                        ("available_percent", models.FloatField(null=True)),
                    ],
                    options={
                        "db_table": "storage_snapshots",
                        "indexes": [models.Index(fields=["node_name", "timestamp"], name="idx_storage_node_time")],
                    },
                ),
            ],
        ),
    ]
