"""The plugins of the engine. Each is a package, used only through its face."""

import effects

if not hasattr(effects, "create_dispatch"):
    raise ImportError(
        f"rhialto's package `effects` is hidden by another one: {effects.__file__ or list(effects.__path__)}\n"
        "  fix  rename that one, or take its folder off the front of sys.path"
    )
