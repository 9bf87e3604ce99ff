"""Release: packages, image, bill of materials and signature, made only from the commit.

The packages and the image are built from `git archive`, so that they contain no file of this machine, and each names its commit.
Nothing is pushed: the last printed lines say how.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from board.dev.release_checks import git, problems, version_of
from board.dev.sbom import bill_of_locks
from board.dev.tools import temporary_install
from board.errors import OperationError
from board.install.commit import RECORD

BUILDER = "build==1.3.0"
ENGINES = ("docker", "podman")
SUMS = "SHA256SUMS"
Say = Callable[[str], None]
SIGNERS = {  # by name: the command that signs a file with a key, and the file with the signature
    "ssh": (("ssh-keygen", "-Y", "sign", "-n", "file", "-f", "{key}", "{file}"), f"{SUMS}.sig"),
    "minisign": (("minisign", "-S", "-s", "{key}", "-m", "{file}"), f"{SUMS}.minisig"),
    "cosign": (
        ("cosign", "sign-blob", "--yes", "--key", "{key}", "--output-signature", "{signature}", "{file}"), f"{SUMS}.cosign.sig",
    ),
}  # fmt: skip


class Release:
    """Release of the commit that is checked out, into a new folder."""

    def __init__(self, root: Path, to: Path, signer: str, say: Say) -> None:
        """`signer`: `NAME:KEY`, with a name of SIGNERS and the file of a key; empty for no signature. Raises OperationError if it
        is malformed."""
        self.root, self.to, self.say = root, to, say
        self.version = version_of(root)
        self.signer, _, self.key = signer.partition(":")
        if signer and (self.signer not in SIGNERS or not self.key):
            raise OperationError(f"Name who signs and the key, such as ssh:~/.ssh/id_ed25519: {', '.join(SIGNERS)}.")

    def check(self) -> None:
        """Check the conditions of a release. Raises OperationError, which lists them, if some are not met."""
        try:
            found = list(problems(self.root))
        except (OSError, subprocess.CalledProcessError) as error:
            raise OperationError(f"A release needs git and a checkout of its repository: {error}.") from error
        if self.signer and shutil.which(self._command()[0]) is None:
            found.append(f"{self._command()[0]} is not installed.")
        if self.to.exists():
            found.append(f"The folder {self.to} exists already.")
        if found:
            raise OperationError(" ".join(found))
        self.say(f"Version {self.version} at {self._commit()} can be released.")

    def plan(self) -> None:
        """Print what `make` would make."""
        self.say(f"Wheel, source archive and bill of materials (CycloneDX), in {self.to}, with {SUMS}.")
        engine = self._engine()
        self.say(
            f"Image searchboard:{self.version}, by {engine}." if engine else "No image: neither docker nor podman is installed."
        )
        self.say(f"Signature: {' '.join(self._command())}" if self.signer else "No signature: name who signs with --sign.")
        self._say_pushes()

    def make(self) -> None:
        """Build the files, list their digests, and sign the list. Raises OperationError if a step fails; the folder is then
        incomplete."""
        self.to.mkdir(parents=True)
        with self._archive() as tree:
            self._build(tree)
            (self.to / f"searchboard-{self.version}.cdx.json").write_text(bill_of_locks(tree), encoding="utf-8")
            self._build_image(tree)
        self._check_commit()
        self._list()
        self._sign()
        self._say_pushes()

    @contextmanager
    def _archive(self) -> Iterator[Path]:
        """Yield a folder with the files of the commit."""
        with tempfile.TemporaryDirectory(prefix="board-release-") as folder:
            packed, tree = Path(folder, "tree.tar"), Path(folder, "tree")
            git(self.root, "archive", "--format=tar", f"--output={packed}", "HEAD")
            with tarfile.open(packed) as tar:
                tar.extractall(tree, filter="data")
            yield tree

    def _build(self, tree: Path) -> None:
        at = git(self.root, "log", "-1", "--format=%ct")
        with temporary_install(BUILDER) as programs:
            self._run([str(programs / "python"), "-m", "build", "--outdir", str(self.to), str(tree)], SOURCE_DATE_EPOCH=at)

    def _build_image(self, tree: Path) -> None:
        if (engine := self._engine()) is None:
            return
        labels = {"version": self.version, "revision": self._commit(), "licenses": "EUPL-1.2"}
        words = [word for name, value in labels.items() for word in ("--label", f"org.opencontainers.image.{name}={value}")]
        self._run([engine, "build", "--pull", "--tag", f"searchboard:{self.version}", *words, str(tree)])

    def _check_commit(self) -> None:
        """Raise OperationError if the wheel does not name its commit, or lacks the static files."""
        (wheel,) = self.to.glob("*.whl")
        with ZipFile(wheel) as packed:
            if packed.read(RECORD).decode().strip() != self._commit():
                raise OperationError(f"{wheel.name} does not name the commit {self._commit()}.")
            if not any(name.startswith("board/_data/static/") for name in packed.namelist()):
                raise OperationError(f"{wheel.name} has no static files.")

    def _list(self) -> None:
        files = sorted(self.to.iterdir())
        lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
        (self.to / SUMS).write_text("".join(lines), encoding="utf-8")
        for line in lines:
            self.say(line.rstrip())

    def _sign(self) -> None:
        if self.signer:
            self._run(self._command())
            if not (self.to / SIGNERS[self.signer][1]).is_file():
                raise OperationError(f"{self.signer} made no signature.")

    def _command(self) -> list[str]:
        """Return the command that signs the list of digests."""
        words, signature = SIGNERS[self.signer]
        values = {"key": str(Path(self.key).expanduser()), "file": str(self.to / SUMS), "signature": str(self.to / signature)}
        return [word.format(**values) for word in words]

    def _run(self, command: list[str], **environment: str) -> None:
        """Run a program and show its output. Raises OperationError if it fails."""
        try:
            subprocess.run(command, check=True, env=os.environ | environment)  # noqa: S603 - our own words, no shell
        except (OSError, subprocess.CalledProcessError) as error:
            raise OperationError(f"The release is not complete: {Path(command[0]).name} failed. Delete {self.to}.") from error

    def _engine(self) -> str | None:
        return next((engine for engine in ENGINES if shutil.which(engine)), None)

    def _commit(self) -> str:
        return git(self.root, "rev-parse", "HEAD")

    def _say_pushes(self) -> None:
        """Print the steps that a person does next."""
        engine = self._engine()
        steps = [f"git tag --sign v{self.version} --message 'Searchboard {self.version}'", f"git push origin v{self.version}"]
        if engine:
            image = f"REGISTRY/searchboard:{self.version}"
            steps += [f"{engine} tag searchboard:{self.version} {image}", f"{engine} push {image}", f"cosign sign {image}@DIGEST"]
        self.say("Nothing was pushed. Next:")
        for step in [*steps, f"upload the files of {self.to} to the release of the tag"]:
            self.say(f"  {step}")
