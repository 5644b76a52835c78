"""What people may ask of their data (RGPD, articles 15 and 17), and the end of an edition."""
