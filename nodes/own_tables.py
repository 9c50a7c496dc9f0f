"""All tables of our own beside the monitor's, in the events database."""

from nodes.intake import schema as intake
from nodes.rollups import schema as rollups
from nodes.sno import schema as sno

OWN_TABLES = (*rollups.OWN_TABLES, *rollups.STORAGE_TABLES, *intake.OWN_TABLES, *sno.OWN_TABLES)
