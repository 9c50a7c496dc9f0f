"""The intake's own tables in the events database; nodes/intake/schema.py says what is in them."""

from django.db import models


class IntakeNode(models.Model):
    node = models.TextField(primary_key=True)
    last_event_id = models.BigIntegerField()

    class Meta:
        db_table = "intake_nodes"

    def __str__(self) -> str:
        return self.node


class IntakeSource(models.Model):
    pk = models.CompositePrimaryKey("node", "source")
    node = models.TextField()
    source = models.TextField()
    path = models.TextField()
    hash = models.TextField()
    block_hash = models.TextField()
    length = models.BigIntegerField()
    lines = models.BigIntegerField()
    events = models.BigIntegerField()
    latest = models.BigIntegerField()
    head = models.BinaryField()
    state = models.BinaryField()
    updated = models.TextField()

    class Meta:
        db_table = "intake_sources"

    def __str__(self) -> str:
        return f"{self.path} of {self.node}"


class IntakeSkipped(models.Model):
    pk = models.CompositePrimaryKey("node", "reason")
    node = models.TextField()
    reason = models.TextField()
    lines = models.BigIntegerField()
    example = models.TextField()
    updated = models.TextField()

    class Meta:
        db_table = "intake_skipped"
        verbose_name_plural = "intake skipped"

    def __str__(self) -> str:
        return f"{self.lines} lines of {self.node}: {self.reason}"


class IntakeTiming(models.Model):
    pk = models.CompositePrimaryKey("node", "hour")
    node = models.TextField()
    hour = models.BigIntegerField()
    coarse = models.BigIntegerField()

    class Meta:
        db_table = "intake_timings"

    def __str__(self) -> str:
        return f"{self.coarse} durations in whole seconds {self.pk}"


class IntakeAudit(models.Model):
    pk = models.CompositePrimaryKey("node", "started", "satellite", "piece_id")
    node = models.TextField()
    started = models.TextField()
    satellite = models.TextField()
    piece_id = models.TextField()

    class Meta:
        db_table = "intake_audits"

    def __str__(self) -> str:
        return f"Audit of {self.node} since {self.started}"


class IntakePush(models.Model):
    pk = models.CompositePrimaryKey("node", "key")
    node = models.TextField()
    key = models.TextField()
    digest = models.TextField()
    answer = models.TextField()
    received = models.TextField()

    class Meta:
        db_table = "intake_pushes"
        verbose_name_plural = "intake pushes"

    def __str__(self) -> str:
        return f"Push {self.pk}"


class IntakeState(models.Model):
    pk = models.CompositePrimaryKey("node", "kind")
    node = models.TextField()
    kind = models.TextField()
    last_seen = models.TextField(null=True)
    last_event = models.TextField(null=True)
    behind_bytes = models.BigIntegerField(null=True)
    trouble = models.TextField(null=True)
    trouble_since = models.TextField(null=True)
    updated = models.TextField()

    class Meta:
        db_table = "intake_states"

    def __str__(self) -> str:
        return f"{self.kind} of {self.node}"
