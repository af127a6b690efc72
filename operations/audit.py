"""Known vulnerabilities of the packages that the lock files name, as pip-audit and npm found them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configuration import ConfigurationError

NPM = "npm"
"""The report of `npm audit --json` has this name; all others are of `pip-audit --format json`."""


SKIPPED = 5
"""Packages that are named of those that could not be looked up."""


class _NotLookedAtError(Exception):
    """Its tool says that a lock file could not be looked at."""


@dataclass(frozen=True)
class Vulnerability:
    """Of one version of one package.

    Attributes:
        source: the lock file, as the report of it is called.
        ids: under which it is known, the one of the tool's own database first.
        fixed_in: versions without it; empty if there is none, or if the tool does not say.
        severity: as npm has it; pip-audit says none.
    """

    source: str
    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...] = ()
    severity: str = ""

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "source": self.source,
            "package": self.package,
            "version": self.version,
            "ids": list(self.ids),
            "fixed_in": list(self.fixed_in),
            "severity": self.severity,
        }


@dataclass(frozen=True)
class Audit:
    """What `make audit` wrote.

    Attributes:
        sources: what was looked at.
        problems: why one of them could not be, by its name.
    """

    sources: tuple[str, ...]
    vulnerabilities: tuple[Vulnerability, ...]
    problems: Mapping[str, str]

    @property
    def clean(self) -> bool:
        """Whether all was looked at, and nothing found."""
        return not self.vulnerabilities and not self.problems

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "sources": list(self.sources),
            "vulnerabilities": [each.as_json() for each in self.vulnerabilities],
            "problems": dict(self.problems),
        }


def locks_of(project: Path) -> tuple[str, ...]:
    """What `make audit` calls the reports of the lock files of that work tree.

    Raises:
        ConfigurationError: it has none.
    """
    own = [path.stem for path in (project / "requirements").glob("*.txt")]
    service = [f"service-{path.stem}" for path in (project / "service" / "requirements").glob("*.txt")]
    if not own + service:
        raise ConfigurationError(f"{project}: has no requirements/*.txt; must be the work tree")
    return tuple(sorted([*own, *service, NPM]))


def read_audit(folder: Path, expected: Sequence[str] = ()) -> Audit:
    """Read the reports in that folder, a file for each lock file.

    A report that is empty, cut off or missing, because its tool failed, is a problem of the audit and no error.

    Args:
        expected: the names of reports that there must be.

    Raises:
        ConfigurationError: there are none.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ConfigurationError(f"{folder}: has no reports; must be a folder that make audit wrote")
    found: list[Vulnerability] = []
    missing = sorted({*expected} - {path.stem for path in paths})
    problems = dict.fromkeys(missing, "its tool wrote no report at all")
    for path in paths:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            found += _of_npm(document) if path.stem == NPM else _of_pip(path.stem, document)
        except _NotLookedAtError as error:
            problems[path.stem] = str(error)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            problems[path.stem] = f"its tool wrote no report: {error!r}"
    return Audit(tuple(path.stem for path in paths), tuple(found), problems)


def _of_pip(source: str, report: Mapping[str, Any]) -> Sequence[Vulnerability]:
    skipped = [each["name"] for each in report["dependencies"] if "skip_reason" in each]
    if skipped:
        more = f" and {len(skipped) - SKIPPED} more" if len(skipped) > SKIPPED else ""
        raise _NotLookedAtError(f"the database does not know {', '.join(skipped[:SKIPPED])}{more}")
    return [
        Vulnerability(
            source=source,
            package=package["name"],
            version=package["version"],
            ids=(each["id"], *each.get("aliases", [])),
            fixed_in=tuple(each.get("fix_versions", [])),
        )
        for package in report["dependencies"]
        for each in package["vulns"]
    ]


def _of_npm(report: Mapping[str, Any]) -> list[Vulnerability]:
    if "error" in report:
        raise _NotLookedAtError(report["error"].get("summary") or report.get("message") or "npm does not say why")
    return [each for package in report["vulnerabilities"].values() for each in _of_package(package)]


def _of_package(package: Mapping[str, Any]) -> Iterator[Vulnerability]:
    """A package that is only listed for what it needs names that in place of an advisory."""
    for advisory in package["via"]:
        if isinstance(advisory, dict):
            yield Vulnerability(
                source=NPM,
                package=package["name"],
                version=package["range"],
                ids=(advisory["url"].rpartition("/")[2],),
                severity=advisory["severity"],
            )
