import { Injectable } from '@nestjs/common';
import type { Sealed } from '../../auth/secret-box.js';
import { Database } from '../../database/database.js';

export interface StoredSecret extends Sealed {
  id: string;
}

const columns = 'id, sealed, key_id as "keyId"';

/** What `retires_at` leaves in use; for a select under the name `s`. */
export const isInUse = '(s.retires_at is null or s.retires_at > now())';

@Injectable()
export class WebhookSecretsRepository {
  constructor(private readonly database: Database) {}

  async insert(endpointId: string, { id, sealed, keyId }: StoredSecret): Promise<void> {
    await this.database.rows(
      'insert into webhooks.endpoint_secret (id, endpoint_id, sealed, key_id) values ($1, $2, $3, $4)',
      [id, endpointId, sealed, keyId],
    );
  }

  /** Those in use sign on for so long; what was to retire sooner does so. */
  async retire(endpointId: string, afterSeconds: number): Promise<void> {
    await this.database.rows(
      `update webhooks.endpoint_secret s set retires_at = least(retires_at, now() + make_interval(secs => $2))
       where endpoint_id = $1 and ${isInUse}`,
      [endpointId, afterSeconds],
    );
  }

  find(id: string): Promise<StoredSecret | undefined> {
    return this.database.row(
      `select ${columns} from webhooks.endpoint_secret s where id = $1 and ${isInUse}`,
      [id],
    );
  }

  /** Newest first. */
  ofEndpoints(endpointIds: readonly string[]): Promise<(StoredSecret & { endpointId: string })[]> {
    return this.database.rows(
      `select endpoint_id as "endpointId", ${columns} from webhooks.endpoint_secret s
       where endpoint_id = any($1) and ${isInUse} order by created_at desc, id desc`,
      [endpointIds],
    );
  }

  /** By id, from the one after `afterId` on. */
  sealedByOthers(keyId: string, limit: number, afterId?: string): Promise<StoredSecret[]> {
    return this.database.rows(
      `select ${columns} from webhooks.endpoint_secret s
       where key_id <> $1 and ${isInUse} and ($3::uuid is null or id > $3) order by id limit $2`,
      [keyId, limit, afterId ?? null],
    );
  }

  async reseal({ id, sealed, keyId }: StoredSecret): Promise<void> {
    await this.database.rows('update webhooks.endpoint_secret set sealed = $2, key_id = $3 where id = $1', [
      id,
      sealed,
      keyId,
    ]);
  }

  async forgetRetired(limit: number): Promise<number> {
    const rows = await this.database.rows(
      `delete from webhooks.endpoint_secret where id in (
         select id from webhooks.endpoint_secret where retires_at < now() limit $1) returning id`,
      [limit],
    );
    return rows.length;
  }
}
