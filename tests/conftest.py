"""A quick Hypothesis profile, for trying many changes to the code."""

from hypothesis import Phase, settings

settings.register_profile(
    "quick",
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
