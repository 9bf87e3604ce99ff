"""Table of all attackers."""

from tests.tools.attack.administrator import Administrator
from tests.tools.attack.attacker import Attacker
from tests.tools.attack.coordinator import Coordinator
from tests.tools.attack.file_writer import FileWriter
from tests.tools.attack.intake import Intake
from tests.tools.attack.investigator import Investigator
from tests.tools.attack.redis_writer import RedisWriter
from tests.tools.attack.stranger import Stranger
from tests.tools.attack.viewer import Viewer

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
