import threading

from app.core.outage import Outage

PATIENCE_SECONDS = 10


class Service:
    """Something that can be switched off."""

    def __init__(self):
        self.is_up = True
        self.asked = 0
        self.recovered = 0

    def ask(self):
        self.asked += 1
        if not self.is_up:
            raise ConnectionError("gone")
        return "answer"

    def recover(self):
        self.ask()
        self.recovered += 1


def outage_of(service: Service, retry_seconds: float = 0.01) -> Outage:
    return Outage("The service", (ConnectionError,), service.recover, retry_seconds)


def test_a_service_that_is_up_is_asked():
    service = Service()

    assert outage_of(service).attempt(service.ask, "otherwise") == "answer"


def test_only_the_first_request_asks_a_service_that_is_away():
    service = Service()
    service.is_up = False
    outage = outage_of(service, retry_seconds=60)

    answers = [outage.attempt(service.ask, "otherwise") for _ in range(5)]

    assert answers == ["otherwise"] * 5
    assert service.asked == 1


def test_it_is_asked_again_when_it_is_back():
    service = Service()
    service.is_up = False
    outage = outage_of(service)
    outage.attempt(service.ask, None)

    service.is_up = True

    assert outage.wait(PATIENCE_SECONDS)
    assert outage.attempt(service.ask, "otherwise") == "answer"
    assert service.recovered == 1


def test_what_is_missed_while_recovering_makes_another_round():
    service = Service()
    told = []

    def recover_slowly():
        service.recover()
        if not told:
            told.append(outage.tell(service.ask))

    outage = Outage("The service", (ConnectionError,), recover_slowly, 0.01)
    service.is_up = False
    outage.tell(service.ask)
    service.is_up = True

    assert outage.wait(PATIENCE_SECONDS)
    assert service.recovered == 2


def test_the_log_has_one_line_when_it_goes_and_one_when_it_is_back(caplog):
    caplog.set_level("INFO")
    service = Service()
    service.is_up = False
    outage = outage_of(service)
    threads = [threading.Thread(target=outage.attempt, args=(service.ask, None)) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.is_up = True
    outage.wait(PATIENCE_SECONDS)

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
