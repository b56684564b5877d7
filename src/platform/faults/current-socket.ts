import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const sockets = new AsyncLocalStorage<Socket>();
let isRemembering = false;

/** From now on every request's work knows the connection it came by; only for faults, the rest of the house needs none of it. */
export function rememberSockets(): void {
  if (isRemembering) return;
  isRemembering = true;
  subscribe('http.server.request.start', (message) => {
    const { socket } = message as { socket: Socket };
    sockets.enterWith(socket);
  });
}

/** Ends the connection of the request at hand without an answer; false for background work, which has none. */
export function cutConnection(): boolean {
  const socket = sockets.getStore();
  socket?.destroy();
  return socket !== undefined;
}
