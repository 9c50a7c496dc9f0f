from django.db import migrations, models

from nodes.sno.address import validate_address


class Migration(migrations.Migration):
    """Where a node's log and API are, and tokens that may only send."""

    dependencies = [
        ("nodes", "0007_intake_and_node_api"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scope",
            field=models.CharField(
                choices=[
                    ("read", "read: may do what its user may, except send data"),
                    ("ingest", "ingest: may send logs and API answers of nodes, and nothing else"),
                ],
                default="read",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="node",
            name="api_url",
            field=models.CharField(
                blank=True,
                help_text="Of the node's local API, for example http://192.168.1.20:14002.",
                max_length=500,
                validators=[validate_address],
                verbose_name="API address",
            ),
        ),
        migrations.AddField(
            model_name="node",
            name="log_path",
            field=models.CharField(
                blank=True,
                help_text="A file, a pattern such as /var/log/storj/*.log, or docker:NAME of a container.",
                max_length=1000,
                verbose_name="log",
            ),
        ),
    ]
