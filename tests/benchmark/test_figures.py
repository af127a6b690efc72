"""Values, targets, and what is told of what cannot be measured."""

from collections.abc import Iterator
from pathlib import Path

from benchmark.figures import Bench, Figure, NotMeasuredError, Section, complete

SIZE = Figure("size", "MB", at_most=40)
READY = Figure("ready", "s", at_most=1.5)
BENCH = Bench(Path(), Path())


def test_a_target_is_met_up_to_its_own_value() -> None:
    assert SIZE.measured(40).met is True
    assert SIZE.measured(40.01).met is False


def test_without_a_target_or_a_value_nothing_is_met_or_missed() -> None:
    assert Figure("layers", "").measured(3).met is None
    assert SIZE.not_measured("no container engine answers").met is None


def test_a_value_has_the_digits_that_are_not_noise() -> None:
    assert SIZE.measured(36.833649).value == 36.83


def test_what_cannot_be_measured_says_why_and_keeps_its_target() -> None:
    def measure(_: Bench) -> Iterator[Figure]:
        raise NotMeasuredError("no container engine answers")

    found = complete(Section("image", "Image", "", (SIZE, READY), measure), BENCH)
    assert [(each.name, each.reason, each.at_most) for each in found] == [
        ("size", "no container engine answers", 40),
        ("ready", "no container engine answers", 1.5),
    ]


def test_what_was_measured_before_something_failed_stays() -> None:
    def measure(_: Bench) -> Iterator[Figure]:
        yield SIZE.measured(36)
        raise NotMeasuredError("docker ended with 125")

    size, ready = complete(Section("image", "Image", "", (SIZE, READY), measure), BENCH)
    assert size.value == 36
    assert (ready.value, ready.reason) == (None, "docker ended with 125")


def test_figures_that_only_this_machine_has_follow_the_others() -> None:
    further = Figure("layers", "").measured(3)
    found = complete(Section("image", "Image", "", (SIZE,), lambda _: [further, SIZE.measured(36)]), BENCH)
    assert [each.name for each in found] == ["size", "layers"]
