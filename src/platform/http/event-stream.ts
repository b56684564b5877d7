import { once } from 'node:events';
import type { Response } from 'express';
import { defineCounter } from '../metrics/define-metric.js';

/** To be named by `@Header('Content-Type', eventStreamType)` on the handler, for what cannot read it is refused before. */
export const eventStreamType = 'text/event-stream';

/** After how long a reader that was cut comes back, in milliseconds. */
const reconnectMs = 1000;

const sent = defineCounter('sse_events_total', 'Events that were sent to readers of event streams');

/** One server-sent event, as the HTML standard names its fields. */
export interface ServerSentEvent {
  id: number;
  event: string;
  data: unknown;
}

/** Where a stream's events come from, as long as it is open. */
export interface EventSource {
  /** An empty page is a sign of life. */
  pages: AsyncIterable<readonly ServerSentEvent[]>;
  /** Aborts when the stream is to end. */
  signal: AbortSignal;
  close(): void;
}

/** Writes the events until the source or the reader ends; no faster than they are read, so that a slow reader costs one page. */
export async function sendEvents(response: Response, source: EventSource): Promise<void> {
  response.once('close', () => source.close());
  response.status(200).setHeader('X-Accel-Buffering', 'no');
  try {
    if (!response.destroyed && response.req.method !== 'HEAD') await writeAll(response, source);
  } catch (error) {
    if (!source.signal.aborted) throw error;
  } finally {
    source.close();
  }
  // What a reader leaves lying would keep the connection, and with it the stop of the server.
  if (response.writableLength > 0) response.destroy();
  else response.end();
}

async function writeAll(response: Response, { pages, signal }: EventSource): Promise<void> {
  await write(response, `retry: ${reconnectMs}\n\n`, signal);
  for await (const page of pages) {
    await write(response, page.length > 0 ? page.map(frameOf).join('') : ': still here\n\n', signal);
    sent.inc({}, page.length);
  }
}

async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', { signal });
}

function frameOf({ id, event, data }: ServerSentEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
