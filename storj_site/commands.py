"""What the commands of the set-up share."""

from django.conf import settings
from django.core.checks import CRITICAL

from nodes.commands import OperatorCommand


class SetUpCommand(OperatorCommand):
    # The secret key, whose absence is an error to the checks, is made by these commands.
    requires_system_checks = []

    def tell_findings(self) -> None:
        """All that the checks find, of the databases too, which Django leaves out unless they are named."""
        # Shown, and no reason not to serve: an error of an events database is to stop `migrate` alone.
        self.check(databases=list(settings.DATABASES), fail_level=CRITICAL)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # what takes minutes should be seen while it does, through a pipe too
