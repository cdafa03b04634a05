"""What comes out of the boundaries interview without further typing: diagram, tables, access matrix, the sign-in in eight sentences."""

from wizard.report.boundaries.graph import Edge, Graph, Node, Zone, derive
from wizard.report.boundaries.told import Chapter, Told, chapters

__all__ = ["Chapter", "Edge", "Graph", "Node", "Told", "Zone", "chapters", "derive"]
