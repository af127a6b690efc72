"""Programs in the place of docker and gh, which talk to nobody and keep what they were asked."""

import sys
from pathlib import Path

INDEX = f"sha256:{'c' * 64}"
"""The digest of what several images become."""

# Registries as Docker's buildx shows them: what is tagged is remembered, with the digest that the source has, or that
# of a new index if there are several. With a reason in `refusal`, they refuse.
DOCKER = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
words = sys.argv[1:]
with (folder / "log").open("a") as log:
    print(json.dumps(words), file=log)
assert words[:2] == ["buildx", "imagetools"], words
if (folder / "refusal").exists():
    print("#1 pushing\\nERROR: " + (folder / "refusal").read_text(), file=sys.stderr)
    sys.exit(1)
tags = json.loads((folder / "tags").read_text())
if words[2] == "inspect":
    print(json.dumps({{"digest": tags[words[3]], "mediaType": "application/vnd.oci.image.index.v1+json"}}))
else:
    names = [words[index + 1] for index, word in enumerate(words) if word == "--tag"]
    sources = [word for word in words[3:] if "@" in word]
    digest = sources[0].partition("@")[2] if len(sources) == 1 else {index!r}
    tags.update(dict.fromkeys(names, digest))
    (folder / "tags").write_text(json.dumps(tags))
"""

GH = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
(folder / "gh-words").write_text(json.dumps(sys.argv[1:]))
if (folder / "refusal").exists():
    print("Loaded digest\\n\\nError: " + (folder / "refusal").read_text(), file=sys.stderr)
    sys.exit(1)
"""


def install(folder: Path, **programs: str) -> None:
    """Put programs into that folder, where they keep what they know, too."""
    (folder / "tags").write_text("{}")
    for name, program in programs.items():
        (folder / name).write_text(program.format(python=sys.executable, folder=str(folder), index=INDEX))
        (folder / name).chmod(0o755)
