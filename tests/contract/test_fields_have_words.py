"""Every field that people fill in has a label by which a fault of it is told."""

from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.web.pages import ROUTERS
from service.web.wording.field_words import LABELS

#: What a page sends of its own accord, or a tick beside its own words: nobody types it wrong.
OF_THE_PAGE = frozenset(
    {"active", "back", "content", "delivery", "endpoint", "feed", "fencing", "first", "heading"}
    | {
        "is_new",
        "keep_examples",
        "key",
        "lead",
        "mail_when_empty",
        "next",
        "offering",
        "on",
        "other_rev",
    }
    | {"request_id", "rev", "seen", "sent", "session", "shared", "similarity", "source", "sure"}
    | {"then", "threshold", "to_sales", "token", "was"}
)


def names() -> set[str]:
    found: set[str] = set()
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for field in route.dependant.body_params:
                form = field.field_info.annotation
                if isinstance(form, type) and issubclass(form, BaseModel):
                    found |= set(form.model_fields)
                else:
                    found.add(field.alias)
    return found


def test_every_field_has_a_label_or_is_the_pages_own() -> None:
    assert names() - OF_THE_PAGE - set(LABELS) == set()
    assert OF_THE_PAGE.isdisjoint(LABELS)
