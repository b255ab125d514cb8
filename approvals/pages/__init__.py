"""What all pages have in common: the reader's time zone, error pages, and the tags of the templates."""
