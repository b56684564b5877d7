import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { cutConnection, rememberSockets } from './current-socket.js';
import { armFailPoint, failPoint } from './fail-point.js';

describe('a fail point', () => {
  it('does nothing unless it is armed', async () => {
    await failPoint('after-claim');
  });

  it('reacts once, and other points do not', async () => {
    armFailPoint('after-claim', () => {
      throw new Error('broken on purpose');
    });
    await failPoint('after-reserve');
    await expect(failPoint('after-claim')).rejects.toThrow('broken on purpose');
    await failPoint('after-claim');
  });

  it('reacts as often as it was armed for', async () => {
    let reactions = 0;
    armFailPoint('before-commit', () => void (reactions += 1), 3);
    for (let walk = 0; walk < 5; walk += 1) await failPoint('before-commit');
    expect(reactions).toBe(3);
  });
});

describe('cutting the connection', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    rememberSockets();
    server = createServer((request, response) => {
      void (async () => {
        await pause(5);
        if (request.url === '/cut') cutConnection();
        response.end('whole');
      })();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    // A listening TCP server has such an address.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('ends the request at hand without an answer, and no other', async () => {
    const [whole, cut] = await Promise.allSettled([fetch(`${url}/`), fetch(`${url}/cut`)]);
    expect(whole.status).toBe('fulfilled');
    expect(cut.status).toBe('rejected');
  });

  it('finds none in background work', () => {
    expect(cutConnection()).toBe(false);
  });
});
