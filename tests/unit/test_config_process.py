"""What process.toml says, what a signature binds to, and what routing.toml knows of buyers."""

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from config.process import Criteria, Process, Targets, content_of, digest_of
from config.team import Routing
from models.words import LeadStatus


def test_blanks_at_line_ends_change_no_agreement() -> None:
    one = Process(version="1", owner="max", qualified_lead="a need\nof theirs")
    other = Process(version="1", owner="max", qualified_lead="\na need  \nof theirs\n")

    assert digest_of(one) == digest_of(other)
    assert content_of(one) == {
        "version": "1",
        "owner": "max",
        "qualified_lead": "a need\nof theirs",
    }


@pytest.mark.parametrize(
    "said",
    [
        {"definitions": {"suspect": "x"}},
        {"stages": {LeadStatus.MQL: "x"}},
        {"criteria": {LeadStatus.MQL: Criteria(entry="x")}},
        {"targets": Targets(won=3)},
        {"owner": "mia"},
    ],
)
def test_whatever_the_file_says_is_what_is_signed(said: Mapping[str, object]) -> None:
    process = Process(version="1", owner="max", qualified_lead="a need")

    assert digest_of(process.model_copy(update=said)) != digest_of(process)


def test_a_line_in_the_file_signs_nothing() -> None:
    with pytest.raises(ValidationError, match="signs nothing"):
        Process.model_validate(
            {"version": "1", "owner": "max", "qualified_lead": "x", "signed_by": {"sales": "max"}}
        )


def test_a_place_is_in_one_region() -> None:
    regions = {"dach": ("DE", "Berlin"), "uk": ("Leeds", "Leeds")}
    assert Routing(fallback_team="sales", regions=regions).regions == regions
    with pytest.raises(ValidationError, match="'berlin' is in dach and in east"):
        Routing(fallback_team="sales", regions={**regions, "east": ("berlin",)})


@pytest.mark.parametrize("domain", ["Acme.com", "acme", "a b.com", "@acme.com", ".com"])
def test_a_company_is_named_for_a_domain(domain: str) -> None:
    assert Routing(fallback_team="sales", accounts={"acme.com": "Acme"}).accounts
    with pytest.raises(ValidationError, match="is no domain"):
        Routing(fallback_team="sales", accounts={domain: "Acme"})
