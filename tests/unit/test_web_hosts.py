import pytest

from service.serving.hosts import OwnHosts, host_of

OURS = OwnHosts.of("https://harken.example", "0.0.0.0")  # noqa: S104 - a name to compare


@pytest.mark.parametrize(
    "header",
    [
        "harken.example",
        "HARKEN.example.",
        "harken.example:8443",
        "localhost",
        "localhost:8484",
        "127.0.0.1:8484",
        "127.8.9.10",
        "[::1]:8484",
        "[::ffff:127.0.0.1]",
        "192.168.1.5:8484",
    ],
)
def test_our_own_names_are_those_that_nobody_else_can_give_us(header: str) -> None:
    host = host_of([header])

    assert host is not None
    assert OURS.include(host, server="192.168.1.5")


@pytest.mark.parametrize(
    "header",
    [
        "evil.example",
        "harken.example.evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.168.1.6",
        "[::2]",
    ],
)
def test_anybody_can_point_another_name_at_us(header: str) -> None:
    host = host_of([header])

    assert host is not None
    assert not OURS.include(host, server="192.168.1.5")


def test_a_name_is_no_address_that_we_are_bound_to() -> None:
    assert not OURS.include("evil.example", server="evil.example")
    assert not OURS.include("evil.example", server="/run/harken.sock")
    assert not OURS.include("evil.example", server=None)


def test_both_kinds_of_internet_are_one_machine() -> None:
    assert OURS.include("192.168.1.5", server="::ffff:192.168.1.5")


def test_a_host_in_other_letters_is_meant_as_browsers_send_it() -> None:
    assert OwnHosts.of("https://b\u00fccher.example", "127.0.0.1").include(
        "xn--bcher-kva.example", server=None
    )


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["a", "a"],
        [""],
        [":80"],
        ["a b"],
        ["a@b"],
        ["a/b"],
        ["a:b"],
        ["[::1"],
        ["::1"],
        ["a\0"],
    ],
)
def test_what_names_no_host_or_two_is_none(headers: list[str]) -> None:
    assert host_of(headers) is None
