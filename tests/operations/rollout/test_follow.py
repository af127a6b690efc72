"""Following a release through what is seen of it: whatever else is listed, one that was given up never succeeds."""

import datetime as dt
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from operations.deployment.record import Rollout, State
from operations.gateways.cloudformation import Stack
from operations.gateways.ecs import Service
from operations.rollout.follow import Follower
from operations.rollout.interruption import Interruption
from operations.rollout.judge import RESTORED, SETTLED, Judgement, Verdict
from operations.rollout.look import Look, Subject
from tests.operations.rollouts import BEGUN, revision, rollout

OWN, OLD = 7, 6
TAG = revision(OWN).tag
OLDER = rollout(State.SUCCESSFUL, number=OLD, minute=-60)
SERVICE = Service("web", "ACTIVE", 2, 2, 0, OLDER.target.task_definition, ())
BEFORE = Stack("stack", "UPDATE_ROLLBACK_COMPLETE", "", {}, {}, BEGUN - dt.timedelta(hours=1))
BRINGING = [State.PENDING, State.IN_PROGRESS]
FAILING = [state for state in State if state.failing]
STACKS = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", *sorted(SETTLED), *sorted(RESTORED)]


@dataclass
class Script(Interruption):
    """Shows one look after the other, and ends the wait when there is no other; nobody waits in between."""

    looks: list[Look]
    environment: str = "dev"
    shown: int = 0
    rollouts: list[Rollout | None] = field(default_factory=list)

    @property
    def asked(self) -> bool:
        return self.shown == len(self.looks)

    def look(self) -> Look:
        self.shown += 1
        return self.looks[self.shown - 1]

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - nobody waits
        return self.asked

    def show(self, look: Look, rollout: Rollout | None, elapsed: float) -> None:  # noqa: ARG002 - of a reporter
        self.rollouts.append(rollout)

    def note(self, text: str) -> None:
        pass


def followed(looks: list[Look]) -> tuple[Judgement | None, Script]:
    script = Script(looks)
    subject = Subject(tag=TAG, known=frozenset({OLDER.id}), with_stack=True, before=BEFORE)
    follower = Follower(script, subject, script, script, timeout=3600)  # type: ignore[arg-type]  # a watcher as well
    return follower.follow(), script


def looks(own: st.SearchStrategy[list[Rollout]], *, outdated: bool = True) -> st.SearchStrategy[Look]:
    """Looks at a service: the release, what ran before, and whatever else may be listed beside them.

    Args:
        outdated: whether the stack may be told of as it was before: then nobody knows which rollout is the own one.
    """
    states = st.sampled_from(State)
    unlisted = st.builds(rollout, states, number=st.just(OWN), minute=st.just(-30), id=st.just("an earlier one"))
    restoring = st.builds(rollout, states, number=st.just(OLD), minute=st.just(9), id=st.just("put back"))
    forced = st.builds(rollout, states, number=st.just(OWN), minute=st.just(20), id=st.just("once more"))
    newer = st.builds(rollout, states, number=st.just(9), minute=st.just(30))
    others = st.lists(st.one_of(unlisted, restoring, forced, newer), max_size=3, unique_by=lambda each: each.id)

    def look(own: list[Rollout], others: list[Rollout], told: tuple[str, dt.datetime | None]) -> Look:
        seen = [each for each in others if own or each.id != "once more"]  # of what is not there nothing comes later
        listed = sorted([*own, *seen, OLDER], key=lambda each: each.created_at, reverse=True)
        return Look(tuple(listed), told[0], SERVICE, (), (), told[1])

    stacks: st.SearchStrategy[tuple[str, dt.datetime | None]] = st.tuples(st.sampled_from(STACKS), st.just(BEGUN))
    if outdated:
        stacks = st.one_of(st.just((BEFORE.status, BEFORE.updated_at)), stacks)
    return st.builds(look, own, others, stacks)


def own(states: list[State]) -> st.SearchStrategy[list[Rollout]]:
    return st.builds(lambda state: [rollout(state, number=OWN, minute=1)], st.sampled_from(states))


ANY: st.SearchStrategy[list[Rollout]] = st.one_of(st.just([]), own(list(State)))


@given(
    st.lists(looks(st.one_of(st.just([]), own(BRINGING))), max_size=8),
    looks(own(FAILING), outdated=False),
    st.lists(looks(ANY)),
)
def test_a_release_that_was_given_up_never_succeeds_whatever_else_is_listed(
    before: list[Look], given_up: Look, after: list[Look]
) -> None:
    judgement, _ = followed([*before, given_up, *after])
    assert judgement is None or judgement.verdict is not Verdict.SUCCEEDED


@given(st.lists(looks(ANY)))
def test_a_release_succeeds_only_by_its_own_rollout_and_its_own_update(seen: list[Look]) -> None:
    judgement, script = followed(seen)
    if judgement is None or judgement.verdict is not Verdict.SUCCEEDED:
        return
    last, shown = seen[script.shown - 1], script.rollouts[-1]
    assert last.updated_at == BEGUN
    assert last.stack in SETTLED
    assert shown
    assert (shown.target.tag, shown.state, shown.id != "an earlier one") == (TAG, State.SUCCESSFUL, True)


@given(st.lists(looks(ANY)))
def test_what_was_rolled_out_again_is_never_called_a_success(seen: list[Look]) -> None:
    """What ran before serves again, however well the release had gone."""
    judgement, script = followed(seen)
    if judgement is None or judgement.verdict is not Verdict.SUCCEEDED:
        return
    shown = script.rollouts[-1]
    later = [each for each in seen[script.shown - 1].rollouts if shown and each.created_at > shown.created_at]
    assert "put back" not in [each.id for each in later]
