"""What would be there twice, or never, is said when it is entered."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from nodes.display import size
from nodes.fields import to_stored
from nodes.intake.push import take_lines
from nodes.models import ApiToken, Event, IntakeSource, Node, SnoNode
from nodes.standings import api_standings
from nodes.tokens import create_token
from tests.nodes.intake import writing
from tests.nodes.sno.fake import Fake, serving
from tests.nodes.sno.stories import Story

pytestmark = pytest.mark.usefixtures("databases")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_TERMS = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0"}
LINES = writing.attempts(range(3))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (path := tmp_path / "node.log").write_bytes(LINES)
    return path


def add_node(*arguments: str) -> str:
    out = StringIO()
    call_command("add_node", *arguments, stdout=out)
    return out.getvalue()


def added_in_admin(client: Client, **values: str) -> str:
    answer = client.post(reverse("admin:nodes_node_add"), {"name": "attic", **values} | NO_TERMS, follow=True)
    return answer.content.decode()


class TestALog:
    def entered(self, log: object) -> str:
        node = Fake(Story(NOW))
        with serving(node):
            return add_node("attic", node.url, "--log", str(log))

    def test_one_that_can_be_read_is_told(self, log: Path) -> None:
        assert f"The log can be read by this user: 1 file, the newest of {size(len(LINES))}." in self.entered(log)

    def test_one_that_is_not_there_yet_is_entered_all_the_same(self, tmp_path: Path) -> None:
        assert "The log is not there" in self.entered(tmp_path / "none.log")
        assert Node.objects.get().log_path

    def test_a_container_that_cannot_be_found_is_told(self) -> None:
        assert "containers of Docker cannot be read" in self.entered("docker:storagenode")

    def test_a_folder_is_refused_with_a_pattern_to_try(self, tmp_path: Path) -> None:
        with pytest.raises(
            CommandError, match=r"This is a folder: name the file in it, or a pattern such as /.*/\*\.log"
        ):
            self.entered(tmp_path)
        assert not Node.objects.exists()

    def test_the_log_of_another_node_is_refused(self, log: Path) -> None:
        Node.objects.create(name="cellar", log_path=str(log))
        with pytest.raises(CommandError, match=r"This is the log of “cellar” already.*--force"):
            self.entered(log)

    def test_that_of_a_node_whose_lines_are_sent_is_refused(self, log: Path) -> None:
        Node.objects.create(name="attic")
        take_lines("attic", [LINES])
        with pytest.raises(CommandError, match="Another machine sent lines of “attic”"):
            self.entered(log)
        old = to_stored(datetime.now(UTC) - timedelta(days=2))
        IntakeSource.objects.using("events").update(updated=old)
        assert "Entered" in self.entered(log)

    def test_the_admin_says_the_same(self, admin_client: Client, tmp_path: Path, log: Path) -> None:
        assert "This is a folder" in added_in_admin(admin_client, log_path=str(tmp_path))
        Node.objects.create(name="cellar", log_path=str(log))
        assert "This is the log of “cellar” already" in added_in_admin(admin_client, log_path=str(log))
        assert "The log is not there" in added_in_admin(admin_client, log_path=str(tmp_path / "none.log"))
        assert Node.objects.filter(name="attic").exists()

    def test_a_node_with_a_log_can_still_be_edited(self, admin_client: Client) -> None:
        for name in ("attic", "cellar"):
            node = Node.objects.create(name=name, log_path="/var/log/node.log", api_url=f"http://{name}:14002")
        form = {"label": "Cellar", "log_path": node.log_path, "api_url": node.api_url} | NO_TERMS
        assert admin_client.post(reverse("admin:nodes_node_change", args=[node.pk]), form).status_code == 302


class TestAnAddress:
    def test_that_of_another_node_is_refused_however_it_is_written(self, admin_client: Client) -> None:
        Node.objects.create(name="cellar", api_url="http://PI:14002/")
        with pytest.raises(CommandError, match=r"This is the address of “cellar” already.*--force"):
            add_node("attic", "http://pi:14002/api/sno")
        page = added_in_admin(admin_client, api_url="http://pi:14002")
        assert "This is the address of “cellar” already" in page
        assert not Node.objects.filter(name="attic").exists()

    def test_the_same_node_under_another_address_is_told_by_its_id(self, admin_client: Client) -> None:
        node = Fake(Story(NOW))
        with serving(node):
            found = Node.objects.create(name="attic", api_url=node.url)
            Node.objects.create(name="cellar", api_url="http://10.0.0.1:14002")
            SnoNode.objects.using("events").create(node="cellar", node_id=Story(NOW).node_id)
            with pytest.raises(CommandError, match="It is the same node as “cellar”"):
                add_node("attic", node.url)
            page = admin_client.post(reverse("admin:nodes_node_test_connection", args=[found.pk]), follow=True)
        assert "It is the same node as “cellar”" in page.content.decode()

    def test_two_that_told_the_same_id_are_in_trouble(self) -> None:
        for name in ("attic", "cellar", "shed"):
            Node.objects.create(name=name, api_url=f"http://{name}:14002")
            SnoNode.objects.using("events").create(node=name, node_id="own" if name == "shed" else "same")
        doubles = {name: "It is the same node as" in api.trouble for name, api in api_standings().items()}
        assert doubles == {"attic": True, "cellar": True, "shed": False}


class TestLinesOfANodeWhoseLogIsFollowed:
    @pytest.fixture(autouse=True)
    def followed(self, databases: None) -> None:
        Node.objects.create(name="attic", log_path="/var/log/node.log")

    def test_are_refused_when_they_are_sent(self) -> None:
        user = User.objects.create_user("operator", is_superuser=True)
        headers = {"Authorization": f"Bearer {create_token(user, 'tail', ApiToken.Scope.INGEST)}"}
        answer = Client().post("/api/events/attic", LINES, content_type="text/plain", headers=headers)
        assert answer.status_code == 409
        assert "would count twice" in answer.json()["error"]
        assert not Event.objects.exists()

    def test_are_read_by_hand_only_with_force(self, log: Path) -> None:
        with pytest.raises(CommandError, match=r"would count twice.*--force reads them"):
            call_command("ingest_log", "attic", str(log))
        call_command("ingest_log", "attic", str(log), "--force", stdout=StringIO())
        assert Event.objects.count() == 3
