"""Leads, signals and posts as the API gives them: only what who asks may see.

Somebody who must be left alone is in none of it, whatever else is still stored of them.
"""

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models.lead import Lead, Offer, StatusChange, Touchpoint
from models.merge import Bant
from models.moves import FUNNELS
from models.people import User
from models.post import Author, Post, Thread
from models.score import shown
from models.signal import Signal
from models.sla import Task
from models.source import Source, SourcePolicy
from models.words import OfferState, TouchpointKind
from service.access.circle import Circle, circle_of
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.api.callers import Caller
from service.api.shapes import leads as shapes
from service.api.shapes.base import Money
from service.api.ways import ways_of
from service.errors import NotFoundError
from service.exports.told import may_leave
from service.leads.levels import levels_of
from service.leads.listing import LeadLine, lines_of
from service.leads.tasks import open_tasks
from service.links import outward
from service.posts.facets import facets_of
from service.posts.suppression import suppressed
from service.routing.route import open_offer
from service.rules.facets import Facet
from service.rules.levels import Level

#: What people of ours are called to another house.
UNNAMED = "colleague"


def summaries(
    db: Session, viewer: Viewer, leads: Sequence[Lead], *, secret: bytes
) -> tuple[shapes.LeadSummary, ...]:
    """Return a line for each of ``leads`` that may be told of, in their order."""
    ids = [lead.id for lead in leads]
    allowed = may_leave(db, ids, secret=secret)
    lines = lines_of(db, ids)
    offered = _offered_to(db, ids)
    handles = handles_by_id(db, circle_of(db, viewer))
    levels = levels_of(db, leads)
    return tuple(
        _summary(lead, lines[lead.id], offered, handles, levels[lead.id])
        for lead in leads
        if lead.id in allowed and lead.id in lines
    )


def whole_lead(db: Session, caller: Caller, lead_id: str, *, secret: bytes) -> shapes.LeadGiven:
    """Return a lead with all that is needed to decide about it.

    Raises:
        NotFoundError: there is none of that id, or it is none of the caller's business.
    """
    lead = told_lead(db, caller.viewer, lead_id, secret=secret)
    line = lines_of(db, [lead.id]).get(lead.id)
    if line is None:
        raise NotFoundError("Nothing speaks for this lead any more.")
    circle = circle_of(db, caller.viewer)
    handles = handles_by_id(db, circle)
    offer = open_offer(db, lead.id)
    bant = db.get(Bant, lead.id)
    policy = db.exec(
        select(SourcePolicy)
        .join(Source, col(Source.policy_name) == SourcePolicy.name)
        .join(Thread, col(Thread.source_id) == Source.id)
        .where(Thread.id == lead.thread_id)
    ).one()
    return shapes.LeadGiven(
        **dict(
            _summary(
                lead,
                line,
                _offered_to(db, [lead.id]),
                handles,
                levels_of(db, [lead])[lead.id],
            )
        ),
        score_explained=(
            shapes.ScoreExplained.model_validate(lead.score_explain)
            if lead.score_explain
            else None
        ),
        offer=offer_given(offer, handles) if offer else None,
        qualified=(
            shapes.Qualified(
                budget=bant.budget,
                authority=bant.authority,
                need=bant.need,
                timeline=bant.timeline,
                at=bant.at,
            )
            if bant
            else None
        ),
        tasks=tuple(
            task_given(task, handles)
            for task in open_tasks(db, lead_id=lead.id)
            if circle.has(task.user_id)
        ),
        licence=policy.licence.value,
        attribution=policy.attribution,
        community_rules=policy.community_rules,
        region=lead.region,
        lost_to=lead.lost_to,
        recycle_count=lead.recycle_count,
        mandatory_follow_up=lead.mandatory_follow_up,
        ways=ways_of(caller, lead, offer),
    )


def told_lead(db: Session, viewer: Viewer, lead_id: str, *, secret: bytes) -> Lead:
    """Return the row of a lead that ``viewer`` sees and whose author need not be left alone.

    Raises:
        NotFoundError: there is none.
    """
    lead = find_lead(db, viewer, lead_id)
    if not may_leave(db, [lead.id], secret=secret):
        raise NotFoundError("This lead is not here, or not yours to see.")
    return lead


def timeline(db: Session, viewer: Viewer, lead_id: str) -> tuple[shapes.Happening, ...]:
    """Return what happened to a lead, newest first; to a partner without words of ours."""
    circle = circle_of(db, viewer)
    handles = handles_by_id(db, circle)
    changes = db.exec(select(StatusChange).where(StatusChange.lead_id == lead_id))
    touches = db.exec(select(Touchpoint).where(Touchpoint.lead_id == lead_id))
    # Ids are made in order: they tell what came first within one transaction.
    told = {
        (one.at, one.id): shapes.Happening(
            at=one.at,
            kind="status",
            event=one.event,
            from_status=one.from_status,
            to_status=one.to_status,
            by=handles.get(one.actor, "harken"),
            reason=one.reason if circle.has(one.actor) else None,
        )
        for one in changes
    }
    told |= {
        (one.at, one.id): shapes.Happening(
            at=one.at,
            kind="touch",
            event="touched",
            touch=one.kind,
            by=handles.get(one.by_user_id, "harken"),
            note=one.note if one.shared or circle.has(one.by_user_id) else "",
            shared=one.shared,
        )
        for one in touches
        if one.kind is not TouchpointKind.NOTE or one.shared or circle.has(one.by_user_id)
    }
    return tuple(told[key] for key in sorted(told, reverse=True))


