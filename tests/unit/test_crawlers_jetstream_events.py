"""What is remembered of a stream: nothing twice, nothing out of order, nothing left out."""

from hypothesis import given
from hypothesis import strategies as st

from crawlers.apis.jetstream_events import PORTION, Heard
from tests.streaming import event

Happened = tuple[int, str, bool, int]
HAPPENED: st.SearchStrategy[Happened] = st.tuples(
    st.integers(1, 60),  # which post
    st.sampled_from(["create", "update", "delete", "resurrect"]),
    st.booleans(),  # whether it names what is listened for
    st.integers(0, 2_000),  # when
)


def an_ear(*, since: int = 100, now: int = 1_000, most: int = 1_000) -> Heard:
    return Heard(
        since=since,
        known=since + 10,
        now=now,
        wanted=lambda text, _: "crm" in text,
        most_names=most,
        most_deleted=most,
    )


def name(number: int) -> str:
    return f"did:plc:ann/app.bsky.feed.post/{number}"


def told(happened: Happened) -> bytes:
    number, operation, is_wanted, at = happened
    return event(number, "crm" if is_wanted else "lunch", operation=operation, at=at)


@given(st.lists(HAPPENED, max_size=120), st.lists(st.integers(1, 60).map(name), max_size=PORTION))
def test_portions_tell_everything_once_and_in_order(
    happened: list[Happened], awaited: list[str]
) -> None:
    heard = an_ear()
    last: dict[str, str] = {}
    for one in happened:
        heard.take(told(one))
        number, operation, is_wanted, at = one
        if at < heard.since or operation == "resurrect":
            continue
        if operation != "delete" and is_wanted:
            last[name(number)] = "wanted"
        elif operation != "create":
            last[name(number)] = "deleted"
    portions = list(heard.portions(awaited=list(dict.fromkeys(awaited))))
    names = [one for portion in portions for one in portion.names]
    deleted = [one for portion in portions for one in portion.deleted]
    assert set(names) == {one for one, what in last.items() if what == "wanted"} | (
        set(awaited) - set(last)
    )
    assert set(deleted) == {one for one, what in last.items() if what == "deleted"}
    assert len(set(names + deleted)) == len(names + deleted)
    assert all(len(portion.names) <= PORTION for portion in portions)
    reached = [portion.reached for portion in portions]
    assert reached == sorted(reached)
    assert reached[-1] == heard.reached <= heard.now


@given(st.lists(st.binary(max_size=200) | st.text(max_size=200).map(str.encode)))
def test_no_message_breaks_it(messages: list[bytes]) -> None:
    heard = an_ear()
    for message in messages:
        heard.take(message)
    assert heard.events == len(messages)
    assert heard.reached == heard.known


def test_it_is_full_when_no_more_can_be_remembered() -> None:
    heard, deaf = an_ear(most=2), an_ear(most=1)
    full = []
    for number in (1, 2):
        heard.take(event(number, "crm", at=500))
        full.append(heard.is_full)
    deaf.take(event(3, operation="delete", at=500))
    assert full == [False, True]
    assert deaf.is_full
