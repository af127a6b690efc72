"""Tags as templates carry them, and what an update changes of them."""

from sandbox.emulator.cloudformation.handlers import Properties, Resource

Tag = dict[str, str]


def tags_of(properties: Properties) -> list[Tag]:
    """Return a resource's tags, the stack's own `aws:cloudformation:*` among them."""
    return [{"Key": str(tag["Key"]), "Value": str(tag.get("Value", ""))} for tag in properties.get("Tags") or []]


def changed_tags(resource: Resource) -> tuple[list[Tag], list[str]]:
    """Return the tags to set and the keys to remove; tags set outside the template are in neither."""
    before, after = tags_of(resource.previous), tags_of(resource.properties)
    kept = {tag["Key"] for tag in after}
    return [tag for tag in after if tag not in before], [tag["Key"] for tag in before if tag["Key"] not in kept]
