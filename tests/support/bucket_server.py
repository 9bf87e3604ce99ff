"""Store of the S3 kind on a loopback port, with one empty bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3  # type: ignore[import-untyped]
from moto.server import ThreadedMotoServer

KEY, SECRET, REGION, BUCKET = "key", "secret", "eu-central-1", "searchboard"


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


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION)
    try:
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield BucketServer(address, client)
    finally:
        server.stop()
