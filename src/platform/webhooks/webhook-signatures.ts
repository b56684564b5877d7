import { Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../errors/domain-error.js';
import { defineCounter } from '../metrics/index.js';

/** How far the sender's clock may be off, either way, in seconds. */
const toleranceSeconds = 300;

const refusals = defineCounter(
  'webhook_signature_failures_total',
  'Webhooks refused before anything was read from them',
  ['reason'],
);

export interface SignedWebhook {
  /** The bytes that came, before any parsing. */
  body: Buffer;
  headers: IncomingHttpHeaders;
  /** One, or two while a secret is rotated. */
  secrets: readonly string[];
}

/** One code for all reasons: a forger learns nothing of how near he came. */
export class SignatureInvalid extends DomainError {
  constructor(readonly reason: 'headers-missing' | 'timestamp-outside' | 'signature-wrong') {
    super(
      'unauthenticated',
      'signature-invalid',
      'The signature of the webhook is missing or wrong, or its time is past.',
    );
    refusals.inc({ reason });
  }
}

/** Signatures as Standard Webhooks 1.0 writes them: HMAC-SHA256 over `id.timestamp.body`, versioned `v1,<base64>`. */
@Injectable()
export class WebhookSignatures {
  /**
   * Answers the webhook's id, by which its receiver knows a repetition.
   * @throws SignatureInvalid (401 `signature-invalid`)
   */
  verify({ body, headers, secrets }: SignedWebhook, now: Date = new Date()): { id: string } {
    const id = single(headers['webhook-id']);
    const timestamp = single(headers['webhook-timestamp']);
    const given = single(headers['webhook-signature']);
    if (!id || !timestamp || !given) throw new SignatureInvalid('headers-missing');
    if (!isNear(timestamp, now)) throw new SignatureInvalid('timestamp-outside');
    const expected = secrets.map((secret) => signatureOf(secret, id, timestamp, body));
    // Every pair is compared, so that the time taken tells nothing of which one fitted.
    const matches = given.split(' ').flatMap((one) => expected.map((wanted) => isEqual(one, wanted)));
    if (!matches.includes(true)) throw new SignatureInvalid('signature-wrong');
    return { id };
  }

  /** The headers that a receiver of ours or of others verifies; of several secrets, which rotate, either is enough. */
  sign(
    id: string,
    body: Buffer | string,
    secrets: string | readonly string[],
    at: Date = new Date(),
  ): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': [secrets]
        .flat()
        .map((secret) => signatureOf(secret, id, timestamp, Buffer.from(body)))
        .join(' '),
    };
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function isNear(timestamp: string, now: Date): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) <= toleranceSeconds;
}

function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): string {
  const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

/** `whsec_` marks a key in base64, as the standard hands them out; any other secret is taken as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
