"""A workbook reviewed by staff -> the pairs to pin and to ban, after all checks."""
