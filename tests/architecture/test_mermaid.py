"""Every picture of the documents can be read, and the reader refuses what Mermaid would not draw."""

from pathlib import Path

import pytest

from tests.architecture.document import pictures
from tests.architecture.mermaid import MermaidError, check, flowchart, pie, sequence
from tests.conftest import PROJECT

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_every_picture_of_a_document_can_be_read(document: Path) -> None:
    for source in pictures(document.read_text(encoding="utf-8")):
        check(source)


def test_a_fence_that_is_never_closed_is_no_picture_that_was_checked() -> None:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert len(pictures(text)) == text.count("```mermaid"), document


def test_nodes_have_texts_shapes_and_groups() -> None:
    chart = flowchart('flowchart LR\nsubgraph one["First"]\na["A<br>more"] --> b([B])\nend\nb --> c[("C")]')
    assert [(each.id, each.lines, each.shape, each.group) for each in chart.nodes.values()] == [
        ("a", ["A", "more"], "[", "one"),
        ("b", ["B"], "([", "one"),
        ("c", ["C"], "[(", ""),
    ]
    assert chart.groups == {"one": "First"}


def test_links_lead_from_each_to_each_and_on() -> None:
    chart = flowchart('flowchart TD\na & b -- "says" --> c -.-> d\nc -. "whispers" .-> a')
    assert [(each.start, each.end, each.label, each.dotted) for each in chart.edges] == [
        ("a", "c", "says", False),
        ("b", "c", "says", False),
        ("c", "d", "", True),
        ("c", "a", "whispers", True),
    ]


def test_a_link_may_begin_at_a_group() -> None:
    chart = flowchart('flowchart LR\ngroup --> b["B"]\nsubgraph group["All"]\na\nend')
    assert chart.titled() == {("All", "B")}
    assert set(chart.nodes) == {"a", "b"}


def test_a_message_knows_the_branches_around_it() -> None:
    diagram = sequence(
        "sequenceDiagram\nactor a as A\nparticipant b as B\nalt well\na->>b: yes\nelse not\nb-->>a: no\nend\na->>a: on"
    )
    assert [(each.text, each.within) for each in diagram.messages] == [
        ("yes", ("alt well",)),
        ("no", ("else not",)),
        ("on", ()),
    ]


def test_a_pie_has_slices() -> None:
    assert pie('pie showData title Money\n"a" : 1.5\n"b" : 2') == {"a": 1.5, "b": 2.0}


@pytest.mark.parametrize(
    "source",
    [
        "graph LR\na --> b",
        "flowchart LR\na --> [",
        "flowchart LR\na -> b",
        "flowchart LR\na --> b c",
        'flowchart LR\na["x" --> b',
        "flowchart LR\na[x(y)] --> b",
        'flowchart LR\na["x"] --> b\na["y"] --> b',
        "flowchart LR\na --> end",
        'flowchart LR\nsubgraph one["x"]\na --> b',
        "flowchart LR\na --> b\nend",
        'flowchart LR\nsubgraph a["x"]\nb\nend\na["y"] --> b',
        "sequenceDiagram\na->>b: neither was declared",
        "sequenceDiagram\nactor a as A\na->>a: one; two",
        "sequenceDiagram\nactor a as A\nalt it\na->>a: never ends",
        "sequenceDiagram\nactor a as A\nopt it\na->>a: x\nelse not\na->>a: y\nend",
        'pie\n"a" : many',
        "pie",
        "gantt\ntitle none",
    ],
)
def test_what_is_no_picture_is_refused(source: str) -> None:
    with pytest.raises(MermaidError):
        check(source)
