"""The part of Mermaid that the documents use: flowcharts, sequence diagrams and pies. Anything else is an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


class MermaidError(ValueError):
    """A line that this part of Mermaid does not have."""


SHAPES = {"([": "])", "[(": ")]", "{{": "}}", "[": "]", "(": ")"}
"""What stands around a text, the longer ones first."""

ID = re.compile(r"[A-Za-z_]\w*")
TEXT = re.compile(r'"([^"]*)"|([^"\[\](){}|<>]+)')
LINK = re.compile(
    r"""\s*(?:
        --\ (?P<said>"[^"]+"|[\w ]+?)\ --> | -->
      | (?P<dots>-\.\ (?P<whispered>"[^"]+"|[\w ]+?)\ \.-> | -\.->)
    )\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Node:
    """A thing in a picture.

    Attributes:
        text: with `<br>` between its lines; the id where the picture gives no text.
        shape: what opens its text, such as `[`; empty where there is none.
        group: the innermost subgraph around it; empty if there is none.
    """

    id: str
    text: str
    shape: str = ""
    group: str = ""

    @property
    def lines(self) -> list[str]:
        return self.text.split("<br>")

    @property
    def title(self) -> str:
        return self.lines[0]


@dataclass(frozen=True)
class Edge:
    start: str
    end: str
    label: str = ""
    dotted: bool = False


@dataclass
class Flowchart:
    """Nodes and groups by their ids, the groups with their titles."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)

    def of_group(self, group: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.group == group]

    def titled(self) -> set[tuple[str, str]]:
        """The edges, each end by the first line of its text."""
        return {(self.title(edge.start), self.title(edge.end)) for edge in self.edges}

    def title(self, id: str) -> str:
        """Of a group, or the first line of a node."""
        return self.groups[id] if id in self.groups else self.nodes[id].title


@dataclass(frozen=True)
class Message:
    """An arrow of a sequence diagram; `within` are the branches around it, such as `alt it fails`."""

    sender: str
    receiver: str
    text: str
    within: tuple[str, ...] = ()


@dataclass
class Sequence:
    participants: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def flowchart(source: str) -> Flowchart:
    """Read a flowchart.

    Raises:
        MermaidError: it is none, or something in it is not understood.
    """
    first, *lines = _lines(source)
    if not re.fullmatch(r"flowchart (LR|TD)", first):
        raise MermaidError(f"no flowchart: {first}")
    chart, groups = Flowchart(), list[str]()
    for line in lines:
        _read(line, chart, groups)
    if groups:
        raise MermaidError(f"subgraph {groups[-1]} has no end")
    for both in chart.groups.keys() & chart.nodes.keys():  # an edge may begin or end at a group
        if chart.nodes[both].shape:
            raise MermaidError(f"{both} is a subgraph and a node")
        del chart.nodes[both]
    return chart


def _read(line: str, chart: Flowchart, groups: list[str]) -> None:
    """Read a line into the chart, and keep the groups around the next one."""
    if opened := re.fullmatch(r'subgraph (\w+)\["([^"]+)"\]', line):
        chart.groups[opened[1]] = opened[2]
        groups.append(opened[1])
    elif line == "end":
        if not groups:
            raise MermaidError("end of no subgraph")
        groups.pop()
    elif not re.fullmatch(r"direction (LR|TD)", line):
        _Statement(line, chart, groups[-1] if groups else "").read()


class _Statement:
    """A line of nodes and the links between them."""

    def __init__(self, line: str, chart: Flowchart, group: str) -> None:
        self._line, self._at, self._chart, self._group = line, 0, chart, group

    def read(self) -> None:
        before = self._nodes()
        while self._at < len(self._line):
            link = LINK.match(self._line, self._at)
            if not link:
                raise self._error()
            self._at = link.end()
            after = self._nodes()
            label = (link["said"] or link["whispered"] or "").strip('"')
            self._chart.edges += [Edge(a, b, label, bool(link["dots"])) for a in before for b in after]
            before = after

    def _nodes(self) -> list[str]:
        found = [self._node()]
        while self._line.startswith(" & ", self._at):
            self._at += len(" & ")
            found.append(self._node())
        return found

    def _node(self) -> str:
        named = ID.match(self._line, self._at)
        if not named or named[0] == "end":
            raise self._error()
        self._at = named.end()
        shape = next((each for each in SHAPES if self._line.startswith(each, self._at)), "")
        node = Node(named[0], self._text(shape) if shape else named[0], shape, self._group)
        known = self._chart.nodes.get(node.id)
        if known is None or (node.shape and not known.shape):
            self._chart.nodes[node.id] = node
        elif node.shape:
            raise MermaidError(f"{node.id} has two texts")
        return node.id

    def _text(self, shape: str) -> str:
        text = TEXT.match(self._line, self._at + len(shape))
        if not text or not self._line.startswith(SHAPES[shape], text.end()):
            raise self._error()
        self._at = text.end() + len(SHAPES[shape])
        return text[1] or text[2] or ""

    def _error(self) -> MermaidError:
        return MermaidError(f"not understood from column {self._at + 1}: {self._line}")


def sequence(source: str) -> Sequence:
    """Read a sequence diagram.

    Raises:
        MermaidError: it is none, or something in it is not understood.
    """
    first, *lines = _lines(source)
    if first != "sequenceDiagram":
        raise MermaidError(f"no sequence diagram: {first}")
    diagram, branches = Sequence(), list[str]()
    for line in lines:
        if re.search("[;#]", line):
            raise MermaidError(f"a semicolon ends a line, and # begins an entity: {line}")
        if declared := re.fullmatch(r"(?:participant|actor) (\w+) as (.+)", line):
            diagram.participants[declared[1]] = declared[2]
        elif not _branched(line, branches):
            _said(line, diagram, tuple(branches))
    if branches:
        raise MermaidError(f"{branches[-1]} has no end")
    return diagram


def _branched(line: str, branches: list[str]) -> bool:
    """Whether the line begins, changes or ends a branch; if so, keep the branches around the next one."""
    if re.fullmatch(r"(?:alt|opt|loop) .+", line):
        branches.append(line)
    elif re.fullmatch(r"else .+", line) and branches and branches[-1].startswith(("alt", "else")):
        branches[-1] = line
    elif line == "end" and branches:
        branches.pop()
    else:
        return False
    return True


def _said(line: str, diagram: Sequence, within: tuple[str, ...]) -> None:
    message = re.fullmatch(r"(\w+)--?>>(\w+): (.+)", line)
    note = re.fullmatch(r"Note over (\w+)(?:,(\w+))?: (.+)", line)
    found = message or note
    if not found or {found[1], found[2] or found[1]} - diagram.participants.keys():
        raise MermaidError(f"not understood, or between others than the participants: {line}")
    if message:
        diagram.messages.append(Message(message[1], message[2], message[3], within))
    else:
        diagram.notes.append(found[3])


def pie(source: str) -> dict[str, float]:
    """The slices of a pie, by their names.

    Raises:
        MermaidError: it is none, or something in it is not understood.
    """
    first, *lines = _lines(source)
    if not re.fullmatch(r"pie( showData)?( title .+)?", first):
        raise MermaidError(f"no pie: {first}")
    slices = [re.fullmatch(r'"([^"]+)" : (\d+(?:\.\d\d?)?)', line) for line in lines]
    if not lines or None in slices:
        raise MermaidError(f"a line is no slice: {lines}")
    return {each[1]: float(each[2]) for each in slices if each}


def check(source: str) -> None:
    """See that it can be read, whatever it is.

    Raises:
        MermaidError: it cannot.
    """
    kind = next(_lines(source)).partition(" ")[0]
    readers = {"flowchart": flowchart, "sequenceDiagram": sequence, "pie": pie}
    if kind not in readers:
        raise MermaidError(f"nobody here draws {kind}")
    readers[kind](source)


def _lines(source: str) -> Iterator[str]:
    return (line.strip() for line in source.splitlines() if line.strip())
