"""What the forms of a lead have in common."""

from typing import Annotated

from fastapi import Depends, Form

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.web.access.guard import require

#: Who works on leads at all; on which of them, the service behind the form decides.
Worker = Annotated[Viewer, Depends(require(Permission.WORK_LEADS))]
#: The lead as it was when its page was drawn: who was slower than somebody else is told so.
Rev = Annotated[int, Form(ge=1, le=1_000_000)]
#: The offer as it was then.
Fencing = Annotated[int, Form(ge=0, le=1_000_000)]
