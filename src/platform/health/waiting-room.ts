import { createServer } from 'node:http';

/**
 * Answers on `port` for a server that still waits for its database: it lives, it is not ready, and every request may come again.
 * Nothing for port 0, which nobody knows yet.
 * @returns what frees the port
 */
export async function openWaitingRoom(port: number): Promise<() => Promise<void>> {
  if (port === 0) return () => Promise.resolve();
  const server = createServer((request, response) => {
    const isLive = request.url === '/health/live';
    response
      .writeHead(isLive ? 200 : 503, isLive ? live : comeAgain)
      .end(isLive ? '{"status":"ok"}' : problem);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
}

const live = { 'Content-Type': 'application/json', Connection: 'close' };
const comeAgain = { 'Content-Type': 'application/problem+json', 'Retry-After': '1', Connection: 'close' };
const problem = JSON.stringify({
  type: '/problems/not-ready',
  title: 'Not ready',
  status: 503,
  detail: 'This server waits for its database.',
  code: 'not-ready',
});
