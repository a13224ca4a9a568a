"""What each verb does to the things of a sandbox: create, read, list, replace, merge, delete, act.

Called by `answerer`, inside a transaction. It gets plain data and gives back an `Outcome`, or raises what stands in
the way; it must not know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any

from understudy.generator.names import singular
from understudy.generator.shape import UnsatisfiableError
from understudy.server.resources import ids, pages, patches
from understudy.server.resources.asking import Ask, ConflictError, Dream, Outcome, UnknownError, UnplayableError
from understudy.server.resources.belonging import Belonging
from understudy.server.resources.completing import Completer, Known
from understudy.server.resources.ids import Minter
from understudy.server.resources.resource import Recognised, Resource, Verb
from understudy.server.resources.things import Scope, Thing, Things

MOST_IMAGINED = 3


class Player:
    """Plays the resources of one document.

    Args:
        recognised: the resources.
        completer: makes values whole.
        minter: makes ids.
        strict: whether every collection is real from the start.
        samples: things that the document shows as examples, of a resource by its name, by id.
    """

    def __init__(
        self,
        recognised: Recognised,
        completer: Completer,
        minter: Minter,
        *,
        strict: bool,
        samples: Callable[[str], Mapping[str, Mapping[str, Any]]],
    ) -> None:
        self.belonging = Belonging(recognised, completer.outlines)
        self.completer = completer
        self.minter = minter
        self.outlines = completer.outlines
        self.strict = strict
        self.samples = samples
        self.verbs: Mapping[Verb, Callable[[Things, Ask], Outcome]] = {
            "list": self.page,
            "create": self.create,
            "read": self.read,
            "replace": self.replace,
            "merge": self.merge,
            "delete": self.delete,
            "act": self.read,
        }

    def play(self, things: Things, ask: Ask) -> Outcome:
        """Do what is asked.

        Errors: `UnknownError`, `ConflictError`, `UnplayableError`, `patches.PatchError`.
        """
        try:
            return self.verbs[ask.role.verb](things, ask)
        except UnsatisfiableError as error:
            raise UnplayableError(f"no {ask.resource.name} can be made: {error}") from None

    def pass_by(self, things: Things, resource: Resource, scope: Scope, identity: str, dream: Dream) -> None:
        """Go past a thing on the way to what is below it: it must be there, or comes into being.

        Errors: `UnknownError`.
        """
        if things.find(resource.name, scope, identity) is not None:
            return
        if self._is_real(things, resource, scope):
            raise UnknownError(f"There is no {singular(resource.name)} {identity}.")
        with suppress(UnsatisfiableError):  # what is below can be there though nobody can say what this is like
            self._imagine(things, resource, scope, identity, dream)

    def page(self, things: Things, ask: Ask) -> Outcome:
        """A page of the things there are; an untouched collection comes with a few."""
        listing = ask.role.listing
        if listing is None:
            raise UnplayableError("the answer is no list")
        name, scope = ask.resource.name, ask.scope
        if not self._is_real(things, ask.resource, scope) and not things.was_listed(name, scope):
            self._populate(things, ask)
        found = pages.chosen(things.all(name, scope), listing, ask.pairs, is_array=ask.several)
        return Outcome(page=pages.cut(found, listing, ask.pairs, ask.url))

    def create(self, things: Things, ask: Ask) -> Outcome:
        """A new thing of what was sent; one whose id is taken is a conflict, or stands where the old one stood."""
        sent = self._object(ask)
        resource, key = ask.resource, ask.resource.id_property
        identity = ""
        if key and key in sent and key in resource.given and self.completer.fits(resource.id_schema, sent[key]):
            identity = ids.as_text(sent[key])
        scope = self.belonging.scope(ask.resource, ask.scope, sent)
        old = things.find(resource.name, scope, identity) if identity else None
        if old is not None and ask.conflicts:
            raise ConflictError(f"{resource.name} {identity} exists already")
        self._keep_unique(things, ask, sent, old)
        if old is not None:
            things.things.remove(old)
        return self._make(things, ask, scope, sent, identity)

    def read(self, things: Things, ask: Ask) -> Outcome:
        """The thing with an id."""
        return Outcome(self._get(things, ask, self._identity(ask)))

    def replace(self, things: Things, ask: Ask) -> Outcome:
        """What was sent, in the place of what was there; what only the server makes stays."""
        sent, identity = self._object(ask), self._identity(ask)
        old = things.find(ask.resource.name, ask.scope, identity)
        if old is None and (ask.creates or (ask.resource.singular and self._is_real(things, ask.resource, ask.scope))):
            self._keep_unique(things, ask, sent, None)
            return self._make(things, ask, self.belonging.scope(ask.resource, ask.scope, sent), sent, identity)
        old = self._get(things, ask, identity)
        kept = {name: value for name, value in old.value.items() if name not in ask.resource.given}
        return self._change(things, ask, old, {**kept, **sent})

    def merge(self, things: Things, ask: Ask) -> Outcome:
        """What was there, changed by a patch."""
        old = self._get(things, ask, self._identity(ask))
        before = dict(old.value)
        if ask.media_type == patches.JSON_PATCH:
            value = patches.steps(before, ask.sent)
            if not isinstance(value, Mapping):
                raise patches.PatchError("the patch leaves no object")
            return self._change(things, ask, old, value)
        sent = self._object(ask)
        value = patches.merge(before, sent)
        if ask.media_type != patches.MERGE_PATCH:  # plain JSON may set what can be null to null
            properties = self.outlines.properties(ask.resource.schema)
            for name, item in sent.items():
                if item is None and name in properties and self.completer.fits(properties[name], None):
                    value[name] = None
        return self._change(things, ask, old, value)

    def delete(self, things: Things, ask: Ask) -> Outcome:
        """A thing goes, and with it what belongs to it."""
        old = self._get(things, ask, self._identity(ask))
        things.things.remove(old)
        for thing in things.below(ask.resource.name, old.id):
            things.things.remove(thing)
        things.mark(ask.resource.name, ask.scope, real=True)
        return Outcome(old, is_gone=True)

    def _object(self, ask: Ask) -> dict[str, Any]:
        if ask.sent is None:
            return {}
        if not isinstance(ask.sent, Mapping):
            raise UnplayableError("what was sent is no object that could be remembered")
        return dict(ask.sent)

    def _identity(self, ask: Ask) -> str:
        """The id of the thing that is meant: from the path, else from the body."""
        if ask.role.parameter or ask.resource.singular:
            return ask.identity
        key = ask.resource.id_property
        if not isinstance(ask.sent, Mapping) or key not in ask.sent:
            raise UnplayableError(f"neither the path nor the body has the id of the {singular(ask.resource.name)}")
        return ids.as_text(ask.sent[key])

    def _is_real(self, things: Things, resource: Resource, scope: Scope) -> bool:
        return self.strict or things.is_real(resource.name, scope)

    def _get(self, things: Things, ask: Ask, identity: str) -> Thing:
        found = things.find(ask.resource.name, ask.scope, identity)
        if found is not None:
            return found
        if self._is_real(things, ask.resource, ask.scope):
            raise UnknownError(f"There is no {singular(ask.resource.name)} {identity}".rstrip() + ".")
        return self._imagine(things, ask.resource, ask.scope, identity, ask.dream)

    def _imagine(self, things: Things, resource: Resource, scope: Scope, identity: str, dream: Dream) -> Thing:
        """The thing that has this id in an untouched collection: always the same one."""
        known = dict(self.samples(resource.name).get(identity, {})) | self.belonging.told(resource, scope)
        if resource.id_property:
            known[resource.id_property] = ids.from_text(self.outlines, resource.id_schema, identity)
        value = known
        if not (identity in self.samples(resource.name) and self.completer.fits(resource.schema, known)):
            value = self.completer.whole(resource.schema, Known(known), dream(resource.name, scope, identity))
        return things.add(resource.name, scope, identity, value, imagined=True)

    def _populate(self, things: Things, ask: Ask) -> None:
        """What an untouched collection comes with: what the document shows, else a few things."""
        resource = ask.resource
        random = ask.dream(resource.name, ask.scope, "list")
        samples = list(self.samples(resource.name))
        for index in range(len(samples) or random.randint(1, MOST_IMAGINED)):
            identity = samples[index] if samples else ids.as_text(self._new_id(things, ask, {}, random))
            if things.find(resource.name, ask.scope, identity) is None:
                self._imagine(things, resource, ask.scope, identity, ask.dream)
        things.mark(resource.name, ask.scope, listed=True)

    def _new_id(self, things: Things, ask: Ask, value: Mapping[str, Any], random: Random) -> Any:
        resource = ask.resource
        return self.minter.mint(
            resource,
            random,
            value,
            count=lambda: things.sequences.next(resource.name),
            is_taken=lambda text: things.find(resource.name, ask.scope, text) is not None,
        )

    def _make(self, things: Things, ask: Ask, scope: Scope, sent: Mapping[str, Any], identity: str) -> Outcome:
        resource = ask.resource
        value = {name: item for name, item in sent.items() if name != resource.id_property}
        value = self.belonging.told(resource, scope) | value
        minted: Any = ids.from_text(self.outlines, resource.id_schema, identity)
        if not identity and not resource.singular:
            minted = self._new_id(things, ask, value, ask.random())
            identity = ids.as_text(minted)
        if resource.id_property:
            value[resource.id_property] = minted
        out = frozenset(resource.given.difference(sent))
        whole = self.completer.whole(resource.schema, Known(value, out, ask.now), ask.random())
        thing = things.add(resource.name, scope, identity, whole, imagined=False)
        things.mark(resource.name, scope, real=True)
        return Outcome(thing, is_new=True)

    def _change(self, things: Things, ask: Ask, old: Thing, value: Mapping[str, Any]) -> Outcome:
        resource = ask.resource
        changed = dict(value)
        if resource.id_property and resource.id_property in old.value:
            changed[resource.id_property] = old.value[resource.id_property]
        self._keep_unique(things, ask, changed, old)
        stamped = frozenset(name for name in changed if old.value.get(name) == changed[name])
        out = frozenset(name for name in resource.given if name not in changed)
        known = Known(changed, out, ask.now, is_new=False, before=old.value, stamped=stamped)
        whole = self.completer.whole(resource.schema, known, ask.random())
        return Outcome(things.things.update(old, value=whole, imagined=False))

    def _keep_unique(self, things: Things, ask: Ask, sent: Mapping[str, Any], old: Thing | None) -> None:
        """What no two things may share, they do not.

        Errors: `ConflictError`.
        """
        for name in ask.resource.unique if ask.conflicts else ():
            for thing in things.all(ask.resource.name, ask.scope):
                if name in sent and thing.value.get(name) == sent[name] and (old is None or thing.number != old.number):
                    raise ConflictError(
                        f"There is a {singular(ask.resource.name)} with the {name} {sent[name]} already."
                    )
