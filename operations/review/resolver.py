"""From a template's intrinsic functions to plain values, text and pointers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.review.assembly import Template
from operations.review.values import Pointer, text

NESTED_STACK = "AWS::CloudFormation::Stack"
"""The hash of its template is all that its parent's template says about what is in it."""

ASSET_HASH = re.compile(r"[0-9a-f]{64}")
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class _Place:
    """Where a value stands.

    Attributes:
        masked: hashes that are left out of it.
        trail: outputs, mappings and conditions that were followed to get there; a circle is not followed again.
    """

    template: Template
    masked: frozenset[str] = frozenset()
    trail: tuple[tuple[str, str, str], ...] = ()


class Resolver:
    """Follows references within and between the stacks of one assembly."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._templates = templates
        self._intrinsics: Mapping[str, Callable[[Any, _Place], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::GetStackOutput": self._stack_output,
            "Fn::ImportValue": self._import,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Condition": self._condition,
        }

    def properties(self, template: Template, logical_id: str) -> Any:
        """The resource's properties. Hashes of files that the CDK uploads are masked; those of images are not."""
        resource = template.section("Resources")[logical_id]
        masked = frozenset() if resource["Type"] == NESTED_STACK else template.file_assets
        return self._value(resource.get("Properties", {}), _Place(template, masked))

    def value(self, template: Template, value: Any) -> Any:
        """Any other value of that template."""
        return self._value(value, _Place(template))

    def _value(self, value: Any, place: _Place) -> Any:
        match value:
            case dict() if len(value) == 1 and (name := next(iter(value))) in self._intrinsics:
                return self._intrinsics[name](value[name], place)
            case dict():
                return {key: self._value(each, place) for key, each in value.items()}
            case list():
                return [self._value(each, place) for each in value]
            case str() if place.masked:
                return ASSET_HASH.sub(lambda found: "ASSET" if found[0] in place.masked else found[0], value)
            case _:
                return value

    def _ref(self, name: Any, place: _Place) -> Any:
        return self._pointer(str(name), "", place)

    def _get_att(self, argument: Any, place: _Place) -> Any:
        match argument:
            case [str(logical_id), str(attribute)]:
                return self._pointer(logical_id, attribute, place)
            case str():
                logical_id, _, attribute = argument.partition(".")
                return self._pointer(logical_id, attribute, place)
            case _:
                return {"Fn::GetAtt": self._value(argument, place)}

    def _pointer(self, name: str, attribute: str, place: _Place) -> Pointer | str:
        if name in place.template.section("Resources"):
            return Pointer(place.template.key, name, attribute)
        return f"${{{name}.{attribute}}}" if attribute else f"${{{name}}}"  # a parameter, or AWS::Region and its like

    def _sub(self, argument: Any, place: _Place) -> Any:
        match argument:
            case str():
                return text(self._substituted(argument, {}, place))
            case [str(template), dict(variables)]:
                return text(self._substituted(template, variables, place))
            case _:
                return {"Fn::Sub": self._value(argument, place)}

    def _substituted(self, template: str, variables: Mapping[str, Any], place: _Place) -> Iterator[Any]:
        for index, part in enumerate(PLACEHOLDER.split(template)):
            if index % 2 == 0:  # split gives what is between the placeholders, then what is in one
                yield self._value(part, place)
            elif part in variables:
                yield self._value(variables[part], place)
            else:
                yield self._get_att(part, place) if "." in part else self._ref(part, place)

    def _join(self, argument: Any, place: _Place) -> Any:
        match argument:
            case [str(delimiter), list(values)]:
                resolved = [self._value(each, place) for each in values]
                return text(_between(resolved, delimiter))
            case _:
                return {"Fn::Join": self._value(argument, place)}

    def _stack_output(self, argument: Any, place: _Place) -> Any:
        match argument:
            case {"StackName": str(stack), "OutputName": str(output)}:
                region = argument.get("Region", place.template.region)
                known = [each for each in self._templates if (each.name, each.region) == (stack, region)]
                known.sort(key=lambda each: each.account != place.template.account)
                return self._output(known[:1], output, {"Fn::GetStackOutput": argument}, place)
            case _:
                return {"Fn::GetStackOutput": self._value(argument, place)}

    def _import(self, argument: Any, place: _Place) -> Any:
        name = self._value(argument, place)
        for template in self._templates:
            if (template.account, template.region) == (place.template.account, place.template.region):
                for output, each in template.section("Outputs").items():
                    if self._value(each.get("Export", {}).get("Name"), _Place(template)) == name:
                        return self._output([template], output, {"Fn::ImportValue": name}, place)
        return {"Fn::ImportValue": name}

    def _output(self, templates: Sequence[Template], name: str, otherwise: Any, place: _Place) -> Any:
        for template in templates:
            output = template.section("Outputs").get(name)
            step = (template.key, "Outputs", name)
            if output is not None and step not in place.trail:
                return self._value(output.get("Value"), _Place(template, trail=(*place.trail, step)))
        return otherwise

    def _find_in_map(self, argument: Any, place: _Place) -> Any:
        """With the map itself: a changed entry changes the value."""
        name = argument[0] if isinstance(argument, list) and argument and isinstance(argument[0], str) else ""
        return {"Fn::FindInMap": self._value(argument, place), "Map": place.template.section("Mappings").get(name)}

    def _if(self, argument: Any, place: _Place) -> Any:
        match argument:
            case [str(name), *values]:
                return {"Fn::If": [self._condition(name, place), *(self._value(each, place) for each in values)]}
            case _:
                return {"Fn::If": self._value(argument, place)}

    def _condition(self, name: Any, place: _Place) -> Any:
        """What the condition asks: if that changes, so may every value that depends on it."""
        step = (place.template.key, "Conditions", str(name))
        condition = place.template.section("Conditions").get(name) if isinstance(name, str) else None
        if condition is None or step in place.trail:
            return {"Condition": self._value(name, place)}
        return self._value(condition, _Place(place.template, trail=(*place.trail, step)))


def _between(values: Sequence[Any], delimiter: str) -> Iterator[Any]:
    for index, value in enumerate(values):
        if index:
            yield delimiter
        yield value
