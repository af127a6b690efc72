"""Sessions of botocore, of which the parts that take long to make are made once for all tests of a process."""

from copy import copy
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader

Session = boto3.Session

HANDLERS = HierarchicalEmitter()
"""What botocore itself does at the events of a session: hundreds of handlers. Each session has a copy, to add to."""
botocore.session.Session(event_hooks=HANDLERS)  # which registers them there


class Models(Loader):
    """Reads the models of AWS's services; boto3 has each session add its folder to the search path once more."""

    @property
    def search_paths(self) -> list[str]:
        """A copy, which may be added to in vain."""
        return [*super().search_paths]


MODELS = Models(extra_search_paths=[str(Path(boto3.__file__).parent / "data")])
"""Read once: that takes longer than the tests themselves."""


def core_session() -> botocore.session.Session:
    """A session as botocore makes it, which knows nothing of others: what is registered with it is its own."""
    session = botocore.session.Session(event_hooks=copy(HANDLERS), include_builtin_handlers=False)
    session.register_component("data_loader", MODELS)
    return session


def quick_session(**options: Any) -> boto3.Session:
    """In the place of `boto3.Session`."""
    return Session(botocore_session=core_session(), **options)
