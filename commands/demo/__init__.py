"""`redress demo`: people of every role play cases."""
