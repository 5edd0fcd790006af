"""Routes: how an effect or action is reached over HTTP, said in its own registration.

Only request/response: a route dispatches, answers and closes. Streams that stay open are handlers of their own, with
`Live.stream(key=...)`.
"""

from ._binding import BoundRoute, blueprint, routes
from ._route import Route

__all__ = ["BoundRoute", "Route", "blueprint", "routes"]
