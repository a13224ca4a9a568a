"""OmniVibe: Chatwoot's client API under another name, with a first state of its own.

The server discovers `OMNIVIBE` through its entry point. It stands here because it is Chatwoot's service with another
name on it: same handlers, tables and overlays. It must not add behaviour.
"""

from __future__ import annotations

from dataclasses import replace

from understudy.services.chatwoot import SERVICE

OMNIVIBE = replace(
    SERVICE,
    name="omnivibe",
    title="OmniVibe client API",
    branding=("omnivibe/omnivibe.overlay.yaml",),
    seed="omnivibe/seed.yaml",
)
