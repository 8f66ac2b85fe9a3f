"""`redress report`: figures on the terminal, in files, and drawn."""
