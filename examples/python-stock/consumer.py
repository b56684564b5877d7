"""Keeps what is available of every item in a SQLite file, from the events of the inventory.

KAFKA_BROKERS, EVENT_PREFIX (shop), GROUP (stock) and STOCK_FILE (stock.sqlite) say where.
"""
import json
import logging
import os
import signal
import sqlite3

from confluent_kafka import Consumer

GROUP = os.environ.get("GROUP", "stock")
TOPIC = os.environ.get("EVENT_PREFIX", "shop") + ".inventory"

database = sqlite3.connect(os.environ.get("STOCK_FILE", "stock.sqlite"))
database.executescript("""
    create table if not exists inbox (event_id text primary key);
    create table if not exists set_aside (place text primary key, headers text, body blob, why text not null);
    create table if not exists stock (
        sku text not null, location text not null, available integer not null, version integer not null,
        primary key (sku, location));
""")


def take(message):
    """The inbox's row and its effect: both or neither."""
    headers = dict(message.headers() or [])
    # Readers pass over what they do not know, so that a new event breaks nobody.
    if not headers["ce_type"].decode().startswith("stock."):
        return
    event_id, level = headers["ce_id"].decode(), json.loads(message.value())
    row = [level[name] for name in ("sku", "location", "available", "version")]
    with database:
        if database.execute("insert or ignore into inbox values (?)", [event_id]).rowcount == 0:
            return
        # Every event carries the level as it was then; an older one, told again, must not win.
        database.execute("""
            insert into stock values (?, ?, ?, ?) on conflict (sku, location) do update
            set available = excluded.available, version = excluded.version
            where stock.version < excluded.version""", row)


def set_aside(message, error):
    """Keeps what cannot be taken, and why, for a person to look at."""
    place = f"{message.topic()}/{message.partition()}/{message.offset()}"
    logging.error("%s is set aside: %r", place, error)
    row = [place, repr(message.headers()), message.value(), repr(error)]
    with database:
        database.execute("insert or ignore into set_aside values (?, ?, ?, ?)", row)


stopping = []
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stopping.append(True))
consumer = Consumer({
    "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
    "group.id": GROUP,
    "session.timeout.ms": 6000,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    # A commit that fails is covered by the next, or the message comes again and the inbox knows it.
    "on_commit": lambda error, _: error and logging.error("not committed: %s", error),
})
consumer.subscribe([TOPIC])
print(f"{GROUP} follows {TOPIC}", flush=True)
while not stopping:
    message = consumer.poll(0.25)
    if message is not None and message.error():
        logging.error(message.error())
    elif message is not None:
        try:
            take(message)
        except sqlite3.OperationalError:
            raise  # The file takes nothing: the program ends, and begins here when it is started again.
        except Exception as error:
            set_aside(message, error)
        consumer.commit(message)  # After the effect: a crash in between brings the message again.
consumer.close()
