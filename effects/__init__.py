"""rhialto's engine: programs say what should happen as plain data, interpreters make it happen.

This package knows effect vectors, registries and dispatch. It knows no transport, no plugin and no web framework.
"""

from ._discover.description import Description, Order, ParameterDescription, Source
from ._discover.grep import Hit
from ._discover.sample import SampleError
from ._dispatch.check_plugins import check_plugins
from ._dispatch.create import create_dispatch
from ._dispatch.dispatch import Dispatch
from ._dispatch.hookspecs import HookSpecs
from ._engine.context import Context
from ._engine.expand import Expansion
from ._language.errors import (
    ArgumentError,
    EffectsError,
    InterceptorError,
    LifecycleError,
    LimitError,
    MissingExtraError,
    PlaceholderError,
    RegistrationError,
    ShapeError,
    StateError,
    SystemValueError,
    UnknownKeyError,
)
from ._language.limits import Limits
from ._language.paths import Path, Via
from ._language.results import DispatchResult, ErrorRecord, Phase, ResultRecord
from ._language.sink import Sink
from ._language.templates import Template, copy_data
from ._language.vectors import Effect, Placeholder, find_placeholders
from ._registry.interceptors import Ending, Interceptor, Skip, Step, Stop, fail_fast
from ._registry.markers import hookimpl
from ._registry.registration import Registration
from ._registry.registry import Registry
from ._shadow import warn_of_shadows

__all__ = [
    "ArgumentError",
    "Context",
    "Description",
    "Dispatch",
    "DispatchResult",
    "Effect",
    "EffectsError",
    "Ending",
    "ErrorRecord",
    "Expansion",
    "Hit",
    "HookSpecs",
    "Interceptor",
    "InterceptorError",
    "LifecycleError",
    "LimitError",
    "Limits",
    "MissingExtraError",
    "Order",
    "ParameterDescription",
    "Path",
    "Phase",
    "Placeholder",
    "PlaceholderError",
    "Registration",
    "RegistrationError",
    "Registry",
    "ResultRecord",
    "SampleError",
    "ShapeError",
    "Sink",
    "Skip",
    "Source",
    "StateError",
    "Step",
    "Stop",
    "SystemValueError",
    "Template",
    "UnknownKeyError",
    "Via",
    "check_plugins",
    "copy_data",
    "create_dispatch",
    "fail_fast",
    "find_placeholders",
    "hookimpl",
]

warn_of_shadows()
