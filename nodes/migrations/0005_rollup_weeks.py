import struct
import zlib
from contextlib import suppress

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from nodes.adopt import adopt
from nodes.rollups.packing import lanes_of, packed
from nodes.rollups.weeks import add_weeks
from nodes.sql import rollups as sql


def pack_anew_and_add_weeks(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    adopt(connection, lambda line: None)  # the statements below are of today's tables
    with transaction.atomic(using=connection.alias):
        # Whoever has prepared a batch meanwhile has to begin anew.
        sql.end_turn(connection)
        # What was counted since the tables are there has weeks already, in the new form.
        sql.drop_weeks(connection)
        for row in sql.all_latencies(connection):
            *key, buckets = row
            if (histogram := unpacked_before(bytes(buckets))) is not None:
                sql.put_latencies(connection, [(*key, packed(histogram))])
        add_weeks(connection)


def unpacked_before(data: bytes) -> dict[int, int] | None:
    """Bucket numbers (2 bytes each) and counts (4 bytes each), or, with an odd length, the first bucket, an empty byte
    and the counts of all from there on. None for what is in the new form, which has a checksum."""
    with suppress(zlib.error):
        lanes_of(data)
        return None
    if len(data) % 2:
        first = int.from_bytes(data[:2], "little")
        counts = struct.unpack(f"<{(len(data) - 3) // 4}I", data[3:])
        return {first + place: count for place, count in enumerate(counts) if count}
    size = len(data) // 6
    numbers = struct.unpack(f"<{size}H{size}I", data)
    return dict(zip(numbers[:size], numbers[size:], strict=True))


class Migration(migrations.Migration):
    """Histograms in a sixth of the bytes, and sums per week for long ranges."""

    atomic = False

    dependencies = [
        ("nodes", "0004_rollup_hours_and_failures"),
    ]

    operations = [
        migrations.RunPython(pack_anew_and_add_weeks, migrations.RunPython.noop, hints={"target": "events"}),
    ]
