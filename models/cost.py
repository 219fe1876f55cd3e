"""What finding leads costs: campaigns, and the entries of money spent."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import CampaignKind


class Campaign(Row, table=True):
    """Something that is done for a while so that people talk, or come."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("budget_minor >= 0", name="budget_not_negative"),
        CheckConstraint("(budget_minor IS NULL) = (currency IS NULL)", name="budget_has_currency"),
        CheckConstraint("baseline_days > 0", name="baseline_is_some_days"),
    )

    id: str = Field(primary_key=True, max_length=64)
    name: str
    kind: CampaignKind = Field(sa_type=one_of(CampaignKind, "kind"))
    starts_on: date = Field(sa_type=Date)
    ends_on: date = Field(sa_type=Date)  # the first day that is no more of it
    budget_minor: int | None = Field(default=None, sa_type=BigInteger)  # cents, yen, ...
    currency: str | None = Field(default=None, max_length=3)  # ISO 4217
    #: What it is about; with neither topics nor phrases, everything that is heard.
    topics: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    phrases: list[str] = Field(
        default_factory=list, sa_type=JSONColumn, sa_column_kwargs={"server_default": "[]"}
    )
    sources: list[str] = Field(default_factory=list, sa_type=JSONColumn)  # slugs; empty: every
    #: How many days before it are compared with; None: as many as it lasts.
    baseline_days: int | None = None
    active: bool = True  # False: no file names it any more


class CampaignMention(Row, table=True):
    """A post that is about a campaign. It is noted while the post has words, and outlives them.

    Everything that is heard counts for a campaign about everything: nothing is noted of that.
    """

    __tablename__ = "campaign_mention"

    campaign_id: str = Field(primary_key=True, foreign_key="campaign.id", max_length=64)
    post_id: str = Field(
        primary_key=True, foreign_key="post.id", ondelete="CASCADE", index=True, max_length=36
    )
    about: list[str] = Field(sa_type=JSONColumn)  # of the campaign's topics and phrases


class CampaignLook(Row, table=True):
    """How far posts were looked at for a campaign."""

    __tablename__ = "campaign_look"

    campaign_id: str = Field(primary_key=True, foreign_key="campaign.id", max_length=64)
    definition: str = Field(max_length=64)  # a hash: what it was about then, and when
    until: datetime  # posts that were fetched up to then have been looked at
    wordless: int  # posts of its days that had no words by then: nobody knows what they say


class CostEntry(Row, table=True):
    """Money spent on a source or a campaign over some days. Entries are replaced, not changed."""

    __tablename__ = "cost_entry"
    __table_args__ = (
        CheckConstraint("until > since", name="ends_after_start"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint(
            "(source_id IS NULL) <> (campaign_id IS NULL)", name="of_a_source_or_a_campaign"
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    source_id: str | None = Field(default=None, foreign_key="source.id", index=True)
    campaign_id: str | None = Field(default=None, foreign_key="campaign.id", index=True)
    since: date = Field(sa_type=Date)
    until: date = Field(sa_type=Date)  # the first day that it does not pay for
    amount_minor: int = Field(sa_type=BigInteger)  # cents, yen, ...
    currency: str = Field(max_length=3)  # ISO 4217
    note: str = ""
    from_files: bool  # False: added by other means, and left alone when files change
