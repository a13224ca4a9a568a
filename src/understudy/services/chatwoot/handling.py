"""What somebody on the agents' side does with a conversation, with the note about it that only agents see.

Called by the handlers of the control plane and by scripts. The words of the notes are Chatwoot's own. What a change
brings with it, whoever makes it, is in `timeline`. It must not know any request.
"""

from __future__ import annotations

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.snooze import wake_later
from understudy.services.chatwoot.staff import Actor
from understudy.services.chatwoot.tables import Conversation, User
from understudy.services.chatwoot.templates import ask_for_rating
from understudy.services.chatwoot.timeline import change, change_status, note_activity

STATUS_NOTES = {
    "resolved": "Conversation was marked resolved by {}",
    "open": "Conversation was reopened by {}",
    "pending": "Conversation was marked as pending by {}",
    "snoozed": "Conversation was snoozed by {}",
}


def give_status(
    sandbox: Sandbox, conversation: Conversation, status: str, actor: Actor, *, until: float | None = None
) -> Conversation:
    """Give a conversation another status; the survey follows a resolution.

    Args:
        sandbox: the state.
        conversation: which one, as it is now.
        status: the new status.
        actor: who does it.
        until: until when it sleeps, if it is snoozed and to wake by itself.
    """
    changed = change_status(sandbox, conversation, status, until=until)
    if changed.status != conversation.status:
        note_activity(sandbox, changed, STATUS_NOTES[status].format(actor.name))
        if status == "resolved":
            ask_for_rating(sandbox, changed)
    if changed.snoozed_until != conversation.snoozed_until:
        wake_later(sandbox, changed)
    return changed


def give_to(sandbox: Sandbox, conversation: Conversation, assignee: User | None, actor: Actor) -> None:
    """Give a conversation to an agent, or take it from the one who has it."""
    changed = change(sandbox, conversation, assignee_id=None if assignee is None else assignee.id)
    if changed.assignee_id == conversation.assignee_id:
        return
    if assignee is None:
        note_activity(sandbox, changed, f"Conversation unassigned by {actor.name}")
    elif assignee == actor:
        note_activity(sandbox, changed, f"{actor.name} self-assigned this conversation")
    else:
        note_activity(sandbox, changed, f"Assigned to {assignee.name} by {actor.name}")


def give_labels(sandbox: Sandbox, conversation: Conversation, labels: list[str], actor: Actor) -> None:
    """Give a conversation these labels, each once, and no others."""
    changed = change(sandbox, conversation, labels=tuple(dict.fromkeys(labels)))
    added = [label for label in changed.labels if label not in conversation.labels]
    removed = [label for label in conversation.labels if label not in changed.labels]
    for verb, touched in (("added", added), ("removed", removed)):
        if touched:
            note_activity(sandbox, changed, f"{actor.name} {verb} {', '.join(touched)}")


def give_priority(sandbox: Sandbox, conversation: Conversation, priority: str | None, actor: Actor) -> None:
    """Say how urgent a conversation is, or that nobody says so any more."""
    old = conversation.priority
    changed = change(sandbox, conversation, priority=priority)
    if old == priority:
        return
    if priority is None:
        note_activity(sandbox, changed, f"{actor.name} removed the priority")
    elif old is None:
        note_activity(sandbox, changed, f"{actor.name} set the priority to {priority}")
    else:
        note_activity(sandbox, changed, f"{actor.name} changed the priority from {old} to {priority}")
