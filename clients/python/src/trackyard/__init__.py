"""Starts, follows and steers the pipelines of a Trackyard server.

    from trackyard import Client

    pipeline = Client().start("backup", {"host": "db1"}).wait(check=True)
    print(pipeline.track("dump").logs())
"""

from .client import Client
from .errors import ApiError, Failed, InvalidInput, Moved, NotFound, Refused, TrackyardError, Unreachable
from .pipelines import Pipeline
from .tracks import Track
from .values import AgainPreview, Attempt, Fate, Graph, Preview, Problem, Why

__all__ = [
    "AgainPreview",
    "ApiError",
    "Attempt",
    "Client",
    "Failed",
    "Fate",
    "Graph",
    "InvalidInput",
    "Moved",
    "NotFound",
    "Pipeline",
    "Preview",
    "Problem",
    "Refused",
    "Track",
    "TrackyardError",
    "Unreachable",
    "Why",
]
