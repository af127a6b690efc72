"""CloudWatch resources that the emulator's APIs have and MiniStack's CloudFormation does not."""

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.cloudformation.tags import tags_of
from sandbox.emulator.internals import internal
from sandbox.emulator.loopback import absence_is_fine, client, request


class CompositeAlarm:
    """AWS::CloudWatch::CompositeAlarm: `Ref` is the name."""

    def create(self, resource: Resource) -> Provisioned:
        """Put the alarm; the alarms of its rule have to exist."""
        name = resource.properties.get("AlarmName") or internal(
            "services.cloudformation.provisioners", "_physical_name"
        )(resource.stack_name, resource.logical_id, max_len=255)
        return self._put(name, resource.properties)

    def update(self, resource: Resource) -> Provisioned:
        """Put the alarm again under its name."""
        return self._put(resource.physical_id, resource.properties)

    def delete(self, resource: Resource) -> None:
        """Delete the alarm; DeleteAlarms takes one that does not exist for deleted."""
        client("cloudwatch").delete_alarms(AlarmNames=[resource.physical_id])

    def _put(self, name: str, properties: Properties) -> Provisioned:
        # PutCompositeAlarm refuses the stack's own tags, which begin with "aws:".
        tags = [tag for tag in tags_of(properties) if not tag["Key"].startswith("aws:")]
        cloudwatch = client("cloudwatch")
        known = {**properties, "AlarmName": name, "Tags": tags}
        cloudwatch.put_composite_alarm(**request("cloudwatch", "PutCompositeAlarm", known))
        alarms = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        return Provisioned(name, {"Arn": alarms[0]["AlarmArn"]})


class QueryDefinition:
    """AWS::Logs::QueryDefinition: `Ref` is the id."""

    def create(self, resource: Resource) -> Provisioned:
        """Put the query."""
        put = request("logs", "PutQueryDefinition", resource.properties)
        definition = client("logs").put_query_definition(**put)["queryDefinitionId"]
        return Provisioned(definition, {"QueryDefinitionId": definition})

    def update(self, resource: Resource) -> Provisioned:
        """Put the query again under its id."""
        put = request("logs", "PutQueryDefinition", resource.properties)
        client("logs").put_query_definition(queryDefinitionId=resource.physical_id, **put)
        return Provisioned(resource.physical_id, {"QueryDefinitionId": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Delete the query."""
        with absence_is_fine("ResourceNotFoundException"):
            client("logs").delete_query_definition(queryDefinitionId=resource.physical_id)
