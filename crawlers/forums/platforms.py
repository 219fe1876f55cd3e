"""All forum software that is known by its pages."""

from crawlers.forums.platform import Platform
from crawlers.forums.selectors_other import OTHERS
from crawlers.forums.selectors_php import CLASSIC

#: In the order in which their marks are looked for: the most distinct first, comments last.
PLATFORMS: tuple[Platform, ...] = (*OTHERS[:-1], *CLASSIC, OTHERS[-1])
