"""Five plain package names have a price; these are the cures (docs/adr/0001)."""

from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

OURS = ("crawlers", "nlp", "service", "models", "config")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_owns_our_import_name(name: str) -> None:
    owners = set(packages_distributions().get(name, []))

    assert owners <= {"harken"}


@pytest.mark.parametrize("name", OURS)
def test_each_package_says_that_it_is_typed(name: str, root: Path) -> None:
    assert (root / name / "py.typed").is_file()


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="harken")

    assert command.value == "service.cli:main"
    assert callable(command.load())


def test_the_wheel_holds_every_file_of_the_packages(
    root: Path, our_files: tuple[Path, ...]
) -> None:
    # Hatch leaves out what .gitignore names: one loose pattern there loses templates or models.
    builder = WheelBuilder(str(root))
    packed = {Path(file.path) for file in builder.recurse_included_files()}
    written = {path for path in our_files if path.relative_to(root).parts[0] in OURS}

    assert written - packed == set()
    assert {path.relative_to(root).parts[0] for path in packed} == set(OURS)


def test_the_constraints_pin_releases_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]

    assert [pin for pin in pins if pin.count("==") != 1 or " " in pin or "/" in pin] == []
    assert not {"torch", "torchvision"} & {pin.partition("==")[0] for pin in pins}
