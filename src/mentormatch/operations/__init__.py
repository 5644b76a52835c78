"""What can be asked of a cohort and a programme: one public function a file."""
