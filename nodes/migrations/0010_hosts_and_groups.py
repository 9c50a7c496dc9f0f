from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What nodes cost: the machines that they run on; and groups of nodes."""

    dependencies = [
        ("nodes", "0009_satellite_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Host",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        help_text="Of all amounts below: three letters, such as EUR.",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Z]{3}\\Z", "Enter three capital letters, such as EUR."
                            )
                        ],
                    ),
                ),
                (
                    "usd_rate",
                    models.DecimalField(
                        decimal_places=8,
                        default=1,
                        help_text="What one unit of the currency is worth, such as 1.08 for EUR; only you change it.",
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(Decimal("1E-8"), "Enter a rate above 0.")],
                        verbose_name="US dollars for one unit",
                    ),
                ),
                (
                    "fixed_per_month",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="A month, whatever the load: rent, internet, insurance.",
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "watts",
                    models.DecimalField(
                        decimal_places=1,
                        default=0,
                        help_text="What the machine draws from the wall on average, with all its disks.",
                        max_digits=7,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "price_per_kwh",
                    models.DecimalField(
                        decimal_places=5,
                        default=0,
                        help_text="What a kilowatt-hour costs, such as 0.30.",
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price per kWh",
                    ),
                ),
                (
                    "purchase_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What the machine and its disks cost, once; empty if it need not pay back.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "purchased_on",
                    models.DateField(
                        blank=True, help_text="From when on earnings count towards the purchase price.", null=True
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="NodeGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        max_length=50,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\A[^,]*\\Z", "Leave out the comma.")],
                    ),
                ),
            ],
            options={
                "verbose_name": "group of nodes",
                "verbose_name_plural": "groups of nodes",
                "ordering": ["name"],
            },
        ),
        migrations.AlterField(
            model_name="node",
            name="cost_per_month",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="US dollars a month of this node alone, beside its share of the host; saved when it stops.",
                max_digits=9,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="node",
            name="host",
            field=models.ForeignKey(
                blank=True,
                help_text="The machine that it runs on, whose costs it shares with the other nodes there.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="nodes",
                to="nodes.host",
            ),
        ),
        migrations.AddField(
            model_name="node",
            name="groups",
            field=models.ManyToManyField(blank=True, related_name="nodes", to="nodes.nodegroup"),
        ),
    ]
