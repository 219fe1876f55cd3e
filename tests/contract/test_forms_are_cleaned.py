"""Whatever people type goes through one place, or is one of the words that we know."""

from collections.abc import Iterator

from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo

from service.typed import one_line, prose
from service.web.pages import ROUTERS

#: Never stored nor searched for: checked against a hash, or taken for a path of this site.
NOT_KEPT = {"password", "new_password", "back", "next"}


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for field in route.dependant.body_params:
                yield route.path, field.alias, field.field_info


def is_cleaned(field: FieldInfo) -> bool:
    return any(getattr(one, "func", None) in {one_line, prose} for one in field.metadata)


def test_no_form_takes_text_as_it_comes() -> None:
    every = list(fields())
    raw = [
        f"{path}: {name}"
        for path, name, field in every
        if field.annotation is str and name not in NOT_KEPT and not is_cleaned(field)
    ]

    assert len(every) > 10
    assert raw == []
