"""Rights of people over their data (RGPD, articles 15 and 17), and the end of an edition."""
