"""How registries and plugins become one set of tables."""
