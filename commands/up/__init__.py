"""`redress up`: the processes of one installation."""
