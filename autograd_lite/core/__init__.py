"""The engine: a graph, the walks over it, the verbs that add a function. Knows no op by name."""
