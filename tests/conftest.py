"""Fixtures for every floor."""

from tests.engines import catalog, empty_place, engine, place, postgres, postgres_template

__all__ = ["catalog", "empty_place", "engine", "place", "postgres", "postgres_template"]
