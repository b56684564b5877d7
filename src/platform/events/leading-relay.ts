import { Injectable } from '@nestjs/common';
import { DatabaseChannel } from './database-channel.js';
import { type Duty, Leader } from './leader.js';
import type { Publish } from './publish.js';
import { Relay } from './relay.js';

/** The relay of whichever process leads, with the duties of its transport beside it. */
@Injectable()
export class LeadingRelay {
  constructor(
    private readonly relay: Relay,
    private readonly leader: Leader,
    private readonly channel: DatabaseChannel,
  ) {}

  start(publish: Publish, ...duties: Duty[]): void {
    this.channel.start();
    this.leader.start([(connection, stop) => this.relay.run(connection, stop, publish), ...duties]);
  }

  /** Lets what is under way come to its end. */
  async stop(): Promise<void> {
    await this.leader.stop();
    await this.channel.stop();
  }
}
