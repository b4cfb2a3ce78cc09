"""What the peers share: the tables. A folder of its own, so that nothing else is on their path."""
