"""The people of an edition: their answers as columns, withdrawals and arrivals."""
