from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import NO_PRIVATE_NETWORKS, AllowedNetworks, refuse_reason

LOOPBACK = AllowedNetworks.parse(["127.0.0.0/8"])


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "::", "::1"),  # noqa: S104 - U01
        *("169.254.169.254", "fd00:ec2::254"),  # U02
        *("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # U03
        "100.64.0.1",  # U04
        *("::ffff:127.0.0.1", "::ffff:100.64.0.1", "::127.0.0.1"),  # U07
        *("64:ff9b::7f00:1", "64:ff9b::169.254.169.254"),  # U08
        *("2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b:1::1"),  # U08
        *("192.88.99.1", "224.0.0.1", "ff02::1", "fec0::1", "3fff::1", "5f00::1"),  # U09
        *("198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "240.0.0.1"),
        *("255.255.255.255", "fe80::1", "fe80::1%eth0", "fc00::1", "100::1", "2001:db8::1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert refuse_reason(address, 80, NO_PRIVATE_NETWORKS)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_a_public_address_is_allowed_on_web_ports(address: str) -> None:
    assert refuse_reason(address, 443, NO_PRIVATE_NETWORKS) is None
    assert refuse_reason(address, 9_000, NO_PRIVATE_NETWORKS)


@pytest.mark.parametrize("port", [22, 25, 0, -1, 443_000, 6379, 5432])  # U19
def test_other_ports_are_refused(port: int) -> None:
    assert "port" in str(refuse_reason("1.1.1.1", port, NO_PRIVATE_NETWORKS))


def test_an_allowed_network_opens_its_addresses_and_the_ports_from_1024_up() -> None:
    assert refuse_reason("127.0.0.1", 45_000, LOOPBACK) is None
    assert refuse_reason("127.0.0.1", 80, LOOPBACK) is None
    assert refuse_reason("::ffff:127.0.0.1", 45_000, LOOPBACK) is None
    assert refuse_reason("127.0.0.1", 22, LOOPBACK)
    assert refuse_reason("10.0.0.1", 80, LOOPBACK)
    assert refuse_reason("1.1.1.1", 45_000, LOOPBACK)


def test_a_teredo_address_needs_both_ends_allowed() -> None:
    # the server is 127.0.0.1, the client behind it is 255.255.255.254
    assert refuse_reason("2001:0:7f00:1::1", 80, LOOPBACK)


def test_what_is_no_address_is_refused() -> None:
    assert refuse_reason("localhost", 80, LOOPBACK)


def test_a_network_with_host_bits_is_a_mistake_of_the_operator() -> None:
    with pytest.raises(ValueError, match="has host bits set"):
        AllowedNetworks.parse(["127.0.0.1/8"])
    assert AllowedNetworks.parse([" ", ""]) == NO_PRIVATE_NETWORKS


@given(st.integers(0, 2**32 - 1))
def test_wrapping_an_ipv4_address_never_makes_it_allowed(number: int) -> None:
    plain = refuse_reason(str(IPv4Address(number)), 80, NO_PRIVATE_NETWORKS)
    wrapped = [
        IPv6Address((0xFFFF << 32) | number),  # mapped
        IPv6Address((0x64FF9B << 96) | number),  # NAT64
        IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
    ]
    for address in wrapped:
        assert (refuse_reason(str(address), 80, NO_PRIVATE_NETWORKS) is None) == (plain is None)
