"""Makes one set of tables of registries and plugins."""
