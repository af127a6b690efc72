"""The pictures of the image have the stages, the steps, the tags and the caches that there are."""

import re
from itertools import pairwise

from tests.architecture.document import chart
from tests.architecture.workflows import JOBS, Job, scripts, steps_using
from tests.conftest import PROJECT
from tests.pipeline.test_image_tags import TAGS

INSTRUCTIONS = [
    line.partition(" ")[::2]
    for line in re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", (PROJECT / "service" / "Dockerfile").read_text()))
    .strip()
    .splitlines()
    if line
]
LAST = "image"
"""What the pictures call the stage without a name."""


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage."""
    found, stage = dict[str, list[tuple[str, str]]](), ""
    for instruction, argument in INSTRUCTIONS:
        if instruction == "FROM":
            stage = argument.partition(" AS ")[2] or LAST
            found[stage] = []
        found[stage].append((instruction, argument))
    return found


def test_the_stages_and_what_they_take_are_those_of_the_dockerfile() -> None:
    picture, expected = chart("Stages"), set()
    for stage, instructions in stages().items():
        for instruction, argument in instructions:
            if instruction == "FROM":
                expected.add((argument.partition(" AS ")[0], stage, ""))
            if instruction == "COPY":
                options = dict(re.findall(r"--([a-z]+)=(\S+)", argument))
                *sources, _ = [word for word in argument.split() if not word.startswith("--")]
                start = options.get("from", "<br>".join(sources))
                expected.add((start, stage, sources[0] if "from" in options else ""))
    assert {(picture.nodes[edge.start].text, picture.title(edge.end), edge.label) for edge in picture.edges} == expected


def test_below_the_image_stands_who_runs_where() -> None:
    (image,) = [node for node in chart("Stages").nodes.values() if node.title == LAST]
    last = stages()[LAST]
    told = [
        f"{word} {argument}"
        for name, word in (("USER", "user"), ("EXPOSE", "port"))
        for it, argument in last
        if it == name
    ]
    assert image.lines[1:] == told


def steps_of_the_image() -> list[tuple[str, str]]:
    """What the pipeline does to the image, in its order: job and step."""
    own = (
        r"uses: (docker/build-push-action|anchore/scan-action|actions/attest)@|slipway pipeline (publish|copy|verify) "
    )
    return [
        (name, step["name"])
        for (file, name), job in JOBS.items()
        if file == "pipeline.yml"
        for step in job["steps"]
        if re.search(own, f"uses: {step.get('uses', '')}\n{step.get('run', '')}")
    ]


def test_the_way_to_the_deployment_has_its_steps_in_their_order() -> None:
    picture = chart("From the build to the deployment")
    expected = steps_of_the_image()
    assert [(picture.groups[node.group], node.title) for node in picture.nodes.values()] == expected
    names = [name for _, name in expected]
    assert picture.titled() == set(pairwise(names))


def test_below_the_build_stands_what_it_leaves_in_the_index() -> None:
    (push, *_) = chart("From the build to the deployment").nodes.values()
    (step,) = steps_using("docker/build-push-action", JOBS["pipeline.yml", "build"])
    assert push.lines[1:] == [f"sbom: {str(step['with']['sbom']).lower()}", f"provenance: {step['with']['provenance']}"]
    assert "push-by-digest=true" in step["with"]["outputs"]


def test_a_push_gives_these_tags_and_only_that_of_the_commit_goes_to_ecr() -> None:
    pushed = {(f"push to {ref.rpartition('/')[2]}", tag) for (ref, _), tags in TAGS.items() for tag in tags}
    every = {tag for tags in TAGS.values() for tag in tags}
    of_commit = {tags[0] for tags in TAGS.values()}
    kept = {(tag, "GHCR") for tag in every} | {(tag, "ECR") for tag in of_commit}
    assert chart("Tags").titled() == pushed | kept
    copied = scripts(JOBS["pipeline.yml", "publish"])
    assert '--tag "$TAG"' in copied.partition("pipeline copy")[2]


def caches(job: Job) -> set[str]:
    """Those that a job reads."""
    kept = {step["with"]["path"] for step in steps_using("actions/cache", job)}
    built = steps_using("docker/build-push-action", job)
    kept |= {"layers of the image" for step in built if "type=gha" in step["with"].get("cache-from", "")}
    return kept | {
        step["with"]["cache"] for step in steps_using("actions/setup-python", job) if "cache" in step["with"]
    }


def test_the_caches_lead_to_the_jobs_that_read_them() -> None:
    picture = chart("Caches")
    shown = {(picture.title(edge.start), *reversed(picture.nodes[edge.end].lines)) for edge in picture.edges}
    assert shown == {(cache, file, name) for (file, name), job in JOBS.items() for cache in caches(job)}


def test_no_job_that_takes_on_a_role_or_gets_a_secret_reads_a_cache() -> None:
    careful = [job for job in JOBS.values() if "id-token" in job["permissions"] or "secrets." in str(job)]
    assert careful
    assert not [cache for job in careful for cache in caches(job)]
