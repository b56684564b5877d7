import { once } from 'node:events';
import { connect } from 'node:net';
import { startTestApp } from '../support/app.js';

it('a stop waits for no connection on which nothing is under way, used before or never', async () => {
  const shop = await startTestApp();
  const port = Number(new URL(shop.url).port);
  const [never, before] = [connect(port, 'localhost'), connect(port, 'localhost')];
  await Promise.all([once(never, 'connect'), once(before, 'connect')]);
  before.write('GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(before, 'data');
  const ends = [never, before].map((socket) => once(socket.resume(), 'close'));
  const startedAt = Date.now();
  await shop.close();
  await Promise.all(ends);
  expect(Date.now() - startedAt).toBeLessThan(20_000);
}, 90_000);
