"""The other side of the conversation: what agents do, offered on the control plane.

`SERVICE` hands `CONTROL` to the server. The table is the whole list: an operation of `agent.yaml` on the left, the
function that plays it on the right.
"""

from __future__ import annotations

from types import MappingProxyType

from understudy.services.chatwoot.agent_contacts import block, get_contact, list_contacts, unblock
from understudy.services.chatwoot.agent_conversations import (
    add_labels,
    assign,
    get_conversation,
    list_conversations,
    remove_label,
    see,
    set_custom_attributes,
    set_labels,
    set_priority,
    set_status,
    type_,
    unassign,
)
from understudy.services.chatwoot.agent_inboxes import (
    get_inbox,
    list_agents,
    list_bots,
    list_inboxes,
    set_availability,
    update_inbox,
)
from understudy.services.chatwoot.agent_messages import delete, reply, request_csat, set_message_status, write_note
from understudy.services.service import Control

CONTROL = Control(
    document="chatwoot/agent.yaml",
    handlers=MappingProxyType(
        {
            "list-conversations": list_conversations,
            "get-conversation": get_conversation,
            "reply": reply,
            "write-note": write_note,
            "delete-message": delete,
            "set-message-status": set_message_status,
            "type": type_,
            "see-conversation": see,
            "set-status": set_status,
            "assign": assign,
            "unassign": unassign,
            "set-labels": set_labels,
            "add-labels": add_labels,
            "remove-label": remove_label,
            "set-priority": set_priority,
            "set-custom-attributes": set_custom_attributes,
            "request-csat": request_csat,
            "list-contacts": list_contacts,
            "get-contact": get_contact,
            "block-contact": block,
            "unblock-contact": unblock,
            "list-agents": list_agents,
            "set-availability": set_availability,
            "list-agent-bots": list_bots,
            "list-inboxes": list_inboxes,
            "get-inbox": get_inbox,
            "update-inbox": update_inbox,
        }
    ),
)
