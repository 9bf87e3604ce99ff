"""Store of the S3 kind on a loopback port, with one empty bucket."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3  # type: ignore[import-untyped]
from botocore.exceptions import EndpointConnectionError  # type: ignore[import-untyped]
from moto.server import ThreadedMotoServer

KEY, SECRET, REGION, BUCKET = "key", "secret", "eu-central-1", "searchboard"
STARTS_WITHIN_S = 60.0


class BucketServer(NamedTuple):
    """Running store: its address, and a client of its own to look into it."""

    address: str
    client: Any

    @property
    def settings(self) -> dict[str, str]:
        """Settings that name it."""
        return {
            "files_url": f"s3://{BUCKET}/board", "aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "aws_region": REGION,
            "aws_endpoint_url": self.address,
        }  # fmt: skip

    def all_keys(self) -> set[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET)
        return {each["Key"] for each in found.get("Contents", ())}

    def clear(self) -> None:
        for key in self.all_keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)


def bucket_environment(address: str) -> dict[str, str]:
    """Return the settings that name a store, for the environment of a server."""
    return {name.upper(): value for name, value in BucketServer(address, None).settings.items()}


def make_bucket(address: str) -> Any:
    """Make the bucket at a store that may just be starting; return a client of it."""
    client = boto3.client("s3", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION)
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
            return client
        except client.exceptions.BucketAlreadyOwnedByYou:  # servers of one process share what they hold
            return client
        except EndpointConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        opened = BucketServer(address, make_bucket(address))
        opened.clear()
        yield opened
    finally:
        server.stop()
