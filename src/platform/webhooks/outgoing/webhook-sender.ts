import { Inject, Injectable } from '@nestjs/common';
import { type IncomingMessage, type RequestOptions, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { performance } from 'node:perf_hooks';
import { CONFIG, type Config } from '../../config/config.js';
import { Transaction } from '../../database/transaction.js';
import { AddressCheck, AddressRefused } from './address-check.js';
import { endpointUrl } from './endpoint-url.js';
import { WebhookUrlRefused } from './outgoing-webhooks.errors.js';
import { type AttemptResult, resultOf } from './webhook-delivery-status.js';

/** All that is known and kept of a try; what the other side wrote is not. */
export interface Attempt {
  result: AttemptResult;
  /** HTTP status, null where there was no answer. */
  status: number | null;
  durationMs: number;
}

/** Read and thrown away, so that a receiver can finish its answer; more ends the connection. */
const longestAnswerBytes = 65_536;

/** One try over the network: one connection, no redirects. */
@Injectable()
export class WebhookSender {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly transaction: Transaction,
    private readonly addresses: AddressCheck,
  ) {}

  /** Never throws for what the network does. */
  async post(url: string, headers: Record<string, string>, body: string): Promise<Attempt> {
    this.transaction.refuseInside('a webhook');
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(this.config.WEBHOOK_TIMEOUT_MS);
    const outcome = await this.answerTo(url, headers, body, signal).then(
      (status) => ({ result: resultOf(status), status }),
      (error: unknown) => ({ result: failureOf(error, signal), status: null }),
    );
    return { ...outcome, durationMs: Math.round(performance.now() - startedAt) };
  }

  private async answerTo(
    text: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<number> {
    // Again at every try: what was registered in a trial is refused once that is over.
    const url = endpointUrl(text, { isPrivateAllowed: this.config.WEBHOOK_ALLOW_PRIVATE });
    this.addresses.checkLiteral(url.hostname);
    const bytes = Buffer.from(body);
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length },
      lookup: this.addresses.lookup,
      // A connection of its own: a kept one may be dead, and its failure would count as a try.
      agent: false,
      signal,
    };
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      const request = send(url, options, (response) => resolve(drained(response)));
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(statusOf(response));
      });
      request.on('error', reject);
      // Whatever ends the connection: a try that never ends would keep its place for ever.
      request.on('close', () => reject(new Error('the connection was closed without an answer')));
      request.end(bytes);
    });
  }
}

const statusOf = ({ statusCode = 0 }: IncomingMessage): number => statusCode;

/** The status has come and decides; an answer that breaks off after it changes nothing. */
function drained(response: IncomingMessage): Promise<number> {
  let seen = 0;
  response.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > longestAnswerBytes) response.destroy();
  });
  return new Promise((resolve) => {
    response.on('error', () => resolve(statusOf(response)));
    response.on('close', () => resolve(statusOf(response)));
  });
}

function failureOf(error: unknown, signal: AbortSignal): AttemptResult {
  if (signal.aborted) return 'timeout';
  const isRefused = error instanceof AddressRefused || error instanceof WebhookUrlRefused;
  return isRefused ? 'address-refused' : 'unreachable';
}
