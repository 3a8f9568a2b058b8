"""Programs on the platform: clients like any other, built on the SDK alone."""
