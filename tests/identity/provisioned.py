"""What a row of the table of resource types says."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Provisioning:
    """Resources of one type as this app has them.

    Attributes:
        new: the ARNs of what is created, as the template or CloudFormation names it.
        existing: the ARNs of what it is created in, for or with.
        passed: the role that is handed over with it, and the service that takes it.
        linked: the services whose service-linked role comes with the first of its kind.
        further: actions that AWS demands beyond those of the schema.
        unused: those of the schema that no property of the app leads to, by reason.
    """

    new: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()
    passed: tuple[str, str] | None = None
    linked: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
