"""Values only: the words of the field, what a case is made of, what partners say, tables. No behaviour, no I/O."""
