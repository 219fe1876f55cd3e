import pytest

from crawlers import errors
from crawlers.errors import SourceError

EXAMPLES: list[SourceError] = [
    errors.SourceError(),
    errors.BadUrl("it holds a user name"),
    errors.PlatformRefused("LinkedIn", because="its terms forbid it"),
    errors.AddressRefused("a.example", address="10.0.0.1", because="it is a private network"),
    errors.RobotsDisallowed("a.example", because="its robots.txt disallows it"),
    errors.MissingSecret("token"),
    errors.Unreachable("a.example", problem="no such name is known"),
    errors.TimedOut("a.example", seconds=8, waited_for="nothing was sent"),
    errors.HostResting("a.example", retry_after_seconds=60),
    errors.BrokenAnswer("a.example", problem="it hung up"),
    errors.Truncated(problem="the connection ended"),
    errors.NotFound(),
    errors.Gone(),
    errors.Forbidden(403),
    errors.Challenged(403),
    errors.CredentialsRefused(401),
    errors.RateLimited(300),
    errors.ServerFailed(503, retry_after_seconds=60),
    errors.UnexpectedStatus(204),
    errors.TooManyRedirects(6),
    errors.TooLarge(8 * 2**20),
    errors.EmptyDocument(),
    errors.NotAFeed("a web page"),
    errors.NoLongerAFeed("a web page"),
    errors.NothingToRead("it is a page without a feed"),
    errors.Unparseable("it breaks off"),
    errors.PoisonDocument("it took too long"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_every_error_explains_itself_to_a_person(error: SourceError) -> None:
    assert error.reason.endswith(".")
    assert error.reason[0].isupper() or error.reason.startswith("a.example")
    assert "{" not in error.reason
    assert "\n" not in error.reason
    assert str(error) == error.reason


def test_every_error_of_the_package_has_an_example_here() -> None:
    defined = {
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, SourceError)
    }
    groups = {errors.NotAllowed, errors.NoAnswer, errors.AnswerRefused, errors.BadDocument}
    assert defined - groups == {type(example) for example in EXAMPLES}


def test_braces_in_what_a_stranger_sent_stay_braces() -> None:
    assert "{0.__class__}" in errors.Unparseable("{0.__class__} {url}").reason


def test_a_host_that_wants_rest_says_for_how_long() -> None:
    assert errors.RateLimited(300).retry_after_seconds == 300
    assert errors.NotFound().retry_after_seconds is None
