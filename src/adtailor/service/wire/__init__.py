"""The wire: the same shapes over HTTP and at a prompt, one JSON value each, one object a line where there are many.

It needs msgspec alone, so whoever reads or prints the wire without serving it imports this and no server.
"""

from adtailor.service.wire.catalogue import decode_inventory, inventory_from_wire, inventory_to_wire
from adtailor.service.wire.decisions import AdFace, DecisionWire, decision_to_wire, faces
from adtailor.service.wire.decoding import Malformed, decode, encode
from adtailor.service.wire.events import event_to_wire
from adtailor.service.wire.people import consents_from_wire, consents_to_wire, person_to_wire, rest_to_wire
from adtailor.service.wire.posts import PostWire, decode_post, post_from_wire, post_to_wire
from adtailor.service.wire.problems import Problem, problem, problem_of
from adtailor.service.wire.readings import ReadingWire, reading_from_wire, reading_to_wire
from adtailor.service.wire.requests import RequestWire, decode_request, request_from_wire, request_to_wire

__all__ = [
    "AdFace", "DecisionWire", "Malformed", "PostWire", "Problem", "ReadingWire", "RequestWire",
    "consents_from_wire", "consents_to_wire", "decision_to_wire", "decode", "decode_inventory", "decode_post",
    "decode_request", "encode", "event_to_wire", "faces", "inventory_from_wire", "inventory_to_wire",
    "person_to_wire", "post_from_wire", "post_to_wire", "problem", "problem_of", "reading_from_wire",
    "reading_to_wire", "request_from_wire", "request_to_wire", "rest_to_wire",
]  # fmt: skip
