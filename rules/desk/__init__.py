"""Rules of the desk: variables of saved replies, cases that are put aside."""
