"""What the actions of the events are called, and what is counted of which."""

from nodes.soundness import ACTIONS, STATUSES, TIMED_ACTIONS

DOWNLOAD, UPLOAD, REPAIR_DOWNLOAD, REPAIR_UPLOAD, AUDIT = ACTIONS
ACTION_NAMES = {
    DOWNLOAD: "download",
    UPLOAD: "upload",
    REPAIR_DOWNLOAD: "repair_download",
    REPAIR_UPLOAD: "repair_upload",
    AUDIT: "audit",
}
EGRESS = (DOWNLOAD, REPAIR_DOWNLOAD, AUDIT)
INGRESS = (UPLOAD, REPAIR_UPLOAD)
TIMED = TIMED_ACTIONS
SUCCESS, CANCELED, FAILED = STATUSES