def offer_given(offer: Offer, handles: Mapping[str, str]) -> shapes.OfferGiven:
    """Return an offer as the API gives it."""
    return shapes.OfferGiven(
        id=offer.id,
        lead=offer.lead_id,
        to=handles[offer.to_user_id],
        state=offer.state,
        fencing=offer.fencing,
        offered=offer.offered_at,
        accept_by=offer.accept_by,
        answered=offer.answered_at,
        decline_reason=offer.decline_reason,
    )


def task_given(task: Task, handles: Mapping[str, str]) -> shapes.TaskGiven:
    """Return a task as the API gives it."""
    return shapes.TaskGiven(
        id=task.id,
        lead=task.lead_id,
        kind=task.kind,
        what=task.what,
        assignee=handles.get(task.user_id) if task.user_id else None,
        due=task.due_at,
        mandatory=task.mandatory,
        created=task.created_at,
        done=task.done_at,
    )


def signal_given(signal: Signal, lead_id: str | None) -> shapes.SignalGiven:
    """Return a signal as the API gives it."""
    return shapes.SignalGiven(
        id=signal.id,
        lead=lead_id,
        post=signal.post_id,
        topic=signal.topic_id,
        kind=signal.kind,
        signal_class=signal.signal_class,
        role=signal.role,
        journey_step=signal.journey_step,
        probability=signal.probability,
        strength=signal.strength,
        fit=signal.fit,
        uncertain=signal.uncertain,
        solved=signal.solved,
        facets=_facets(signal),
        negatives=tuple(signal.negatives),
        slots=tuple(signal.slots),
        evidence=tuple(signal.evidence),
        matched=tuple(signal.matched),
        model=signal.model_version,
        status=signal.status,
        happened=signal.happened_at,
        created=signal.created_at,
    )


def _facets(signal: Signal) -> shapes.FacetsGiven:
    found = facets_of(signal)
    return shapes.FacetsGiven(
        **{facet.value: found.of(facet) for facet in Facet}, none=found.is_none
    )


def post_given(
    post: Post, source: Source, thread: Thread, author: Author | None
) -> shapes.PostGiven:
    """Return a post as the API gives it."""
    return shapes.PostGiven(
        id=post.id,
        source=source.slug,
        external_id=post.external_id,
        url=outward(post.url),
        thread=thread.key,
        parent=post.parent_external_id,
        author=author.handle if author else None,
        title=post.title,
        text=post.text,
        language=post.language,
        published=post.published_at,
        edited=post.edited_at,
        fetched=post.fetched_at,
        deleted=post.deleted_at_source,
    )


def left_alone(
    db: Session, rows: Collection[tuple[Source, Author | None]], *, secret: bytes
) -> frozenset[tuple[str, str]]:
    """Return (source id, handle) of those authors of ``rows`` who must be left alone."""
    at_source: dict[tuple[str, str], set[str]] = {}
    for source, author in rows:
        if author is not None:
            at_source.setdefault((source.id, source.url), set()).add(author.handle)
    return frozenset(
        (source_id, handle)
        for (source_id, url), names in at_source.items()
        for handle in suppressed(db, secret=secret, source_url=url, handles=names)
    )


def handles_by_id(db: Session, circle: Circle) -> dict[str, str]:
    """Return by everybody's id their handle, or `UNNAMED` where another house asks."""
    told = db.exec(select(User.id, User.handle))
    return {one: handle if circle.has(one) else UNNAMED for one, handle in told}


def bare_url(url: str) -> str:
    """Return an address without a user, password or query, in which keys may stand."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _offered_to(db: Session, ids: Collection[str]) -> dict[str, str]:
    return dict(
        db.exec(
            select(Offer.lead_id, Offer.to_user_id).where(
                Offer.state == OfferState.OPEN, col(Offer.lead_id).in_(ids)
            )
        ).all()
    )


def _summary(
    lead: Lead,
    line: LeadLine,
    offered: Mapping[str, str],
    handles: Mapping[str, str],
    level: Level | None,
) -> shapes.LeadSummary:
    offeree = offered.get(lead.id)
    return shapes.LeadSummary(
        id=lead.id,
        rev=lead.rev,
        title=lead.title,
        status=lead.status,
        funnel=FUNNELS[lead.status],
        level=level,
        score=shown(lead.score),
        kind=lead.kind,
        topic=lead.topic_id,
        journey_step=lead.journey_step,
        source=line.source,
        url=outward(line.url),
        owner=handles.get(lead.owner_id) if lead.owner_id else None,
        offered_to=handles.get(offeree) if offeree else None,
        team=lead.team_id,
        account=lead.account,
        existing_customer=lead.existing_customer,
        heard=line.heard_at,
        first_heard=lead.first_signal_at,
        last_heard=lead.last_signal_at,
        created=lead.created_at,
        status_since=lead.status_since,
        next_step=lead.next_step,
        due=lead.next_step_at,
        snoozed_until=lead.snoozed_until,
        closed=lead.closed_at,
        close_reason=lead.close_reason,
        amount=(
            Money(minor=lead.amount_minor, currency=lead.currency)
            if lead.amount_minor is not None and lead.currency is not None
            else None
        ),
        quote=line.quote,
        evidence=tuple(
            shapes.Quote(text=q.text, reason=q.reason, weight=q.weight) for q in line.evidence
        ),
        also_posted=tuple(
            shapes.AlsoPosted(source=e.source, url=outward(e.url), published=e.at)
            for e in line.elsewhere
        ),
    )
