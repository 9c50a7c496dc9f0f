"""The monitor's tables, exactly as they are: names, columns and types are given and never changed.

Sizes are bytes, durations milliseconds, scores per cent (0 to 100), money US dollars. Nearly every
column may be NULL, and SQLite keeps whatever was written into it: readers skip and count broken rows.
"""

from django.db import models

from nodes.fields import StoredTimestampField


class Event(models.Model):
    """One attempt: a download, upload, repair or audit, as the node's log told it."""

    id = models.BigAutoField(primary_key=True)
    timestamp = StoredTimestampField(null=True)
    action = models.TextField(null=True)
    status = models.TextField(null=True)
    size = models.BigIntegerField(null=True)
    piece_id = models.TextField(null=True)
    satellite_id = models.TextField(null=True)
    remote_ip = models.TextField(null=True)
    country = models.TextField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    error_reason = models.TextField(null=True)
    node_name = models.TextField(null=True)
    duration_ms = models.BigIntegerField(null=True)

    class Meta:
        db_table = "events"
        indexes = [models.Index(fields=["node_name", "timestamp"], name="idx_events_node_name_timestamp")]

    def __str__(self) -> str:
        return f"Event {self.pk}"


class HourlyStats(models.Model):
    """The monitor's own sums per hour: no satellite, repair merged in, canceled counted as failed."""

    pk = models.CompositePrimaryKey("hour_timestamp", "node_name")
    hour_timestamp = StoredTimestampField()
    node_name = models.TextField()
    dl_success = models.BigIntegerField(default=0, null=True)
    dl_fail = models.BigIntegerField(default=0, null=True)
    ul_success = models.BigIntegerField(default=0, null=True)
    ul_fail = models.BigIntegerField(default=0, null=True)
    audit_success = models.BigIntegerField(default=0, null=True)
    audit_fail = models.BigIntegerField(default=0, null=True)
    total_download_size = models.BigIntegerField(default=0, null=True)
    total_upload_size = models.BigIntegerField(default=0, null=True)

    class Meta:
        db_table = "hourly_stats"
        verbose_name_plural = "hourly stats"

    def __str__(self) -> str:
        return f"{self.node_name} in the hour of {self.hour_timestamp}"


class StorageSnapshot(models.Model):
    """Space of a node at one moment. `used_bytes` and `total_bytes` are NULL when read from a log."""

    id = models.BigAutoField(primary_key=True)
    timestamp = StoredTimestampField()
    node_name = models.TextField()
    total_bytes = models.BigIntegerField(null=True)
    used_bytes = models.BigIntegerField(null=True)
    available_bytes = models.BigIntegerField(null=True)
    trash_bytes = models.BigIntegerField(null=True)
    used_percent = models.FloatField(null=True)
    trash_percent = models.FloatField(null=True)
    available_percent = models.FloatField(null=True)

    class Meta:
        db_table = "storage_snapshots"
        indexes = [models.Index(fields=["node_name", "timestamp"], name="idx_storage_node_time")]

    def __str__(self) -> str:
        return f"{self.node_name} at {self.timestamp}"


class Reputation(models.Model):
    """A satellite's scores of a node at one moment, in per cent."""

    id = models.BigAutoField(primary_key=True)
    timestamp = StoredTimestampField()
    node_name = models.TextField()
    satellite = models.TextField()
    audit_score = models.FloatField(null=True)
    suspension_score = models.FloatField(null=True)
    online_score = models.FloatField(null=True)
    audit_success_count = models.BigIntegerField(null=True)
    audit_total_count = models.BigIntegerField(null=True)
    is_disqualified = models.IntegerField(default=0, null=True)
    is_suspended = models.IntegerField(default=0, null=True)

    class Meta:
        db_table = "reputation_history"
        verbose_name_plural = "reputation"
        indexes = [models.Index(fields=["node_name", "satellite", "timestamp"], name="idx_reputation_latest")]

    def __str__(self) -> str:
        return f"{self.node_name} on {self.satellite} at {self.timestamp}"


class EarningsEstimate(models.Model):
    """The monitor's estimate for one node, satellite and month; rewritten often, the latest row counts."""

    id = models.BigAutoField(primary_key=True)
    timestamp = StoredTimestampField()
    node_name = models.TextField()
    satellite = models.TextField()
    period = models.TextField()
    egress_bytes = models.BigIntegerField(null=True)
    egress_earnings_gross = models.FloatField(null=True)
    egress_earnings_net = models.FloatField(null=True)
    storage_bytes_hour = models.BigIntegerField(null=True)
    storage_earnings_gross = models.FloatField(null=True)
    storage_earnings_net = models.FloatField(null=True)
    repair_bytes = models.BigIntegerField(null=True)
    repair_earnings_gross = models.FloatField(null=True)
    repair_earnings_net = models.FloatField(null=True)
    audit_bytes = models.BigIntegerField(null=True)
    audit_earnings_gross = models.FloatField(null=True)
    audit_earnings_net = models.FloatField(null=True)
    total_earnings_gross = models.FloatField(null=True)
    total_earnings_net = models.FloatField(null=True)
    held_amount = models.FloatField(null=True)
    node_age_months = models.BigIntegerField(null=True)
    held_percentage = models.FloatField(null=True)
    is_finalized = models.IntegerField(default=0, null=True)

    class Meta:
        db_table = "earnings_estimates"
        indexes = [
            models.Index(fields=["node_name", "period", "satellite", "timestamp"], name="idx_earnings_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.node_name} {self.period} at {self.timestamp}"


class Payout(models.Model):
    """What a satellite really paid for one month."""

    id = models.BigAutoField(primary_key=True)
    timestamp = StoredTimestampField()
    node_name = models.TextField()
    satellite = models.TextField()
    period = models.TextField()
    actual_payout = models.FloatField()
    estimated_payout = models.FloatField(null=True)
    variance = models.FloatField(null=True)
    variance_percent = models.FloatField(null=True)
    payout_address = models.TextField(null=True)
    transaction_hash = models.TextField(null=True)
    notes = models.TextField(null=True)

    class Meta:
        db_table = "payout_history"
        indexes = [models.Index(fields=["node_name", "timestamp"], name="idx_payout_node_time")]

    def __str__(self) -> str:
        return f"{self.node_name} {self.period}"


class HashstoreCompaction(models.Model):
    """One finished compaction of a hashstore; `duration` is in seconds."""

    pk = models.CompositePrimaryKey("node_name", "satellite", "store", "last_run_iso")
    node_name = models.TextField()
    satellite = models.TextField()
    store = models.TextField()
    last_run_iso = models.TextField()
    duration = models.FloatField(null=True)
    data_reclaimed_bytes = models.BigIntegerField(null=True)
    data_rewritten_bytes = models.BigIntegerField(null=True)
    table_load = models.FloatField(null=True)
    trash_percent = models.FloatField(null=True)

    class Meta:
        db_table = "hashstore_compaction_history"

    def __str__(self) -> str:
        return f"{self.node_name} {self.store} at {self.last_run_iso}"
