"""Keeps what is available of every item in a SQLite file, from the events of the inventory.

KAFKA_BROKERS, EVENT_PREFIX (shop), GROUP (stock) and STOCK_FILE (stock.sqlite) say where.
"""
import json
import os
import signal
import sqlite3

from confluent_kafka import Consumer

GROUP = os.environ.get("GROUP", "stock")
TOPIC = os.environ.get("EVENT_PREFIX", "shop") + ".inventory"

database = sqlite3.connect(os.environ.get("STOCK_FILE", "stock.sqlite"))
database.executescript(
    """
    create table if not exists inbox (event_id text primary key);
    create table if not exists stock (
        sku text, location text, available integer, version integer, primary key (sku, location));
    """
)


def take(message):
    """The inbox's row and its effect: both or neither."""
    headers = {name: value.decode() for name, value in message.headers() or []}
    # Readers pass over what they do not know, so that a new event breaks nobody.
    if not headers.get("ce_type", "").startswith("stock.") or message.value() is None:
        return
    level = json.loads(message.value())
    with database:
        if database.execute("insert or ignore into inbox values (?)", [headers["ce_id"]]).rowcount == 0:
            return
        # Every event carries the level as it was then; an older one, told again, must not win.
        database.execute(
            """insert into stock values (:sku, :location, :available, :version)
               on conflict (sku, location) do update
               set available = excluded.available, version = excluded.version
               where stock.version < excluded.version""",
            level,
        )


def stop(*_):
    """Ends the loop below, which then leaves the group."""
    global is_running
    is_running = False


is_running = True
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
consumer = Consumer(
    {
        "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
        "group.id": GROUP,
        "session.timeout.ms": 6000,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
)
consumer.subscribe([TOPIC])
print(f"{GROUP} follows {TOPIC}", flush=True)
while is_running:
    message = consumer.poll(0.25)
    if message is None or message.error():
        continue
    take(message)
    # After the effect: a crash in between brings the message again, and the inbox knows it.
    consumer.commit(message, asynchronous=False)
consumer.close()
