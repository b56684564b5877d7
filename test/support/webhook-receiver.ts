import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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

  private constructor(private readonly server: Server) {}

  static async open(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const event = JSON.parse(body) as Received['event'];
        const received = { headers: request.headers, body, event, at: Date.now() };
        receiver.received.push(received);
        receiver.answering(received, response);
      });
    });
    const receiver = new WebhookReceiver(server);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return receiver;
  }

  get port(): number {
    // A listening TCP server has such an address.
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
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
