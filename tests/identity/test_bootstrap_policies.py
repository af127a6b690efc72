"""The policies in bootstrap/ let CloudFormation deploy every template, and do nothing else."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

import pytest

from tests.conftest import PROJECT
from tests.identity.bootstrap import CLOUDFORMATION, DOCUMENTS, EXECUTION, allowed, listed, role_with
from tests.identity.cloudformation import Resolver, StackTemplate
from tests.identity.names import ACCOUNT, SECURITY_GROUP_RULE, STACK_TAG, arn, role_arn
from tests.identity.provisioning import all_requests, published, schema
from tests.identity.provisioning_table import TYPES
from tests.identity.roles import Role
from tests.identity.service_reference import actions, resource_types
from tests.identity.simulation import Access, decide, may

MAX_CHARACTERS = 6144  # of a managed policy, white space not counted: "IAM and AWS STS quotas"

NOT_TO_BE_NARROWED = {
    "ec2:DescribeVpcAttribute": "it only reads, and EC2 makes up the ids of VPCs",
    "cloudwatch:GetMetricData": "its resources are datasets, and plain metrics are in none",
    "cloudwatch:PutMetricData": "likewise",
    "ecs:ListTasks": "its resources are container instances, which Fargate has not; the roles' own policies say where",
}
"""Actions allowed on `*` although the reference has resource types for them."""

NOT_NAMED = {
    "application-autoscaling": "the id of a scalable target is made up; bound to ECS by condition where AWS has one",
    "aps": "the id of a workspace is made up",
    "cloudwatch": "DescribeAlarms of CloudWatch's API reference; whatever changes alarms names them",
    "cognito-idp": "the id of a user pool is made up; what changes or deletes asks for the stack's name on it",
    "servicediscovery": "ids are made up, and not every action knows tags",
    "acm": "the id of a certificate is made up; what changes or deletes asks for the stack's name on it",
    "ec2": "ids are made up; what changes or deletes asks for the stack's name on it, where it has one by then",
    "kms": "the id of a key is made up, and CloudFormation puts no tag of its own on it",
    "route53": "ids are made up, and zones are not the app's; of their records only two types may be changed",
    "servicequotas": "AWS makes up the codes of quotas, and they are only read",
    "wafv2": "WAF names none of AWS's rules when it asks for them",
}
"""Services whose resources are allowed by type alone, such as `key/*`."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_policy_is_one_of_iams_and_fits_into_a_managed_policy(name: str) -> None:
    text = (PROJECT / "bootstrap" / f"{name}.json").read_text(encoding="utf-8")
    assert len(re.sub(r"\s", "", text)) <= MAX_CHARACTERS
    user = f"arn:aws:iam::{ACCOUNT}:user/any"
    assert not may(role_with({name: DOCUMENTS[name]}), "iam:CreateUser", user)  # an error if it cannot be judged


def test_the_commands_create_every_policy_and_attach_every_execution_policy() -> None:
    creation, bootstrap = (
        (PROJECT / "bootstrap" / "README.md").read_text(encoding="utf-8").split("```sh")[1].split("done")
    )
    assert {word.rstrip(";") for word in creation.split()} >= DOCUMENTS.keys()
    attached = re.findall(r"\$execution-(\w+)", bootstrap)
    assert {f"cloudformation-execution-{name}" for name in attached} == EXECUTION.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_policy_allows_actions_that_exist_and_no_whole_service(name: str) -> None:
    patterns = [pattern for each in allowed(DOCUMENTS[name]) for pattern in each.actions]
    assert [pattern for pattern in patterns if not actions(pattern) or pattern.endswith(":*")] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_policy_names_resources_wherever_aws_lets_it(name: str) -> None:
    for each in allowed(DOCUMENTS[name]):
        if STACK_TAG in each.condition.get("StringLike", {}):
            continue
        known = {action for pattern in each.actions for action in actions(pattern) if resource_types(action)}
        if "*" in each.resources:
            assert known <= NOT_TO_BE_NARROWED.keys()
        by_type = [
            resource
            for resource in each.resources
            if re.fullmatch(r"arn:aws:[^:]+:\*?:\*?:(regional/)?[^:/*]+[:/]\*", resource)
        ]
        assert {resource.split(":")[2] for resource in by_type} <= NOT_NAMED.keys()


def test_the_table_has_just_the_types_of_the_templates(installations: list[list[StackTemplate]]) -> None:
    types = {each["Type"] for stacks in installations for stack in stacks for each in stack.resources.values()}
    assert {name for name in types if not name.startswith("Custom::")} == TYPES.keys()


@pytest.fixture(scope="module")
def refused() -> Mapping[str, list[str]]:
    """What CloudFormation would be refused, by what it is for."""
    asked = all_requests()
    answers = decide([Access(CLOUDFORMATION, each.action, each.resource, each.context) for _name, each in asked])
    found: dict[str, list[str]] = {name: [] for name, _each in asked}
    for (name, each), allowed_ in zip(asked, answers, strict=True):
        if not allowed_:
            found[name].append(f"{each.action} on {each.resource} with {dict(each.context)}")
    return found


