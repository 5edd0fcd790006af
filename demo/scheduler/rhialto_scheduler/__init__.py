"""Effects that happen later: `after`, `every` and `cancel-scheduled`, and the state slice `schedule`."""

from ._plugin import AfterOptions, EveryOptions, NameOptions, Scheduler, scheduler
from ._schedules import Scheduled, ScheduleError

__all__ = [
    "AfterOptions",
    "EveryOptions",
    "NameOptions",
    "ScheduleError",
    "Scheduled",
    "Scheduler",
    "scheduler",
]
