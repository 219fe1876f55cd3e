"""What is said of a name that isn't there."""

from service.unknown import unknown


def test_the_nearest_name_is_offered() -> None:
    assert str(unknown("topic", "crn", ["help-desk", "crm"])) == (
        "there is no topic 'crn'; did you mean 'crm'?"
    )


def test_without_a_near_one_all_are_named() -> None:
    assert str(unknown("user", "zzz", ["tom", "ines"])) == (
        "there is no user 'zzz'; there are: ines, tom"
    )


def test_many_are_counted() -> None:
    said = str(unknown("source", "zzz", [f"feed-{number:02}" for number in range(12)]))
    assert said.endswith("feed-09 and 2 more")


def test_nothing_to_name_is_said_too() -> None:
    assert str(unknown("source", "zzz", [])) == "there is no source 'zzz'; there is none yet"
