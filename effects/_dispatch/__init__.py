"""The face of the engine: `Dispatch`, the hooks of plugins, `create_dispatch`."""
