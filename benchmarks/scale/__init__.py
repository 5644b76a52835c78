"""What ``bench_scale`` measures, part by part, and the page that is drawn from its records."""
