"""What is kept of storage snapshots, as nodes/rollups/schema.py describes it."""

from django.db import models


class StorageDay(models.Model):
    """The sound snapshots of a node's day, numbered from 1970 on, as nodes.sql.snapshots.StoredDay has them."""

    pk = models.CompositePrimaryKey("node", "day")
    node = models.TextField()
    day = models.BigIntegerField()
    broken = models.BigIntegerField()
    first_at = models.BigIntegerField()
    first_used = models.BigIntegerField()
    first_total = models.BigIntegerField()
    last_at = models.BigIntegerField()
    last_used = models.BigIntegerField()
    last_total = models.BigIntegerField()
    snapshots = models.BigIntegerField()
    used_area = models.TextField()
    total_area = models.TextField()
    trash = models.TextField()
    longest_gap = models.BigIntegerField()
    gaps = models.BigIntegerField()
    trash_count = models.BigIntegerField()

    class Meta:
        db_table = "rollup_storage"

    def __str__(self) -> str:
        return f"Snapshots of {self.pk}"


class StorageDaysState(models.Model):
    """One row: every snapshot of the day `since` or a later one, up to the id `watermark`, is in its day's row."""

    id = models.BigAutoField(primary_key=True)
    since = models.BigIntegerField()
    watermark = models.BigIntegerField()
    turn = models.BigIntegerField()

    class Meta:
        db_table = "rollup_storage_state"

    def __str__(self) -> str:
        return f"Summed up to {self.watermark}"
