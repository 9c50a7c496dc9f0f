"""What the commands of the set-up share."""

from django.conf import settings

from nodes.commands import OperatorCommand


class SetUpCommand(OperatorCommand):
    # The secret key, whose absence is an error to the checks, is made by these commands.
    requires_system_checks = []

    def tell_findings(self) -> None:
        """All that the checks find, of the databases too, which Django leaves out unless they are named."""
        self.check(databases=list(settings.DATABASES))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # what takes minutes should be seen while it does, through a pipe too
