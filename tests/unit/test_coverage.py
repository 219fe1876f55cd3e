"""What is heard by kind and topic, and in words what is not."""

from datetime import UTC, datetime

from service.listening.coverage import Coverage, Heard, cover

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)


def heard(
    slug: str = "talk",
    *,
    kind: str = "feed",
    state: str = "ok",
    week: int = 3,
    crm: int = 0,
    leads: tuple[str, ...] = (),
) -> Heard:
    return Heard(
        slug=slug,
        kind=kind,
        state=state,
        posts_7d=week,
        posts_30d=10,
        last_success=None if state == "never" else NOON,
        signals={"crm": crm} if crm else {},
        leads={"crm": frozenset(leads)} if leads else {},
    )


def covered(*sources: Heard) -> Coverage:
    return cover(sources, ["crm"])


def test_each_kind_and_topic_is_counted() -> None:
    found = covered(
        heard("a", crm=2, leads=("1", "2")),
        heard("b", crm=1, leads=("2",), state="quiet"),
        heard("c", kind="forum", state="never", week=0),
        heard("d", kind="forum", state="poison"),
    )

    feeds, forums = reversed(found.kinds) if found.kinds[0].name == "forum" else found.kinds
    assert (feeds.sources, feeds.ok, feeds.quiet, feeds.posts_7d) == (2, 1, 1, 6)
    assert (feeds.signals_30d, feeds.leads_30d, feeds.last_success) == (3, 2, NOON)
    assert (forums.degraded, forums.never, forums.signals_30d) == (1, 1, 0)
    (crm,) = found.topics
    assert (crm.name, crm.sources, crm.signals_30d, crm.leads_30d) == ("crm", 2, 3, 2)
    assert found.as_json()["gaps"] == list(found.gaps)


def test_where_nothing_is_listened_to_that_is_the_gap() -> None:
    assert covered().gaps == ("nothing is listened to: `harken sources add URL`",)


def test_a_kind_that_is_not_heard_is_a_gap() -> None:
    failing = covered(heard(kind="forum", state="degraded"), heard("b", crm=1), heard("c", crm=1))
    silent = covered(heard(kind="forum", week=0), heard("b", crm=1), heard("c", crm=1))

    assert failing.gaps == (
        "nothing is heard from 1 forum source: `harken sources check` says why",
    )
    assert silent.gaps == ("no post of this week is from 1 forum source",)


def test_a_topic_that_is_hardly_heard_is_a_gap() -> None:
    assert covered(heard()).gaps == ("topic crm was heard in no source in 30 days",)
    assert covered(heard(crm=1)).gaps == ("topic crm is heard in 1 source only: talk",)
    lively = heard("x")
    silent = covered(heard("a", crm=1, week=0), heard("b", crm=4, week=0), lively)
    assert silent.gaps == ("topic crm is heard in 2 sources, none of them active this week",)
    ill = covered(heard("a", crm=1, state="degraded"), heard("b", crm=1, state="quiet"))
    assert ill.gaps == (
        "topic crm is heard in 2 sources, none of them well: `harken sources check` says why",
    )
    assert covered(heard("a", crm=1), heard("b", crm=1)).gaps == ()