@pytest.mark.parametrize("name", [*TYPES, "custom resources", "every stack", "references"])
def test_cloudformation_may_create_read_update_and_delete(name: str, refused: Mapping[str, list[str]]) -> None:
    assert refused[name] == []


def test_without_a_name_of_ones_own_and_a_firewall_the_last_part_is_not_needed() -> None:
    optional = ("AWS::CertificateManager::", "AWS::Logs::ResourcePolicy", "AWS::Route53::", "AWS::WAFv2::")
    asked = [each for name, each in all_requests() if not name.startswith(optional)]
    parts = {name: policy for name, policy in EXECUTION.items() if not name.endswith("-front")}
    role = role_with(parts)
    answers = decide([Access(role, each.action, each.resource, each.context) for each in asked])
    assert len(parts) == len(EXECUTION) - 1
    assert [each for each, answer in zip(asked, answers, strict=True) if not answer] == []


@pytest.mark.parametrize("name", TYPES)
def test_what_the_table_leaves_out_is_what_aws_publishes(name: str) -> None:
    left_out = {action for group in TYPES[name].unused.values() for action in group}
    assert left_out <= set[str]().union(*published(name).values())


@pytest.mark.parametrize("name", EXECUTION)
def test_cloudformation_may_nothing_that_no_type_needs(name: str) -> None:
    needed = [request for _name, request in all_requests()]
    for each in allowed(EXECUTION[name]):
        used = [
            (pattern, resource)
            for pattern in each.actions
            for resource in each.resources
            if any(fnmatchcase(one.action, pattern) and fnmatchcase(one.resource, resource) for one in needed)
        ]
        assert {pattern for pattern, _resource in used} == set(each.actions)
        assert {resource for _pattern, resource in used} == set(each.resources)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, each in TYPES.items()
        if name.startswith(("AWS::CertificateManager::", "AWS::EC2::")) and {*each.new} - {SECURITY_GROUP_RULE}
    ],
)
def test_cloudformation_puts_the_stacks_name_on_what_may_be_deleted_by_it(name: str) -> None:
    tagging = schema(name)["tagging"]
    assert (tagging["tagOnCreate"], tagging["cloudFormationSystemTags"]) == (True, True)


NAMED = {
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:CreateLogGroup", arn("logs", "log-group:{}")),
    "AWS::SSM::Parameter": ("Name", "ssm:PutParameter", arn("ssm", "parameter{}")),
    "AWS::WAFv2::WebACL": ("Name", "wafv2:CreateWebACL", arn("wafv2", "regional/webacl/{}/1")),
    "AWS::CloudWatch::Dashboard": (
        "DashboardName",
        "cloudwatch:PutDashboard",
        arn("cloudwatch", "dashboard/{}", region=""),
    ),
    "AWS::ECR::Repository": ("RepositoryName", "ecr:CreateRepository", arn("ecr", "repository/{}")),
    "AWS::ECR::RepositoryCreationTemplate": ("Prefix", "ecr:CreateRepository", arn("ecr", "repository/{}/any")),
    "AWS::ECS::Cluster": ("ClusterName", "ecs:CreateCluster", arn("ecs", "cluster/{}")),
    "AWS::ECS::TaskDefinition": ("Family", "ecs:RegisterTaskDefinition", arn("ecs", "task-definition/{}:1")),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager:CreateSecret", arn("secretsmanager", "secret:{}-1A2B3C")),
}


def test_what_the_templates_name_is_within_reach(installations: list[list[StackTemplate]]) -> None:
    asked = []
    for stacks in installations:
        for stack in stacks:
            assert stack.name.startswith("slipway-")  # what CloudFormation names itself begins with it
            for _logical_id, resource in stack.of_type(*NAMED):
                key, action, pattern = NAMED[resource["Type"]]
                if key in resource["Properties"]:  # CloudFormation names most log groups itself
                    name = Resolver(stack, stacks).resolve(resource["Properties"][key])
                    asked.append(Access(CLOUDFORMATION, action, pattern.format(name)))
    assert {each.action for each in asked} == {action for _key, action, _pattern in NAMED.values()}
    assert [each.resource for each, answer in zip(asked, decide(asked), strict=True) if not answer] == []


def test_every_role_can_be_created_with_its_boundary_and_passed_to_whom_it_trusts(roles: list[Role]) -> None:
    asked = []
    for role in roles:
        (boundary,) = role.boundary
        asked.append(
            Access(CLOUDFORMATION, "iam:CreateRole", role_arn(role.name), {"iam:PermissionsBoundary": boundary})
        )
        for statement in role.trust_policy["Statement"]:
            for service in listed(statement["Principal"].get("Service", [])):
                context = {"iam:PassedToService": service}
                asked.append(Access(CLOUDFORMATION, "iam:PassRole", role_arn(role.name), context))
    assert {each.action for each in asked} == {"iam:CreateRole", "iam:PassRole"}
    assert [(each.resource, each.context) for each, may_ in zip(asked, decide(asked), strict=True) if not may_] == []
