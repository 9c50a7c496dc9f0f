"""The operator's own records, in the site's database."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from nodes.models.hosts import Host, NodeGroup
from nodes.sno.address import validate_address


def _rate(what: str) -> models.DecimalField:
    return models.DecimalField(
        max_digits=9,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=f"US dollars per TB {what}; empty: as the API says, else the default.",
    )


class Node(models.Model):
    """A storage node as its operator knows it. `name` is exactly as in the events and is never changed."""

    MAX_NAME = 500  # characters; PostgreSQL cannot index a text of over 2,700 bytes

    name = models.CharField(max_length=MAX_NAME, unique=True)
    label = models.CharField(max_length=200, blank=True, help_text="A shorter or nicer name for lists.")
    cost_per_month = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="US dollars a month of this node alone, beside its share of the host; saved when it stops.",
    )
    host = models.ForeignKey(
        Host,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="nodes",
        help_text="The machine that it runs on, whose costs it shares with the other nodes there.",
    )
    groups = models.ManyToManyField(NodeGroup, blank=True, related_name="nodes")
    notes = models.TextField(blank=True)
    api_url = models.CharField(
        "API address",
        max_length=500,
        blank=True,
        validators=[validate_address],
        help_text="Of the node's local API, for example http://192.168.1.20:14002.",
    )
    log_path = models.CharField(
        "log",
        max_length=1000,
        blank=True,
        help_text="A file, a pattern such as /var/log/storj/*.log, or docker:NAME of a container.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.label or self.name


class StartPage(models.Model):
    """The comparison that somebody sees first: the query of its address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="start_page")
    query = models.TextField()

    def __str__(self) -> str:
        return f"Start page of {self.user}"


class SatelliteTerms(models.Model):
    """What the operator knows better than the node's API or the defaults: rates, and when the node joined."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="terms")
    satellite = models.CharField(
        max_length=100, blank=True, help_text="Its id; empty for all that have no line of their own."
    )
    joined = models.DateField(null=True, blank=True, help_text="When the node joined it; empty if not known better.")
    storage_rate = _rate("and month of storage")
    egress_rate = _rate("of egress")
    repair_rate = _rate("of repair egress")
    audit_rate = _rate("of audit egress")

    class Meta:
        verbose_name_plural = "satellite terms"
        ordering = ["satellite"]
        constraints = [models.UniqueConstraint(fields=["node", "satellite"], name="one_terms_per_satellite")]

    def __str__(self) -> str:
        return f"{self.node} on {self.satellite or 'all satellites'}"


class ApiToken(models.Model):
    """A secret that lets a program act as `user`; only its SHA-256 is kept. Made by `nodes.tokens`."""

    class Scope(models.TextChoices):
        READ = "read", "read: may do what its user may, except send data"
        INGEST = "ingest", "ingest: may send logs and API answers of nodes, and nothing else"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=100, help_text="What uses this token, for example: backup script.")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label
