import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certified } from './test-authority.js';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
  at: number;
}

/** What a receiver does with what came; it must end the response, or leave the sender waiting. */
export type Answering = (received: Received, response: ServerResponse) => void;

export const answer =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (_received, response) =>
    void response.writeHead(status, headers).end('what the receiver says is its own');

/** A back end of somebody else's, on loopback. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  answering: Answering = answer(204);

  private constructor(
    private readonly server: Server,
    private readonly origin: string,
  ) {}

  /** @param certified where it is given, over HTTPS and under the name `localhost` */
  static async open(certified?: Certified): Promise<WebhookReceiver> {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const event = JSON.parse(body) as Received['event'];
        const received = { headers: request.headers, body, event, at: Date.now() };
        receiver.received.push(received);
        receiver.answering(received, response);
      });
    };
    const receiver = certified
      ? new WebhookReceiver(createSecureServer(certified, listener), 'https://localhost')
      : new WebhookReceiver(createServer(listener), 'http://127.0.0.1');
    const { server } = receiver;
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return receiver;
  }

  get port(): number {
    // A listening TCP server has such an address.
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.origin}:${this.port}/hooks`;
  }

  get ids(): string[] {
    return this.received.map(({ headers }) => String(headers['webhook-id']));
  }

  /** The versions of one probe in the order they came, repetitions included. */
  versionsOf(probeId: string): unknown[] {
    return this.received
      .filter(({ event }) => event.data['probeId'] === probeId)
      .map(({ event }) => event.data['version']);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
