"""``manage.py policy prove``: the proof of a policy on the command line, with its progress."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable

from django.core.management.base import CommandError, OutputWrapper

from approvals.engine.policy import Policy
from approvals.policies import proof_records, proof_words
from approvals.policies.proof import Budget, Progress, Proof
from approvals.policies.proof_records import Examined

REFUTED = 3
SAMPLED = 4
EVERY = 1.0
"""Seconds between two lines of progress."""


def add_arguments(parser: ArgumentParser) -> None:
    """What is to be proven, and how much is tried."""
    parser.add_argument("policy", help="A policy's key, or a file; - reads standard input.")
    parser.add_argument("--json", dest="as_json", action="store_true", help="Print the proof as JSON.")
    add_budget(parser)


def add_budget(parser: ArgumentParser) -> None:
    """How much is tried."""
    parser.add_argument("--seconds", type=float, default=60.0, help="How long it may take; 60 by default.")
    parser.add_argument(
        "--combinations", type=int, default=20_000, help="How many combinations are tried; 20,000 by default."
    )


def add_despite(parser: ArgumentParser) -> None:
    """How a policy is published that has a counter-example."""
    parser.add_argument(
        "--despite", action="store_true", help="Publish it although there is a path that too few can decide."
    )
    add_budget(parser)


def examined(policy: Policy, seconds: float, combinations: int, err: OutputWrapper) -> Examined:
    """The proof of a policy, its progress told on ``err``."""
    return proof_records.examine(policy, Budget(seconds, combinations), _progress(err.write))


def must_be_accepted(policy: Policy, examined: Examined, *, despite: bool) -> None:
    """Leave where there are counter-examples that are not accepted."""
    try:
        proof_records.must_be_accepted(policy.key, examined, despite)
    except proof_records.NotAccepted as error:
        message = f"{error.message} Mend it, or publish it with --despite."
        raise CommandError(message, returncode=REFUTED) from error


def tell(proof: Proof, policy: Policy, out: OutputWrapper) -> None:
    """The proof in words."""
    out.write(f"{policy.title}: {proof_words.verdict(proof)}")
    for text in proof_words.in_words(proof, policy):
        out.write(f"\n{' '.join(text.sentences)}")
    for text in proof_words.today_in_words(proof, policy):
        out.write(f"\nToday: {' '.join(text.sentences)}")
    out.write("")
    for line in proof_words.coverage_in_words(proof.coverage, policy):
        out.write(line)


def as_json(proof: Proof, policy: Policy) -> str:
    """The proof as programs read it; each counter-example has its ``text`` too."""
    told = proof.model_dump(mode="json")
    texts = {
        "findings": proof_words.in_words(proof, policy),
        "today": proof_words.today_in_words(proof, policy),
    }
    for part, several in texts.items():
        for found, text in zip(told[part], several, strict=True):
            found["text"] = " ".join(text.sentences)
    return json.dumps({"holds": proof.holds, **told}, indent=2, ensure_ascii=False)


def finish(proof: Proof) -> None:
    """Leave with the exit status that the proof comes to."""
    if not proof.holds:
        raise CommandError("There is a path that too few people can decide.", returncode=REFUTED)
    if not proof.coverage.exhaustive:
        raise CommandError("Not everything was tried.", returncode=SAMPLED)


def _progress(write: Callable[[str], object]) -> Progress:
    """A line now and then."""
    last = time.monotonic()

    def told(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            write(f"{done:,} of {of:,} combinations")

    return told
