"""The patterns of the world's languages (CLDR, from Babel), each made into a function once."""
