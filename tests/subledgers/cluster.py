"""A cluster of Spark on this machine: a master and two workers, on loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

_WAIT = 180.0


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def cluster(folder: Path):
    """Start a master and two workers; yield the address; end them."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = _free()
    address = f"spark://127.0.0.1:{port}"
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)}
    started: list[subprocess.Popen[bytes]] = []
    log = folder / "cluster.log"

    def start(kind: str, *arguments: str) -> None:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"]
        with log.open("ab") as out:
            started.append(
                subprocess.Popen(
                    [*command, *arguments], env=environment, stdout=out, stderr=out
                )
            )

    try:
        start(
            "master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--webui-port",
            str(_free()),
        )
        for number in range(2):
            start(
                "worker.Worker",
                "--host",
                "127.0.0.1",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--webui-port",
                str(_free()),
                "--work-dir",
                str(folder / f"worker-{number}"),
                address,
            )
        end = time.monotonic() + _WAIT
        while log.read_text().count("Registering worker") < 2:
            if time.monotonic() > end:
                raise TimeoutError(log.read_text()[-2000:])
            time.sleep(0.5)
        yield address
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            one.wait(timeout=60)
