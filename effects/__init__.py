"""rhialto's engine: programs say what should happen as plain data, interpreters make it happen.

This package knows effect vectors, registries and dispatch. It knows no transport, no plugin and no web framework.
"""

from ._context import Context
from ._create import create_dispatch
from ._discover import Description, Hit, Order, ParameterDescription, SampleError, Source
from ._dispatch import Dispatch
from ._errors import (
    ArgumentError,
    DispatchResult,
    EffectsError,
    ErrorRecord,
    InterceptorError,
    LifecycleError,
    LimitError,
    MissingExtraError,
    Phase,
    PlaceholderError,
    RegistrationError,
    ResultRecord,
    ShapeError,
    StateError,
    SystemValueError,
    UnknownKeyError,
)
from ._expand import Expansion
from ._hookspecs import HookSpecs
from ._interceptors import Ending, Interceptor, Skip, Step, Stop, fail_fast
from ._limits import Limits
from ._markers import hookimpl
from ._paths import Path, Via
from ._problems import check_plugins
from ._registration import Registration
from ._registry import Registry
from ._shadow import warn_of_shadows
from ._sink import Sink
from ._template import Template, copy_data
from ._vectors import Effect, Placeholder, find_placeholders

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
