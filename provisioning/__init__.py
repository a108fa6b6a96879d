"""From a site's folder of plain files to everything that runs there."""
