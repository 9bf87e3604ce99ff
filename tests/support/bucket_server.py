"""Store of the S3 kind on a loopback port, with one empty bucket. Its objects are files of a folder."""

import shutil
import sys
import tempfile
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import localbucket  # type: ignore[import-untyped]

KEY, SECRET, REGION, BUCKET = "key", "secret", "eu-central-1", "searchboard"


class _Handler(localbucket.S3Handler):
    """Handler of the package, with the deletion of several objects in one request, which it lacks."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing; otherwise each request would be a line."""

    def _post_request(self, bucket: str, key: str) -> None:
        if key or "delete" not in self.query:
            return super()._post_request(bucket, key)
        self._bucket_dir(bucket)  # refuses a missing bucket
        answer = ET.Element("DeleteResult", xmlns=localbucket.S3_NAMESPACE)
        for element in ET.fromstring(self._read_body()).iterfind(".//{*}Key"):
            self._object_path(bucket, element.text or "").unlink(missing_ok=True)
            ET.SubElement(ET.SubElement(answer, "Deleted"), "Key").text = element.text
        return self._send_xml(answer)


class BucketServer(NamedTuple):
    """Running store: its address, and the folder of its bucket."""

    address: str
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        """Settings that make a server use this store."""
        return {
            "files_url": f"s3://{BUCKET}/board", "aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "aws_region": REGION,
            "aws_endpoint_url": self.address,
        }  # fmt: skip

    def all_keys(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def clear(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()


def bucket_environment(address: str) -> dict[str, str]:
    """Return the settings that name a store, for the environment of a server."""
    return {name.upper(): value for name, value in BucketServer(address, Path()).settings.items()}


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    with tempfile.TemporaryDirectory() as folder, _listening(Path(folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="bucket")
        thread.start()
        try:
            yield BucketServer(f"http://127.0.0.1:{server.server_port}", Path(folder, BUCKET))
        finally:
            server.shutdown()
            thread.join()


def _listening(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of a folder with an empty bucket. It listens, but does not answer yet."""
    Path(folder, BUCKET).mkdir(parents=True, exist_ok=True)
    return ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"data_root": folder}))


if __name__ == "__main__":  # folder and port
    _listening(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
