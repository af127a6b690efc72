"""Templates as CloudFormation would see them: the intrinsic functions resolved, with made-up physical ids."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from aws_cdk.cx_api import CloudAssembly

Resource = Mapping[str, Any]

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class UnresolvableError(Exception):
    """A value of a template is known to nobody before its deployment, or this module does not know how to tell it."""


@dataclass(frozen=True)
class StackTemplate:
    """A synthesised template, and where it will be deployed.

    Attributes:
        parameters: values of the template's parameters; where one is missing, its default is taken.
    """

    name: str
    template: Mapping[str, Any]
    account: str
    region: str
    partition: str = "aws"
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def resources(self) -> Mapping[str, Resource]:
        """By logical id."""
        found: Mapping[str, Resource] = self.template["Resources"]
        return found

    def of_type(self, *type_names: str) -> Iterator[tuple[str, Resource]]:
        """The resources of these types with their logical ids.

        Raises:
            UnresolvableError: one of them exists under a condition.
        """
        for logical_id, resource in self.resources.items():
            if resource["Type"] in type_names:
                if "Condition" in resource:
                    raise UnresolvableError(f"{self.name}: {logical_id} exists under a condition: not simulated")
                yield logical_id, resource


def stacks_of(assembly: CloudAssembly) -> list[StackTemplate]:
    """The stacks of an assembly, each in the account and region that it is synthesised for."""
    return [
        StackTemplate(
            name=stack.stack_name,
            template=json.loads(Path(stack.template_full_path).read_text(encoding="utf-8")),
            account=stack.environment.account,
            region=stack.environment.region,
        )
        for stack in assembly.stacks
    ]


@dataclass(frozen=True)
class _Type:
    """What CloudFormation returns for resources of a type, from its resource and property types reference."""

    name_property: str | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    ref: str = "{name}"


_ARN = "arn:{partition}:%s:{region}:{account}:%s"
_GLOBAL_ARN = "arn:{partition}:%s::{account}:%s"
_TYPES = {
    "AWS::APS::Workspace": _Type(
        None,
        {"Arn": _ARN % ("aps", "workspace/ws-{uuid}"), "WorkspaceId": "ws-{uuid}"},
        _ARN % ("aps", "workspace/ws-{uuid}"),
    ),
    "AWS::CloudWatch::Alarm": _Type("AlarmName", {"Arn": _ARN % ("cloudwatch", "alarm:{name}")}),
    "AWS::EC2::VPC": _Type(None, {"DefaultSecurityGroup": "sg-{hex17}"}, "vpc-{hex17}"),
    "AWS::ECR::Repository": _Type("RepositoryName", {"Arn": _ARN % ("ecr", "repository/{name}")}),
    "AWS::ECS::Cluster": _Type("ClusterName", {"Arn": _ARN % ("ecs", "cluster/{name}")}),
    "AWS::ECS::Service": _Type("ServiceName", {"Name": "{name}"}, _ARN % ("ecs", "service/{Cluster}/{name}")),
    "AWS::ECS::TaskDefinition": _Type("Family", {}, _ARN % ("ecs", "task-definition/{name}:1")),
    "AWS::ElasticLoadBalancingV2::ListenerRule": _Type(
        None, {}, _ARN % ("elasticloadbalancing", "listener-rule/app/{short}/{hex17}/{hex17}/{hex17}")
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _Type(
        "Name", {}, _ARN % ("elasticloadbalancing", "targetgroup/{short}/{hex17}")
    ),
    "AWS::Events::ApiDestination": _Type("Name", {"Arn": _ARN % ("events", "api-destination/{name}/{uuid}")}),
    "AWS::Events::Connection": _Type("Name", {"Arn": _ARN % ("events", "connection/{name}/{uuid}")}),
    "AWS::Events::Rule": _Type("Name", {"Arn": _ARN % ("events", "rule/{name}")}),
    "AWS::IAM::ManagedPolicy": _Type("ManagedPolicyName", {}, _GLOBAL_ARN % ("iam", "policy{path}{name}")),
    "AWS::IAM::OIDCProvider": _Type(
        None,
        {"Arn": _GLOBAL_ARN % ("iam", "oidc-provider/{Url}")},
        _GLOBAL_ARN % ("iam", "oidc-provider/{Url}"),
    ),
    "AWS::IAM::Role": _Type("RoleName", {"Arn": _GLOBAL_ARN % ("iam", "role{path}{name}")}),
    "AWS::KMS::Key": _Type(None, {"Arn": _ARN % ("kms", "key/{uuid}"), "KeyId": "{uuid}"}, "{uuid}"),
    "AWS::Lambda::Function": _Type("FunctionName", {"Arn": _ARN % ("lambda", "function:{name}")}),
    "AWS::Logs::LogGroup": _Type("LogGroupName", {"Arn": _ARN % ("logs", "log-group:{name}:*")}),
    "AWS::S3::Bucket": _Type("BucketName", {"Arn": "arn:{partition}:s3:::{name}"}),
    "AWS::SecretsManager::Secret": _Type("Name", {}, _ARN % ("secretsmanager", "secret:{name}-{hex6}")),
    "AWS::SNS::Topic": _Type(
        "TopicName", {"TopicArn": _ARN % ("sns", "{name}"), "TopicName": "{name}"}, _ARN % ("sns", "{name}")
    ),
    "AWS::SQS::Queue": _Type(
        "QueueName",
        {"Arn": _ARN % ("sqs", "{name}"), "QueueName": "{name}"},
        "https://sqs.{region}.{suffix}/{account}/{name}",
    ),
    "AWS::SSM::Parameter": _Type("Name"),
}
_URL_SUFFIXES = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}


class Resolver:
    """Resolves values of one template, looking up other stacks' outputs among those given."""

    def __init__(self, stack: StackTemplate, stacks: Sequence[StackTemplate]) -> None:
        """Take the stack whose values will be resolved, and all stacks that may have been deployed beside it."""
        self._stack = stack
        self._stacks = stacks
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::GetStackOutput": self._stack_output,
            "Fn::ImportValue": self._import,
            "Fn::Join": self._join,
            "Fn::Select": lambda argument: self.resolve(argument[1])[int(self.resolve(argument[0]))],
            "Fn::Split": lambda argument: self.resolve(argument[1]).split(argument[0]),
            "Fn::Sub": self._substitute,
        }

    def resolve(self, value: Any) -> Any:
        """The value with all intrinsic functions in it replaced by what they return.

        Raises:
            UnresolvableError: a function or what it refers to is not simulated, or a token of CDK was left over.
        """
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not _NO_VALUE]
        if isinstance(value, str) and "${Token[" in value:
            raise self._error(f"{value!r} holds a token that CDK did not resolve")
        return value

    def _mapping(self, value: Mapping[str, Any]) -> Any:
        function = next(iter(value), "") if len(value) == 1 else ""
        if function in self._functions:
            return self._functions[function](value[function])
        if function.startswith("Fn::"):
            raise self._error(f"{function} is not simulated")
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not _NO_VALUE}

    def _ref(self, name: str) -> Any:
        stack = self._stack
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name.startswith("AWS::"):
            return self._pseudo_parameter(name)
        if name in stack.resources:
            return self._fill(name, self._type(name).ref)
        if name in stack.parameters:
            return stack.parameters[name]
        parameter = stack.template.get("Parameters", {}).get(name)
        if parameter is None:
            raise self._error(f"there is neither a resource nor a parameter {name}")
        if "Default" not in parameter or parameter["Type"].startswith("AWS::SSM::"):
            raise self._error(f"the parameter {name} has a value only when it is deployed")
        return parameter["Default"]

    def _pseudo_parameter(self, name: str) -> str:
        stack = self._stack
        values = {
            "AWS::AccountId": stack.account,
            "AWS::Partition": stack.partition,
            "AWS::Region": stack.region,
            "AWS::StackId": f"arn:{stack.partition}:cloudformation:{stack.region}:{stack.account}:"
            f"stack/{stack.name}/{_uuid(self._digest(''))}",
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": _URL_SUFFIXES[stack.partition],
        }
        if name not in values:
            raise self._error(f"{name} is not simulated")
        return values[name]

    def _type(self, logical_id: str) -> _Type:
        name = self._stack.resources[logical_id]["Type"]
        if name not in _TYPES:
            raise self._error(f"{logical_id} is an {name}, whose ids are not known here: add them to _TYPES")
        return _TYPES[name]

    def _attribute(self, argument: str | Sequence[str]) -> str:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if logical_id not in self._stack.resources:
            raise self._error(f"there is no resource {logical_id}")
        attributes = self._type(logical_id).attributes
        if attribute not in attributes:
            raise self._error(f"{logical_id}.{attribute} is not known here: add it to _TYPES")
        return self._fill(logical_id, attributes[attribute])

    def _fill(self, logical_id: str, pattern: str) -> str:
        """A physical id: by the resource's own name, else by one that is made up as CloudFormation would."""
        stack, digest = self._stack, self._digest(logical_id)
        properties = stack.resources[logical_id].get("Properties", {})
        name = self.resolve(properties.get(self._type(logical_id).name_property or "", _NO_VALUE))
        if name is _NO_VALUE:
            # 64 characters are what a role's name may have, the shortest limit of the types above.
            name = f"{stack.name}-{logical_id}"[:51] + f"-{digest[:12].upper()}"
        others = {key: self.resolve(properties[key]) for key in ("Cluster", "Url") if key in properties}
        return pattern.format(
            name=name.lower() if stack.resources[logical_id]["Type"] == "AWS::S3::Bucket" else name,
            path=self.resolve(properties.get("Path", "/")),
            partition=stack.partition,
            region=stack.region,
            account=stack.account,
            suffix=_URL_SUFFIXES[stack.partition],
            short=f"{stack.name[:5]}-{logical_id[:5]}-{digest[:12].upper()}",
            hex6=digest[:6],
            hex17=digest[:17],
            uuid=_uuid(digest),
            **{key: value.removeprefix("https://") for key, value in others.items()},
        )

    def _digest(self, logical_id: str) -> str:
        stack = self._stack
        return sha256("/".join((stack.account, stack.region, stack.name, logical_id)).encode()).hexdigest()

    def _join(self, argument: Sequence[Any]) -> str:
        return str(argument[0]).join(str(each) for each in self.resolve(argument[1]))

    def _substitute(self, argument: str | Sequence[Any]) -> str:
        text, values = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in values:
                return str(values[name])
            return str(self._attribute(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(replacement, text)

    def _stack_output(self, argument: Mapping[str, Any]) -> Any:
        wanted = self.resolve(argument)
        account = wanted["RoleArn"].split(":")[4] if "RoleArn" in wanted else self._stack.account
        place = (wanted["StackName"], account, wanted.get("Region", self._stack.region))
        for other in self._stacks:
            output = other.template.get("Outputs", {}).get(wanted["OutputName"])
            if (other.name, other.account, other.region) == place and output is not None:
                return Resolver(other, self._stacks).resolve(output["Value"])
        raise self._error(f"there is no output {wanted['OutputName']} of {' in '.join(place)}")

    def _import(self, argument: Any) -> Any:
        wanted = self.resolve(argument)
        for other in self._stacks:
            resolver = Resolver(other, self._stacks)
            for output in other.template.get("Outputs", {}).values():
                here = (other.account, other.region) == (self._stack.account, self._stack.region)
                if here and "Export" in output and resolver.resolve(output["Export"]["Name"]) == wanted:
                    return resolver.resolve(output["Value"])
        raise self._error(f"no stack of this account and region exports {wanted}")

    def _error(self, message: str) -> UnresolvableError:
        return UnresolvableError(f"{self._stack.name}: {message}")


def _uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
