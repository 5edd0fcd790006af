"""What can be learned of a dispatch by asking it."""

from .describe import describe
from .description import Described, Description, Order, ParameterDescription, Source
from .grep import Hit, grep
from .sample import SampleError, Sampler, sample
from .schemas import document
from .system import system_problems, system_schema

__all__ = [
    "Described",
    "Description",
    "Hit",
    "Order",
    "ParameterDescription",
    "SampleError",
    "Sampler",
    "Source",
    "describe",
    "document",
    "grep",
    "sample",
    "system_problems",
    "system_schema",
]
