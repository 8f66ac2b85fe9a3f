"""Who acts in tests: one person of each role. Most cases of tests are of C-1, sold by M-1 and carried by K-1."""

from models.common.actors import Actor
from models.common.vocabulary import Role

CUSTOMER = Actor(role=Role.CUSTOMER, id="C-1")
MERCHANT = Actor(role=Role.MERCHANT, id="M-1")
CARRIER = Actor(role=Role.CARRIER, id="K-1")
AGENT = Actor(role=Role.AGENT, id="alice")
"""On no team: for what any agent may do who has the case."""
TEAMS = ("after_sales", "logistics", "payments", "technical", "complaints", "rules")
AGENT_OF_EVERY_TEAM = Actor(role=Role.AGENT, id="alice", teams=TEAMS)
SUPERVISOR = Actor(role=Role.SUPERVISOR, id="susan")
