import { type BeforeApplicationShutdown, Inject, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Workers } from '../../workers/workers.js';
import { type Errand, WebhookDispatch } from './webhook-dispatch.service.js';
import { type Lane, WebhookLanesRepository } from './webhook-lanes.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

export const sendWorker = 'webhooks.send';

/** Per process: a slow endpoint fills its own places and leaves the others theirs. */
const sendsPerEndpoint = 4;
const sendsAtOnce = 64;

/** How long, after the longest try, its outcome may take to be written, in milliseconds; then another takes the lane. */
const recordingMs = 5000;

/** Keeps the places for sends filled with lanes that are due; every process does so beside the others. */
@Injectable()
export class OutgoingWebhooksWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutgoingWebhooksWorker.name);
  private readonly underWay = new Map<string, number>();
  private readonly sends = new Set<Promise<void>>();
  private endedSinceLook = 0;
  private isStopping = false;
  private filling = Promise.resolve(0);

  constructor(
    private readonly workers: Workers,
    private readonly lanes: WebhookLanesRepository,
    private readonly secrets: WebhookSecrets,
    private readonly dispatch: WebhookDispatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every(sendWorker, this.config.WEBHOOK_INTERVAL_MS, () => (this.filling = this.fill()));
  }

  /** What is under way comes to its end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.allSettled([this.filling]);
    await Promise.all(this.sends);
  }

  /** Does not wait for what it starts, or the slowest endpoint would set the pace; answers whether another look is worth it. */
  private async fill(): Promise<number> {
    const overall = sendsAtOnce - this.sends.size;
    if (this.isStopping || overall === 0) return 0;
    const ended = this.endedSinceLook;
    this.endedSinceLook = 0;
    const room = { underWay: this.underWay, perEndpoint: sendsPerEndpoint, overall };
    const taken = await this.lanes.take(room, this.config.WEBHOOK_TIMEOUT_MS + recordingMs);
    if (taken.length > 0) await this.begin(taken);
    return taken.length + ended;
  }

  private async begin(taken: readonly Lane[]): Promise<void> {
    const heads = await this.lanes.heads(taken);
    const secrets = await this.secrets.inUse([...new Set(taken.map(({ endpointId }) => endpointId))]);
    // What was taken before a stop began is left to the other processes.
    const sent = this.isStopping ? [] : heads;
    for (const head of sent) this.start({ ...head, secrets: secrets.get(head.lane.endpointId) ?? [] });
    const begun = new Set(sent.map(({ lane }) => nameOf(lane)));
    for (const lane of taken) if (!begun.has(nameOf(lane))) await this.dispatch.letGo(lane);
  }

  private start(errand: Errand): void {
    const { endpointId } = errand.lane;
    this.countUnderWay(endpointId, 1);
    const send = this.send(errand).finally(() => {
      this.sends.delete(send);
      this.countUnderWay(endpointId, -1);
      this.endedSinceLook += 1;
      this.workers.wake(sendWorker);
    });
    this.sends.add(send);
  }

  private async send(errand: Errand): Promise<void> {
    try {
      await this.dispatch.send(errand);
    } catch (error) {
      const { deliveryId } = errand;
      this.logger.error(
        { deliveryId, err: error },
        'a webhook’s outcome was not written; it will be sent again',
      );
    }
  }

  private countUnderWay(endpointId: string, by: number): void {
    const sends = (this.underWay.get(endpointId) ?? 0) + by;
    if (sends === 0) this.underWay.delete(endpointId);
    else this.underWay.set(endpointId, sends);
  }
}

const nameOf = ({ endpointId, key }: Lane): string => `${endpointId} ${key}`;
