import { isDeepStrictEqual } from 'node:util';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export const endpointStatuses = ['enabled', 'disabled'] as const;
export type EndpointStatus = (typeof endpointStatuses)[number];

/** `gone`: it answered 410; `failing`: it took nothing for days. */
export const disabledReasons = ['gone', 'failing', 'staff'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** What staff say of an endpoint. */
export interface EndpointDetails {
  /** As the WHATWG URL parser writes it. */
  url: string;
  description: string | null;
  /** Types of events that it is told; null for all, those of later versions included. */
  types: string[] | null;
  status: EndpointStatus;
}

/** Where another back end is told of events. One change raises the version by one. */
@Entity({ schema: 'webhooks', name: 'endpoint' })
export class WebhookEndpoint implements EndpointDetails {
  @PrimaryColumn('uuid') id: string;
  @Column('text') url: string;
  @Column('text', { nullable: true }) description: string | null;
  @Column('text', { array: true, nullable: true }) types: string[] | null;
  @Column('text') status: EndpointStatus;
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason: DisabledReason | null;
  /** What waits is no older than this. */
  @Column('timestamptz', { name: 'enabled_at' }) enabledAt: Date;
  /** The first try that failed since the last success, at this url. */
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince: Date | null;
  @Column('int') version: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'changed_at' }) changedAt: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt: Date | null;

  static register(id: string, details: Omit<EndpointDetails, 'status'>, now: Date): WebhookEndpoint {
    return Object.assign(new WebhookEndpoint(), details, {
      id,
      status: 'enabled' as const,
      disabledReason: null,
      enabledAt: now,
      failingSince: null,
      version: 1,
      createdAt: now,
      changedAt: now,
      deletedAt: null,
    });
  }

  /** Takes what is named and keeps the rest; answers false where nothing differs, and the version stays. */
  change(change: Partial<EndpointDetails>, now: Date): boolean {
    const { url, description, types, status } = this;
    const before: EndpointDetails = { url, description, types, status };
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const after: EndpointDetails = { ...before, ...Object.fromEntries(given) };
    if (isDeepStrictEqual(before, after)) return false;
    Object.assign(this, after);
    if (after.url !== before.url) this.failingSince = null;
    if (after.status !== before.status) this.move(after.status, now);
    this.raise(now);
    return true;
  }

  /** A secret of it was made or retired, which its view shows. */
  rotate(now: Date): void {
    this.raise(now);
  }

  delete(now: Date): void {
    this.deletedAt = now;
    this.raise(now);
  }

  /** Once it is enabled again, it and what waits for it have all their time before them. */
  private move(status: EndpointStatus, now: Date): void {
    this.disabledReason = status === 'disabled' ? 'staff' : null;
    this.failingSince = null;
    if (status === 'enabled') this.enabledAt = now;
  }

  private raise(now: Date): void {
    this.version += 1;
    this.changedAt = now;
  }
}
