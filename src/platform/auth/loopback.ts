import type { Request } from 'express';

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const localHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** Whether a program on this machine asks: not a proxy on it for somebody else, nor a page in its browser by a rebound name. */
export function isFromThisMachine(request: Pick<Request, 'headers' | 'socket'>): boolean {
  const { headers, socket } = request;
  const isForwarded = forwarding.some((name) => headers[name] !== undefined);
  return !isForwarded && loopback.test(socket.remoteAddress ?? '') && localHost.test(headers.host ?? '');
}
