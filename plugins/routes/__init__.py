"""Routes: the registration of an effect or action says how it is reached over HTTP.

A route is request/response only: it dispatches, answers and closes. A stream that stays open is a handler of its own,
with `Live.stream(key=...)`.
"""

from ._binding import BoundRoute, blueprint, routes
from ._route import Route

__all__ = ["BoundRoute", "Route", "blueprint", "routes"]
