"""Table of all attackers."""

from tests.attack.administrator import Administrator
from tests.attack.attacker import Attacker
from tests.attack.coordinator import Coordinator
from tests.attack.file_writer import FileWriter
from tests.attack.intake import Intake
from tests.attack.investigator import Investigator
from tests.attack.redis_writer import RedisWriter
from tests.attack.stranger import Stranger
from tests.attack.viewer import Viewer

ATTACKERS: dict[str, type[Attacker]] = {
    "stranger": Stranger,
    "viewer": Viewer,
    "investigator": Investigator,
    "coordinator": Coordinator,
    "admin": Administrator,
    "intake": Intake,
    "redis": RedisWriter,
    "files": FileWriter,
}
