import { Inject, Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { Inbox } from '../platform/events/index.js';
import { Answer, noContent } from '../platform/http/answer.js';
import { PaymentNotFound } from './payments.errors.js';
import { PROVIDERS, type Providers } from './providers/index.js';
import { RecordingService } from './recording.service.js';

/** What providers tell us of their own accord. */
@Injectable()
export class PaymentWebhooks {
  constructor(
    private readonly inbox: Inbox,
    private readonly recording: RecordingService,
    @Inject(PROVIDERS) private readonly providers: Providers,
  ) {}

  /** Each event takes effect once, in the transaction that remembers it; it may come early, late, twice or out of order. */
  async receive(providerName: string, headers: IncomingHttpHeaders, rawBody: Buffer): Promise<Answer> {
    const provider = this.providers.get(providerName);
    if (!provider?.readWebhook) throw new PaymentNotFound();
    const { eventId, reference, facts } = provider.readWebhook(headers, rawBody);
    await this.inbox.once(`payments.${provider.name}`, eventId, () =>
      this.recording.learn({ paymentId: reference, provider: provider.name }, facts),
    );
    return noContent();
  }
}
