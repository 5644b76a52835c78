"""The assignment problem as arrays: pairs with integer scores, degree bounds, side constraints, goals; its solution."""
