"""What the nodes' own API told, in tables of ours in the events database; nodes/sno/schema.py says what is in them."""

from django.db import models


class SnoNode(models.Model):
    node = models.TextField(primary_key=True)
    node_id = models.TextField(null=True)
    version = models.TextField(null=True)
    allowed_version = models.TextField(null=True)
    up_to_date = models.BigIntegerField(null=True)
    quic_status = models.TextField(null=True)
    last_quic_ping = models.TextField(null=True)
    last_ping = models.TextField(null=True)
    started = models.TextField(null=True)
    answered = models.TextField(null=True)
    down_since = models.TextField(null=True)
    trouble = models.TextField(null=True)
    expected_cents = models.BigIntegerField(null=True)
    snapshot = models.TextField(null=True)

    class Meta:
        db_table = "sno_nodes"

    def __str__(self) -> str:
        return self.node


class SnoStart(models.Model):
    pk = models.CompositePrimaryKey("node", "seen")
    node = models.TextField()
    seen = models.TextField()
    version = models.TextField(null=True)
    started = models.TextField(null=True)

    class Meta:
        db_table = "sno_starts"

    def __str__(self) -> str:
        return f"{self.node} from {self.started or self.seen}"


class SnoSatellite(models.Model):
    pk = models.CompositePrimaryKey("node", "satellite")
    node = models.TextField()
    satellite = models.TextField()
    url = models.TextField(null=True)
    joined = models.TextField(null=True)
    vetted = models.TextField(null=True)
    disqualified = models.TextField(null=True)
    suspended = models.TextField(null=True)
    egress_price = models.BigIntegerField(null=True)
    repair_price = models.BigIntegerField(null=True)
    audit_price = models.BigIntegerField(null=True)
    storage_price = models.BigIntegerField(null=True)
    held_first = models.BigIntegerField(null=True)
    held_second = models.BigIntegerField(null=True)
    held_third = models.BigIntegerField(null=True)
    held_total = models.BigIntegerField(null=True)
    held_disposed = models.BigIntegerField(null=True)
    audit_score = models.FloatField(null=True)
    suspension_score = models.FloatField(null=True)
    online_score = models.FloatField(null=True)
    scored = models.TextField(null=True)
    estimated = models.TextField(null=True)
    finalized = models.TextField(null=True)
    answered = models.TextField(null=True)
    updated = models.TextField(null=True)

    class Meta:
        db_table = "sno_satellites"

    def __str__(self) -> str:
        return f"{self.node} on {self.url or self.satellite}"


class SnoDay(models.Model):
    pk = models.CompositePrimaryKey("node", "satellite", "day")
    node = models.TextField()
    satellite = models.TextField()
    day = models.TextField()
    byte_hours = models.BigIntegerField(null=True)
    mean_bytes = models.BigIntegerField(null=True)
    egress = models.BigIntegerField(null=True)
    repair_egress = models.BigIntegerField(null=True)
    audit_egress = models.BigIntegerField(null=True)
    ingress = models.BigIntegerField(null=True)
    repair_ingress = models.BigIntegerField(null=True)
    deleted = models.BigIntegerField(null=True)
    updated = models.TextField()

    class Meta:
        db_table = "sno_days"

    def __str__(self) -> str:
        return f"{self.node} on {self.day}"


class SnoAuditWindow(models.Model):
    pk = models.CompositePrimaryKey("node", "satellite", "start")
    node = models.TextField()
    satellite = models.TextField()
    start = models.TextField()
    total = models.BigIntegerField()
    online = models.BigIntegerField()

    class Meta:
        db_table = "sno_audit_windows"

    def __str__(self) -> str:
        return f"Audits of {self.node} from {self.start}"


class SnoPaystub(models.Model):
    pk = models.CompositePrimaryKey("node", "satellite", "period")
    node = models.TextField()
    satellite = models.TextField()
    period = models.TextField()
    usage_at_rest = models.BigIntegerField(null=True)
    usage_get = models.BigIntegerField(null=True)
    usage_put = models.BigIntegerField(null=True)
    usage_get_repair = models.BigIntegerField(null=True)
    usage_put_repair = models.BigIntegerField(null=True)
    usage_get_audit = models.BigIntegerField(null=True)
    comp_at_rest = models.BigIntegerField(null=True)
    comp_get = models.BigIntegerField(null=True)
    comp_put = models.BigIntegerField(null=True)
    comp_get_repair = models.BigIntegerField(null=True)
    comp_put_repair = models.BigIntegerField(null=True)
    comp_get_audit = models.BigIntegerField(null=True)
    surge_percent = models.BigIntegerField(null=True)
    held = models.BigIntegerField(null=True)
    owed = models.BigIntegerField(null=True)
    disposed = models.BigIntegerField(null=True)
    paid = models.BigIntegerField(null=True)
    distributed = models.BigIntegerField(null=True)
    updated = models.TextField()

    class Meta:
        db_table = "sno_paystubs"

    def __str__(self) -> str:
        return f"{self.node} {self.period}"
