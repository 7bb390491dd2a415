"""The version of Shopwindow; the installation takes it from here."""

__version__ = "0.1.0"
