"""`redress partner`: what a partner's engineers need."""
