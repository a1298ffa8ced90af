"""The start page: what runs here, and where to begin as each of the four kinds of user."""
