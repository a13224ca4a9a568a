"""Chatwoot's client API, played with real state: contacts, conversations, messages, surveys, files.

The server discovers `SERVICE` through its entry point. `HANDLERS` is the whole list of what is played:
an operation of the document on the left, the function that plays it on the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from understudy.services.chatwoot import autoreply, snooze
from understudy.services.chatwoot.agent import CONTROL
from understudy.services.chatwoot.attachments import download_attachment, redirect_to_attachment
from understudy.services.chatwoot.cable import CABLE
from understudy.services.chatwoot.contacts import (
    FULL_RECORD_RELEASE,
    create_contact,
    get_contact,
    update_contact,
)
from understudy.services.chatwoot.conversations import (
    create_conversation,
    get_conversation,
    list_conversations,
    resolve_conversation,
    toggle_typing,
    update_last_seen,
)
from understudy.services.chatwoot.csat import get_survey, update_survey
from understudy.services.chatwoot.inboxes import get_inbox
from understudy.services.chatwoot.messages import create_message, list_messages, update_message
from understudy.services.chatwoot.refusals import failure, malformed, unrouted
from understudy.services.chatwoot.seed import introduce, plant
from understudy.services.chatwoot.tables import Tables
from understudy.services.service import Cors, Handler, Service, Setting, Transport

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "create-a-contact": create_contact,
        "get-details-of-a-contact": get_contact,
        "update-a-contact": update_contact,
        "replace-a-contact": update_contact,
        "create-a-conversation": create_conversation,
        "list-all-contact-conversations": list_conversations,
        "get-single-conversation": get_conversation,
        "resolve-conversation": resolve_conversation,
        "toggle-typing-status": toggle_typing,
        "update-last-seen": update_last_seen,
        "create-a-message": create_message,
        "list-all-conversation-messages": list_messages,
        "update-a-message": update_message,
        "replace-a-message": update_message,
        "get-details-of-a-inbox": get_inbox,
        "get-csat-survey": get_survey,
        "update-csat-survey": update_survey,
        "replace-csat-survey": update_survey,
        "redirect-to-attachment": redirect_to_attachment,
        "download-attachment": download_attachment,
    }
)

SERVICE = Service(
    name="chatwoot",
    title="Chatwoot client API",
    document="chatwoot/client_swagger.yaml",
    overlays=("chatwoot/observed.overlay.yaml",),
    seed="chatwoot/seed.yaml",
    handlers=HANDLERS,
    scenarios="chatwoot/scenarios",
    tables=Tables,
    plant=plant,
    introduce=introduce,
    unrouted=unrouted,
    malformed=malformed,
    failure=failure,
    events="chatwoot/realtime.yaml",
    cable=CABLE,
    control=CONTROL,
    timers={
        snooze.WAKE: snooze.wake,
        autoreply.TYPE: autoreply.begin_to_type,
        autoreply.ANSWER: autoreply.answer,
    },
    settings={
        "autoreply": autoreply.SETTING,
        "release": Setting(
            default="later",
            help="which Chatwoot answers an update of a contact: 4.13 with the whole row, later ones with six keys",
            choices=(FULL_RECORD_RELEASE, "later"),
            overlays={FULL_RECORD_RELEASE: "chatwoot/release-4.13.overlay.yaml"},
        ),
    },
    transport=Transport(
        json_type="application/json; charset=utf-8",
        headers={
            "X-Frame-Options": "SAMEORIGIN",
            "X-XSS-Protection": "0",
            "X-Content-Type-Options": "nosniff",
            "X-Permitted-Cross-Domain-Policies": "none",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        },
        cache_control="max-age=0, private, must-revalidate",
        etag=True,
        request_id="X-Request-Id",
        runtime="X-Runtime",
        cors=Cors(
            prefix="/public/api/",
            methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
            max_age=7200,
        ),
    ),
)
