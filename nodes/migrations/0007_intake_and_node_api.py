from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt


def adopt_own_tables(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    adopt(schema_editor.connection, lambda line: None)


class Migration(migrations.Migration):
    """Tables of our own for the intake of logs and for what the nodes' API tells, as 0003."""

    atomic = False

    dependencies = [
        ("nodes", "0006_no_index_on_time_alone"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(adopt_own_tables, migrations.RunPython.noop, hints={"target": "events"}),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="IntakeAudit",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "started",
                                "satellite",
                                "piece_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.TextField()),
                        ("started", models.TextField()),
                        ("satellite", models.TextField()),
                        ("piece_id", models.TextField()),
                    ],
                    options={
                        "db_table": "intake_audits",
                    },
                ),
                migrations.CreateModel(
                    name="IntakeNode",
                    fields=[
                        ("node", models.TextField(primary_key=True, serialize=False)),
                        ("last_event_id", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "intake_nodes",
                    },
                ),
                migrations.CreateModel(
                    name="IntakePush",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "key", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("key", models.TextField()),
                        ("digest", models.TextField()),
                        ("answer", models.TextField()),
                        ("received", models.TextField()),
                    ],
                    options={
                        "verbose_name_plural": "intake pushes",
                        "db_table": "intake_pushes",
                    },
                ),
                migrations.CreateModel(
                    name="IntakeSkipped",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "reason", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("reason", models.TextField()),
                        ("lines", models.BigIntegerField()),
                        ("example", models.TextField()),
                        ("updated", models.TextField()),
                    ],
                    options={
                        "verbose_name_plural": "intake skipped",
                        "db_table": "intake_skipped",
                    },
                ),
                migrations.CreateModel(
                    name="IntakeSource",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "source", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("source", models.TextField()),
                        ("path", models.TextField()),
                        ("hash", models.TextField()),
                        ("block_hash", models.TextField()),
                        ("length", models.BigIntegerField()),
                        ("lines", models.BigIntegerField()),
                        ("events", models.BigIntegerField()),
                        ("latest", models.BigIntegerField()),
                        ("head", models.BinaryField()),
                        ("state", models.BinaryField()),
                        ("updated", models.TextField()),
                    ],
                    options={
                        "db_table": "intake_sources",
                    },
                ),
                migrations.CreateModel(
                    name="IntakeState",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "kind", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("kind", models.TextField()),
                        ("last_seen", models.TextField(null=True)),
                        ("last_event", models.TextField(null=True)),
                        ("behind_bytes", models.BigIntegerField(null=True)),
                        ("trouble", models.TextField(null=True)),
                        ("trouble_since", models.TextField(null=True)),
                        ("updated", models.TextField()),
                    ],
                    options={
                        "db_table": "intake_states",
                    },
                ),
                migrations.CreateModel(
                    name="IntakeTiming",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "hour", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("hour", models.BigIntegerField()),
                        ("coarse", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "intake_timings",
                    },
                ),
                migrations.CreateModel(
                    name="SnoAuditWindow",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "satellite",
                                "start",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.TextField()),
                        ("satellite", models.TextField()),
                        ("start", models.TextField()),
                        ("total", models.BigIntegerField()),
                        ("online", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "sno_audit_windows",
                    },
                ),
                migrations.CreateModel(
                    name="SnoDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "satellite",
                                "day",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.TextField()),
                        ("satellite", models.TextField()),
                        ("day", models.TextField()),
                        ("byte_hours", models.BigIntegerField(null=True)),
                        ("mean_bytes", models.BigIntegerField(null=True)),
                        ("egress", models.BigIntegerField(null=True)),
                        ("repair_egress", models.BigIntegerField(null=True)),
                        ("audit_egress", models.BigIntegerField(null=True)),
                        ("ingress", models.BigIntegerField(null=True)),
                        ("repair_ingress", models.BigIntegerField(null=True)),
                        ("deleted", models.BigIntegerField(null=True)),
                        ("updated", models.TextField()),
                    ],
                    options={
                        "db_table": "sno_days",
                    },
                ),
                migrations.CreateModel(
                    name="SnoNode",
                    fields=[
                        ("node", models.TextField(primary_key=True, serialize=False)),
                        ("node_id", models.TextField(null=True)),
                        ("version", models.TextField(null=True)),
                        ("allowed_version", models.TextField(null=True)),
                        ("up_to_date", models.BigIntegerField(null=True)),
                        ("quic_status", models.TextField(null=True)),
                        ("last_quic_ping", models.TextField(null=True)),
                        ("last_ping", models.TextField(null=True)),
                        ("started", models.TextField(null=True)),
                        ("answered", models.TextField(null=True)),
                        ("down_since", models.TextField(null=True)),
                        ("trouble", models.TextField(null=True)),
                        ("expected_cents", models.BigIntegerField(null=True)),
                        ("snapshot", models.TextField(null=True)),
                    ],
                    options={
                        "db_table": "sno_nodes",
                    },
                ),
                migrations.CreateModel(
                    name="SnoPaystub",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node",
                                "satellite",
                                "period",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("node", models.TextField()),
                        ("satellite", models.TextField()),
                        ("period", models.TextField()),
                        ("usage_at_rest", models.BigIntegerField(null=True)),
                        ("usage_get", models.BigIntegerField(null=True)),
                        ("usage_put", models.BigIntegerField(null=True)),
                        ("usage_get_repair", models.BigIntegerField(null=True)),
                        ("usage_put_repair", models.BigIntegerField(null=True)),
                        ("usage_get_audit", models.BigIntegerField(null=True)),
                        ("comp_at_rest", models.BigIntegerField(null=True)),
                        ("comp_get", models.BigIntegerField(null=True)),
                        ("comp_put", models.BigIntegerField(null=True)),
                        ("comp_get_repair", models.BigIntegerField(null=True)),
                        ("comp_put_repair", models.BigIntegerField(null=True)),
                        ("comp_get_audit", models.BigIntegerField(null=True)),
                        ("surge_percent", models.BigIntegerField(null=True)),
                        ("held", models.BigIntegerField(null=True)),
                        ("owed", models.BigIntegerField(null=True)),
                        ("disposed", models.BigIntegerField(null=True)),
                        ("paid", models.BigIntegerField(null=True)),
                        ("distributed", models.BigIntegerField(null=True)),
                        ("updated", models.TextField()),
                    ],
                    options={
                        "db_table": "sno_paystubs",
                    },
                ),
                migrations.CreateModel(
                    name="SnoSatellite",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "node", "satellite", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("node", models.TextField()),
                        ("satellite", models.TextField()),
                        ("url", models.TextField(null=True)),
                        ("joined", models.TextField(null=True)),
                        ("vetted", models.TextField(null=True)),
                        ("disqualified", models.TextField(null=True)),
                        ("suspended", models.TextField(null=True)),
                        ("egress_price", models.BigIntegerField(null=True)),
                        ("repair_price", models.BigIntegerField(null=True)),
                        ("audit_price", models.BigIntegerField(null=True)),
                        ("storage_price", models.BigIntegerField(null=True)),
                        ("held_first", models.BigIntegerField(null=True)),
                        ("held_second", models.BigIntegerField(null=True)),
                        ("held_third", models.BigIntegerField(null=True)),
                        ("held_total", models.BigIntegerField(null=True)),
                        ("held_disposed", models.BigIntegerField(null=True)),
                        ("audit_score", models.FloatField(null=True)),
                        ("suspension_score", models.FloatField(null=True)),
                        ("online_score", models.FloatField(null=True)),
                        ("scored", models.TextField(null=True)),
                        ("estimated", models.TextField(null=True)),
                        ("finalized", models.TextField(null=True)),
                        ("answered", models.TextField(null=True)),
                        ("updated", models.TextField(null=True)),
                    ],
                    options={
                        "db_table": "sno_satellites",
                    },
                ),
            ],
        ),
    ]
