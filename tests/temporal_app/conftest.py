"""People who request and review leave, as the requests' own tests have them."""

from tests.requests import conftest

people = conftest.people
leave = conftest.leave
