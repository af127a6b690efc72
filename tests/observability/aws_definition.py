"""The alert manager's definition as the template of prod has it, for an Alertmanager on this machine."""

import json
import threading
import urllib.parse
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import Template, resources

WORKSPACE = "AWS::APS::Workspace"
NAMESPACE = "AWS::APS::RuleGroupsNamespace"

PUBLISHED = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>"
)
"""What SNS answers."""


def definition_in(template: Template) -> dict[str, Any]:
    """The definition; topics are called by what the template refers to."""
    (workspace,) = resources(template, WORKSPACE)
    written: dict[str, Any] = yaml.safe_load(text_of(workspace["AlertManagerDefinition"]))
    return written


def rules_in(template: Template) -> dict[str, str]:
    """Files of rules by name."""
    return {each["Name"]: each["Data"] for each in resources(template, NAMESPACE)}


def text_of(value: object) -> str:
    """A property whose references are replaced by ARNs that end in the name of what is referred to."""
    match value:
        case str():
            return value
        case {"Fn::Join": [str(between), list(parts)]}:
            return between.join(text_of(part) for part in parts)
        case {"Ref": str(name)} | {"Fn::GetStackOutput": {"OutputName": str(name)}}:
            return f"arn:aws:sns:eu-central-1:222222222222:{name}"
        case _:
            raise AssertionError(value)


def rewritten(definition: Mapping[str, Any], folder: Path, *, sns: str, pagerduty: str) -> str:
    """The same for Debian's Alertmanager: other addresses, keys in place of roles, and no waiting.

    Args:
        folder: takes the templates.
        sns: in place of SNS's endpoint.
        pagerduty: in place of PagerDuty's.
    """
    config = yaml.safe_load(definition["alertmanager_config"])
    for name in config["templates"]:
        (folder / name).write_text(definition["template_files"][name])
    config["templates"] = [str(folder / name) for name in config["templates"]]
    for receiver in config["receivers"]:
        for each in receiver.get("sns_configs", []):
            each["api_url"] = sns
            each["sigv4"] |= {"access_key": "test", "secret_key": "test"}
        for each in receiver.get("pagerduty_configs", []):
            assert each["routing_key"]["aws_secrets_manager"]["secret_key"] == "routing_key"
            each["routing_key"], each["url"] = "test", pagerduty
    for route in (config["route"], *config["route"].get("routes", [])):
        route |= {"group_wait": "100ms", "group_interval": "300ms"}
    return yaml.safe_dump(config)


@dataclass
class Aws:
    """What was sent in place of AWS and PagerDuty: messages to topics, and events."""

    url: str
    messages: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def to(self, topic: str) -> list[dict[str, str]]:
        """The messages to that topic, by a part of its name."""
        return [each for each in self.messages if topic in each["TopicArn"]]


@contextmanager
def started_aws() -> Generator[Aws]:
    """A server on loopback that takes what SNS takes, and below /pagerduty what PagerDuty does."""
    taken = Aws("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/pagerduty":
                taken.events.append(json.loads(body))
            else:
                taken.messages.append(dict(urllib.parse.parse_qsl(body)))
            self.send_response(202 if self.path == "/pagerduty" else 200)
            self.end_headers()
            self.wfile.write(b'{"status": "success"}' if self.path == "/pagerduty" else PUBLISHED.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taken.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield taken
        finally:
            server.shutdown()
            thread.join()
