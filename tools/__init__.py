"""Commands of the developers of Shopwindow; no part of the installed package."""
