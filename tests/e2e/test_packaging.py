"""The wheel, installed alone: light, with its themes, and with a command that answers."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST_THEMES = (
    "import json; from tui.themes import load_themes, theme_folder;"
    "found = load_themes([theme_folder()]); print(json.dumps([sorted(found.themes), list(found.problems)]))"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and its own dependencies, nothing else; its folder of commands."""
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", wheel], check=True, capture_output=True, timeout=300)
    return folder / "bin"


def run(*command: str | Path, cwd: Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=cwd).stdout


def test_the_command_answers(alone: Path, tmp_path: Path) -> None:
    said = run(alone / "forkpoint", "--help", cwd=tmp_path)
    assert "time-travel debugger" in said
    assert run(alone / "python", "-m", "tui", "--help", cwd=tmp_path) == said


def test_the_core_install_is_light(alone: Path, tmp_path: Path) -> None:
    installed = json.loads(run(alone / "pip", "list", "--format", "json", cwd=tmp_path))
    names = {package["name"].lower() for package in installed}
    assert "textual" in names
    assert not {name for name in names if name.startswith(("langgraph", "langchain", "langsmith"))}


def test_the_demo_without_its_extra_says_what_to_install(alone: Path, tmp_path: Path) -> None:
    command = [str(alone / "forkpoint"), "demo"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 4
    assert "pip install 'forkpoint[demo]'" in done.stderr


def test_the_themes_are_the_same_in_the_wheel_and_here(alone: Path, tmp_path: Path) -> None:
    in_wheel = json.loads(run(alone / "python", "-c", LIST_THEMES, cwd=tmp_path))
    here = json.loads(run(sys.executable, "-c", LIST_THEMES, cwd=ROOT))
    assert in_wheel == here
    assert [sorted(path.stem for path in (ROOT / "themes").glob("*.toml")), []] == here


def test_the_wheel_holds_the_type_marker_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "tui/py.typed" in names
    assert not [name for name in names if name.startswith("tests")]
