import { Injectable } from '@nestjs/common';
import { DatabaseChannel } from './database-channel.js';

/** At most one NOTIFY in this time, in milliseconds: each takes a lock that all of them share. */
const notifyEveryMs = 20;

/** Tells the active relay, in this process or another, that there is something to publish. */
@Injectable()
export class RelaySignal {
  private listener?: () => void;
  private isNotifyDue = false;

  constructor(private readonly channel: DatabaseChannel) {
    channel.on('outbox', () => this.listener?.());
  }

  /** Called after a commit; never waits, and a signal that is lost is made up for by the relay's poll. */
  wake(): void {
    if (this.listener) return this.listener();
    if (this.isNotifyDue) return;
    this.isNotifyDue = true;
    setTimeout(() => {
      this.isNotifyDue = false;
      this.channel.tell('outbox', '');
    }, notifyEveryMs).unref();
  }

  /** While the relay of this process is the active one, it is woken without the database; `undefined` when it no longer is. */
  listen(listener: (() => void) | undefined): void {
    this.listener = listener;
  }
}
