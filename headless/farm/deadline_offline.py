"""Whether AWS Deadline Cloud's own client takes a bundle, without a network: ``python deadline_offline.py BUNDLE``.

Run by a Python that has the package ``deadline``, which need not have avcore. All of the client and of botocore is at
work, up to the wire: what it would send is answered here, and the job it wanted to create is printed as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

FARM, QUEUE, JOB = (f"{kind}-{'0' * 32}" for kind in ("farm", "queue", "job"))
OFFLINE = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
    "DEADLINE_CLOUD_TELEMETRY_OPT_OUT": "true",
}
TIME = "2026-01-01T00:00:00Z"
ANSWERS: dict[str, dict[str, Any]] = {
    "queue": {
        "queueId": QUEUE,
        "farmId": FARM,
        "displayName": "offline",
        "status": "IDLE",
        "defaultBudgetAction": "NONE",
        "createdAt": TIME,
        "createdBy": "nobody",
    },
    "environments": {"environments": []},
    "job": {
        "jobId": JOB,
        "name": "offline",
        "lifecycleStatus": "CREATE_COMPLETE",
        "lifecycleStatusMessage": "",
        "priority": 50,
        "createdAt": TIME,
        "createdBy": "nobody",
    },
}


class Wire:
    """Stands in for the network: answers what the client asks, and keeps the job that it creates."""

    def __init__(self) -> None:
        self.created: dict[str, Any] = {}

    def send(self, request: Any) -> Any:
        """The answer to one request of botocore's."""
        from botocore.awsrequest import AWSResponse

        path = request.url.split("?")[0].rstrip("/").rpartition(QUEUE)[2]
        if request.method == "POST" and path == "/jobs":
            self.created = json.loads(request.body)
            answer = {"jobId": JOB}
        else:
            answer = ANSWERS["job" if path.startswith("/jobs/") else "environments" if path else "queue"]
        response = AWSResponse(request.url, 200, {"Content-Type": "application/json"}, None)
        response._content = json.dumps(answer).encode()
        return response


def main(bundle: str) -> int:
    """Submit a bundle to nobody; 0 where the client takes it, else 1 with its sentence."""
    wire = Wire()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(OFFLINE, HOME=home, DEADLINE_CONFIG_FILE_PATH=str(Path(home, "config")))
        from botocore.httpsession import URLLib3Session
        from deadline.client import api, config

        with mock.patch.object(URLLib3Session, "send", lambda _self, request: wire.send(request)):
            config.set_setting("defaults.farm_id", FARM)
            config.set_setting("defaults.queue_id", QUEUE)
            try:
                api.create_job_from_job_bundle(bundle, print_function_callback=lambda _line: None)
            except Exception as error:  # noqa: BLE001 - whatever the client says is what we came for
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                return 1
    print(json.dumps({key: value for key, value in wire.created.items() if key != "template"}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
