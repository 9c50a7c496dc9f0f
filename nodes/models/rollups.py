"""Our own tables in the events database. nodes/rollups/ fills them; nothing else writes to them."""

from django.db import models


class RollupNode(models.Model):
    """A small number for a node's name; times as stored, of all its events that have one in the stored form."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)
    first_event = models.TextField(null=True)
    last_event = models.TextField(null=True)

    class Meta:
        db_table = "rollup_nodes"

    def __str__(self) -> str:
        return self.name


class RollupSatellite(models.Model):
    """A small number for a satellite's id."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)

    class Meta:
        db_table = "rollup_satellites"

    def __str__(self) -> str:
        return self.name


class RollupCount(models.Model):
    """Attempts and their bytes; what span, start, satellite, action and status mean is in nodes/rollups/codes.py."""

    pk = models.CompositePrimaryKey("node", "span", "start", "satellite", "action", "status")
    node = models.BigIntegerField()
    span = models.BigIntegerField()
    start = models.BigIntegerField()
    satellite = models.BigIntegerField()
    action = models.BigIntegerField()
    status = models.BigIntegerField()
    attempts = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        db_table = "rollup_counts"

    def __str__(self) -> str:
        return f"{self.attempts} attempts {self.pk}"


class RollupLatencies(models.Model):
    """A packed histogram of the durations of successful attempts."""

    pk = models.CompositePrimaryKey("node", "span", "start", "action")
    node = models.BigIntegerField()
    span = models.BigIntegerField()
    start = models.BigIntegerField()
    action = models.BigIntegerField()
    buckets = models.BinaryField()

    class Meta:
        db_table = "rollup_latencies"
        verbose_name_plural = "rollup latencies"

    def __str__(self) -> str:
        return f"Latencies {self.pk}"


class RollupPoint(models.Model):
    """What nodes.rollups.points has of an hour, day or week, over all satellites."""

    pk = models.CompositePrimaryKey("node", "span", "start")
    node = models.BigIntegerField()
    span = models.BigIntegerField()
    start = models.BigIntegerField()
    sums = models.BinaryField()

    class Meta:
        db_table = "rollup_points"

    def __str__(self) -> str:
        return f"Point {self.pk}"


class RollupPaid(models.Model):
    """Bytes of a satellite's successful attempts in a day, as nodes.sql.paid tells them apart."""

    pk = models.CompositePrimaryKey("node", "day", "satellite")
    node = models.BigIntegerField()
    day = models.BigIntegerField()
    satellite = models.BigIntegerField()
    egress = models.BigIntegerField()
    repair = models.BigIntegerField()
    audit = models.BigIntegerField()
    received = models.BigIntegerField()

    class Meta:
        db_table = "rollup_paid"

    def __str__(self) -> str:
        return f"Paid traffic of {self.pk}"


class RollupHours(models.Model):
    """In which hours of a day a node had events, broken ones among them: nodes.rollups.codes.bit_of() of each."""

    pk = models.CompositePrimaryKey("node", "day")
    node = models.BigIntegerField()
    day = models.BigIntegerField()
    hours = models.BigIntegerField()

    class Meta:
        db_table = "rollup_hours"
        verbose_name_plural = "rollup hours"

    def __str__(self) -> str:
        return f"Hours {self.pk}"


class RollupReason(models.Model):
    """A small number for a text of nodes.rollups.reasons; "" where none is recorded."""

    id = models.BigAutoField(primary_key=True)
    text = models.TextField(unique=True)

    class Meta:
        db_table = "rollup_reasons"

    def __str__(self) -> str:
        return self.text


class RollupFailures(models.Model):
    """Failed attempts; reason codes.OTHER is none of rollup_reasons."""

    pk = models.CompositePrimaryKey("node", "span", "start", "action", "reason")
    node = models.BigIntegerField()
    span = models.BigIntegerField()
    start = models.BigIntegerField()
    action = models.BigIntegerField()
    reason = models.BigIntegerField()
    attempts = models.BigIntegerField()

    class Meta:
        db_table = "rollup_failures"
        verbose_name_plural = "rollup failures"

    def __str__(self) -> str:
        return f"{self.attempts} failures {self.pk}"


class RollupBatch(models.Model):
    """The ids after `after_id` up to `last_id` were counted; `marks` tell some of those rows from others."""

    last_id = models.BigIntegerField(primary_key=True)
    after_id = models.BigIntegerField()
    marks = models.BinaryField()

    class Meta:
        db_table = "rollup_batches"
        verbose_name_plural = "rollup batches"

    def __str__(self) -> str:
        return f"Events {self.after_id + 1} to {self.last_id}"


class RollupState(models.Model):
    """One row: every event up to the id `watermark` is counted; `turn` grows with each change of the roll-ups.

    `points_turn` is the same where the points have all that is counted: a program from before there were points lets it
    fall behind.
    """

    id = models.BigAutoField(primary_key=True)
    watermark = models.BigIntegerField()
    turn = models.BigIntegerField()
    points_turn = models.BigIntegerField(null=True)

    class Meta:
        db_table = "rollup_state"

    def __str__(self) -> str:
        return f"Counted up to {self.watermark}"
