"""What is printed and taken away."""
