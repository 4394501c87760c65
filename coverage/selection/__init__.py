"""The choice of sites as pure optimisation: numbers and sets in, sites with a bound out; no radio and no run."""
