"""Which repository an address of git's names."""

import subprocess
from pathlib import Path

import pytest

from operations.init.remote import parsed, remote


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/shop",
        "https://github.com/acme/shop.git",
        "https://github.com/acme/shop/",
        "https://eve:token@github.com/acme/shop.git",
        "http://www.github.com/acme/shop",
        "git@github.com:acme/shop.git",
        "github.com:acme/shop",
        "git@github-work:acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "ssh://git@ssh.github.com:443/acme/shop.git",
        "git://github.com/acme/shop.git",
        "https://GitHub.com/acme/shop",
    ],
)
def test_every_way_to_write_it_is_understood(address: str) -> None:
    found = parsed(address)
    assert (found.full_name, found.on_github) == ("acme/shop", True)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("git@github.acme.example:acme/shop.git", "github.acme.example"),
        ("https://acme.ghe.com/acme/shop", "acme.ghe.com"),
        ("https://gitlab.com/acme/shop.git", "gitlab.com"),
        ("https://github.com.evil.example/acme/shop", "github.com.evil.example"),
        ("git@gitlab:acme/shop", "gitlab"),
    ],
)
def test_another_host_is_not_github(address: str, host: str) -> None:
    found = parsed(address)
    assert (found.host, found.full_name, found.on_github) == (host, "acme/shop", False)


@pytest.mark.parametrize(
    "address", ["/srv/shop.git", "../shop", "file:///srv/acme/shop.git/x", "https://github.com/acme"]
)
def test_what_names_no_repository_has_no_name(address: str) -> None:
    assert parsed(address).full_name == ""


def test_the_branch_that_the_remote_began_with_is_known(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)

    git("init", "--quiet")
    assert remote(tmp_path) is None
    git("remote", "add", "origin", "https://github.com/acme/shop")
    assert getattr(remote(tmp_path), "default_branch", None) == ""
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert getattr(remote(tmp_path), "default_branch", None) == "trunk"


def test_without_git_there_is_no_remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert remote(tmp_path) is None
