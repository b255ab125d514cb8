"""What the demo's requesters write into their forms."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from approvals.demo.courses import Course, facts
from approvals.demo.story import read_story
from approvals.engine.model import Form


class Writer:
    """Fills in forms, so that the policy sends each request the way its course goes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._amounts = facts().amounts
        self._decks: dict[str, list[Any]] = {}

    def requester(self, policy: str, form: Form) -> str:
        """Who asks for that."""
        shares: dict[str, Any] = read_story("requesters")[policy]
        if policy == "purchase-order":
            shares = shares[str(form["cost_centre"]).partition("-")[0]]
        return self._chance.choices(list(shares), weights=list(shares.values()))[0]

    def form(self, course: Course, on: date) -> Form:
        """The form for a course, filled in on a day."""
        match course.policy:
            case "expense-declaration":
                return self._expense(course, on)
            case "purchase-order":
                return self._order(course, on)
            case "access-request":
                return self._access(course, on)
            case "production-release":
                return self._release(course)
        raise ValueError(f"The demo has no story for {course.policy}.")

    def correct(self, form: Form) -> Form:
        """The form after a request for changes: something is said better, and some amounts are lower."""
        better = dict(form)
        amount = form.get("amount")
        if isinstance(amount, int) and "purpose" in form and self._chance.random() < 0.5:
            better["amount"] = max(100, amount * self._chance.randint(70, 98) // 100)
        else:
            field = next(id for id in ("remarks", "reason", "way_back") if id in form)
            better[field] = f"{form.get(field) or ''} {self._pick(read_story('words')['resubmit'])}".strip()
        return better

    def _pick(self, things: Any) -> Any:
        return self._chance.choice(things)

    def _deal(self, deck: str, things: Sequence[Any]) -> Any:
        """One of these; the same one comes again only after all the others."""
        left = self._decks.get(deck) or self._chance.sample(things, len(things))
        self._decks[deck] = left[1:]
        return left[0]

    def _expense(self, course: Course, on: date) -> Form:
        words = read_story("words")
        twentieth = self._chance.randrange(20)
        euros = self._chance.uniform(self._amounts[twentieth], self._amounts[twentieth + 1])
        guests = "director" in course.stages and self._chance.random() < 0.6
        if "director" in course.stages and not guests:
            euros = self._chance.uniform(5_100, 7_400)
        tier = next(tier for tier in read_story("expenses") if euros <= tier["upto"])
        return {
            "purpose": "Dinner with the visitation committee"
            if guests
            else self._deal(f"up to {tier['upto']}", tier["purposes"]),
            "spent_on": (on - timedelta(days=self._chance.randint(1, 20))).isoformat(),
            "amount": round(euros * 100),
            "first_check": self._first_check(course),
            "budget": "Somebody else's" if "budget-owner" in course.stages else "My supervisor's",
            "cost_centre": self._pick(words["cost_centres"]),
            "representation": guests,
            "remarks": self._pick(words["remarks"]),
        }

    def _first_check(self, course: Course) -> str:
        if "administration" in course.stages:
            return "The administration"
        return "A pre-approver" if "pre-approver" in course.stages else "Nobody before my supervisor"

    def _order(self, course: Course, on: date) -> Form:
        wanted = [
            order
            for order in read_story("orders")
            if ("committee" in course.stages) == (order["amount"] > 25_000)
            and ("legal" in course.stages) == (order.get("contract", False) or order["amount"] > 10_000)
        ]
        order = self._deal(" ".join(sorted(course.stages & {"legal", "committee"})), wanted)
        return {
            "item": order["item"],
            "supplier": order["supplier"],
            "amount": round(order["amount"] * self._chance.choice((1, 1, 0.98, 1.04)) * 100),
            "needed_by": (on + timedelta(days=self._chance.randint(10, 60))).isoformat(),
            "cost_centre": order["cost_centre"],
            "contract": order.get("contract", False),
            "reason": order["reason"],
        }

    def _access(self, course: Course, on: date) -> Form:
        systems = {
            "payroll": "Payroll",
            "student-records": "Student records",
            "data-warehouse": "Data warehouse",
        }
        named = [name for stage, name in systems.items() if stage in course.stages]
        system = named[0] if named else self._pick(list(systems.values()))
        right = (
            "Administer" if "security" in course.stages else self._pick(["Read", "Read", "Read", "Change"])
        )
        return {
            "system": system,
            "access": right,
            "until": (on + timedelta(days=self._chance.choice((30, 61, 92, 183, 365)))).isoformat(),
            "reason": self._deal(system, read_story("access")[system]),
        }

    def _release(self, course: Course) -> Form:
        release = self._deal("releases", read_story("releases"))
        risky = "duty-manager" in course.stages
        return {
            "service": release["service"],
            "version": f"{self._chance.randint(1, 7)}.{self._chance.randint(0, 40)}.{self._chance.randint(0, 9)}",
            "changes": release["changes"],
            "risk": "High" if risky else self._pick(["Low", "Low", "Medium"]),
            "way_back": self._pick(read_story("words")["ways_back"]),
            "tested": True,
        }
