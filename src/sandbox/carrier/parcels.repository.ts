import type { SandboxConnection, SandboxDatabase } from '../sandbox-database.js';

export interface Parcel {
  reference: string;
  trackingNumber: string;
  postalCode: string | null;
  /** How many stops of its route are behind it. */
  stopsDone: number;
}

const columns = `reference, tracking_number as "trackingNumber", postal_code as "postalCode", stops_done as "stopsDone"`;

/** The carrier's books. */
export class ParcelsRepository {
  constructor(private readonly database: SandboxDatabase) {}

  /** The same reference is the same parcel, however often it is booked. */
  async book(
    reference: string,
    trackingNumber: string,
    postalCode: string | undefined,
    paceMs: number,
  ): Promise<string> {
    const rows = await this.database.rows<{ trackingNumber: string }>(
      `insert into sandbox.parcel (reference, tracking_number, postal_code, next_scan_at)
       values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
       on conflict (reference) do update set reference = excluded.reference
       returning tracking_number as "trackingNumber"`,
      [reference, trackingNumber, postalCode ?? null, paceMs / 1000],
    );
    return rows[0]?.trackingNumber ?? trackingNumber;
  }

  takeDue(connection: SandboxConnection, limit: number): Promise<(Parcel & Record<string, unknown>)[]> {
    return connection.rows(
      `select ${columns} from sandbox.parcel where next_scan_at <= clock_timestamp()
       order by next_scan_at limit $1 for update skip locked`,
      [limit],
    );
  }

  /** A parcel at its last stop is never due again. */
  async moveOn(
    connection: SandboxConnection,
    parcels: { reference: string; isAtEnd: boolean }[],
    paceMs: number,
  ): Promise<void> {
    await connection.rows(
      `update sandbox.parcel p set stops_done = p.stops_done + 1,
         next_scan_at = case when done."isAtEnd" then null else clock_timestamp() + make_interval(secs => $2) end
       from jsonb_to_recordset($1::jsonb) as done (reference text, "isAtEnd" boolean) where p.reference = done.reference`,
      [JSON.stringify(parcels), paceMs / 1000],
    );
  }
}
