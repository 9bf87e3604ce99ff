"""What is: the rows and the database that keeps them. Knows nobody."""
