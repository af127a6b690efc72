"""A run as text and as the page; the page in docs/ is what its data say."""

import json

import pytest

from benchmark import rendering
from benchmark.__main__ import DATA, PAGE, SECTIONS
from benchmark.figures import Figure, Measured, Report

SIZE = Figure("above the base image", "MB", at_most=40)
REPORT = Report(
    "2026-11-24",
    {"cores": "2", "memory": "7.7 GiB"},
    busy=False,
    sections=(
        Measured(
            "Image",
            "How large it is.",
            (
                SIZE.measured(36.8),
                Figure("cold build", "s").measured(55.0),
                Figure("ready", "s", at_most=1.5).measured(1.9),
                Figure("build | again", "x", at_most=0.15).not_measured("a | b"),
            ),
            61.2,
        ),
    ),
)


def test_a_row_tells_value_target_and_whether_it_is_met() -> None:
    page = rendering.markdown(REPORT)
    assert "| above the base image | 36.8 MB | at most 40.0 MB | met |" in page
    assert "| cold build | 55.0 s |  |  |" in page
    assert "| ready | 1.90 s | at most 1.50 s | MISSED |" in page


def test_what_was_not_measured_says_why_and_breaks_no_table() -> None:
    assert r"| build \| again | not measured: a \| b | at most 0.15x |  |" in rendering.markdown(REPORT)


def test_the_page_says_how_many_targets_are_met_and_on_what_machine() -> None:
    page = rendering.markdown(REPORT)
    assert "1 of 3 targets are met, 1 not measured." in page
    assert "| memory | 7.7 GiB |" in page


def test_text_fits_80_columns() -> None:
    assert max(map(len, rendering.lines(REPORT))) <= 80


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [(4155.2, "", "4,155"), (0.1304, "x", "0.13x"), (36.83, "MB", "36.8 MB"), (665.0, "MiB", "665 MiB")],
)
def test_numbers_have_the_digits_that_matter(amount: float, unit: str, text: str) -> None:
    assert rendering.quantity(amount, unit) == text


def test_a_report_survives_its_json() -> None:
    assert Report.of(json.loads(json.dumps(REPORT.as_json()))) == REPORT


def test_the_page_is_what_the_last_run_says() -> None:
    report = Report.of(json.loads(DATA.read_text(encoding="utf-8")))
    assert PAGE.read_text(encoding="utf-8") == rendering.markdown(report)


def test_the_page_has_every_section_and_every_target() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for section in SECTIONS.values():
        assert f"## {section.title}\n" in page
    told = Report.of(json.loads(DATA.read_text(encoding="utf-8")))
    names = {figure.name for section in told.sections for figure in section.figures}
    assert {figure.name for section in SECTIONS.values() for figure in section.figures} <= names
