"""What is left when everything is taken down; in a file of its own, because the next one needs it up again."""

from sandbox.engine import Engine
from tests.end_to_end.conftest import Sandbox


def test_destroy_leaves_no_stack_and_no_container(sandbox: Sandbox, engine: Engine) -> None:
    destroyed = sandbox.cdk("destroy", "--all", "--force")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert sandbox.stacks() == []
    assert engine.containers(sandbox.port) == []
