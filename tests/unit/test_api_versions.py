import pytest

from service.api.errors import BadHeaderError, StaleError, VersionMissingError
from service.api.versions import etag, seen


@pytest.mark.parametrize("header", ['"7"', '"6", "7"', "*", ' "7" ', 'W/"6", "7"'])
def test_a_lead_in_a_version_that_was_seen_may_be_changed(header: str) -> None:
    assert seen(header).of(7) == 7


@pytest.mark.parametrize(
    "header", ['"6"', 'W/"7"', '""', '"07"', '"seven"', '"7 "'.replace(" ", "-")]
)
def test_any_other_version_is_stale_and_says_which_it_is_now(header: str) -> None:
    with pytest.raises(StaleError) as stale:
        seen(header).of(7)

    assert stale.value.rev == 7


@pytest.mark.parametrize("header", ["7", '"7', "", ",", '"a b"', "W/7", '"7";"8"'])
def test_what_is_no_entity_tag_is_refused(header: str) -> None:
    with pytest.raises(BadHeaderError):
        seen(header)


def test_a_write_says_which_version_it_means() -> None:
    with pytest.raises(VersionMissingError):
        seen(None)


def test_the_tag_of_a_version_matches_it() -> None:
    assert seen(etag(12)).of(12) == 12
