import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The operator's own rates and dates of joining, per node and satellite."""

    dependencies = [
        ("nodes", "0008_sources_of_a_node"),
    ]

    operations = [
        migrations.CreateModel(
            name="SatelliteTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "satellite",
                    models.CharField(
                        blank=True, help_text="Its id; empty for all that have no line of their own.", max_length=100
                    ),
                ),
                (
                    "joined",
                    models.DateField(
                        blank=True, help_text="When the node joined it; empty if not known better.", null=True
                    ),
                ),
                (
                    "storage_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="US dollars per TB and month of storage; empty: as the API says, else the default.",
                        max_digits=9,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "egress_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="US dollars per TB of egress; empty: as the API says, else the default.",
                        max_digits=9,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "repair_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="US dollars per TB of repair egress; empty: as the API says, else the default.",
                        max_digits=9,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "audit_rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="US dollars per TB of audit egress; empty: as the API says, else the default.",
                        max_digits=9,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="nodes.node"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "satellite terms",
                "ordering": ["satellite"],
                "constraints": [models.UniqueConstraint(fields=("node", "satellite"), name="one_terms_per_satellite")],
            },
        ),
    ]
