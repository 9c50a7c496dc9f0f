"""The machines that nodes run on, with what they cost, and groups of nodes; in the site's database."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

DOLLAR = "USD"
_SMALLEST_RATE = Decimal("0.00000001")


def _amount(digits: int, decimals: int, help_text: str, **options: Any) -> models.DecimalField:
    validators = [MinValueValidator(0)]
    return models.DecimalField(
        max_digits=digits, decimal_places=decimals, validators=validators, help_text=help_text, **options
    )


class Host(models.Model):
    """A machine with one node or several, which share what it costs. Amounts are in `currency`."""

    name = models.CharField(max_length=200, unique=True)
    currency = models.CharField(
        max_length=3,
        default=DOLLAR,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Enter three capital letters, such as EUR.")],
        help_text="Of all amounts below: three letters, such as EUR.",
    )
    usd_rate = models.DecimalField(
        "US dollars for one unit",
        max_digits=18,
        decimal_places=8,
        default=1,
        validators=[MinValueValidator(_SMALLEST_RATE, "Enter a rate above 0.")],
        help_text="What one unit of the currency is worth, such as 1.08 for EUR; only you change it.",
    )
    fixed_per_month = _amount(10, 2, "A month, whatever the load: rent, internet, insurance.", default=0)
    watts = _amount(7, 1, "What the machine draws from the wall on average, with all its disks.", default=0)
    price_per_kwh = _amount(8, 5, "What a kilowatt-hour costs, such as 0.30.", default=0, verbose_name="price per kWh")
    purchase_price = _amount(
        12, 2, "What the machine and its disks cost, once; empty if it need not pay back.", null=True, blank=True
    )
    purchased_on = models.DateField(
        null=True, blank=True, help_text="From when on earnings count towards the purchase price."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.currency == DOLLAR and self.usd_rate is not None and self.usd_rate != 1:
            raise ValidationError({"usd_rate": "One US dollar is one US dollar: enter 1, or another currency."})
        if (self.purchase_price is None) != (self.purchased_on is None):
            missing = "purchased_on" if self.purchased_on is None else "purchase_price"
            raise ValidationError({missing: "Enter the price and the date of the purchase, or neither."})


class NodeGroup(models.Model):
    """A word by which nodes are found together; without commas, so that several can stand in one line."""

    name = models.CharField(
        max_length=50, unique=True, validators=[RegexValidator(r"\A[^,]*\Z", "Leave out the comma.")]
    )

    class Meta:
        verbose_name = "group of nodes"
        verbose_name_plural = "groups of nodes"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
