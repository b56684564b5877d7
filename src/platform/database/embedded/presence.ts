import { randomUUID } from 'node:crypto';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { type Cluster, superuser } from './cluster.js';
import { loopback } from './port.js';

const applicationName = 'embedded-postgres-launcher';
const cannotConnectNow = '57P03';
/** The server ends this session: it shuts down, or one of its processes crashed. */
const sessionEnded = ['57P01', '57P02'];

/** Whether the server said that it is starting, recovering or stopping. */
export function isNotReadyYet(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === cannotConnectNow;
}

/**
 * A launcher's connection, open for as long as its process uses the server. The system ends it with the process, so that
 * the sessions of this name are always the true list of those who would miss the server.
 */
export class Presence {
  private open = true;

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
  ) {
    const lost = () => (this.open = false);
    client.on('error', lost);
    client.on('end', lost);
  }

  static async announce(cluster: Cluster, port: number): Promise<Presence> {
    const socket = new Socket();
    const client = new Client({
      host: loopback,
      port,
      user: superuser,
      password: cluster.password,
      // Not the shop's own database: that one must stay free to be dropped or used as a template.
      database: 'postgres',
      application_name: applicationName,
      connectionTimeoutMillis: 5000,
      stream: () => socket,
    });
    const presence = new Presence(client, socket);
    await client.connect();
    // It alone must not keep a finished command from ending.
    socket.unref();
    return presence;
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Whether the server at the other end keeps its data in this folder: a copied folder names the original's server. */
  async serves(dataDir: string): Promise<boolean> {
    const name = `embedded.${randomUUID()}`;
    const file = join(dataDir, name);
    await writeFile(file, name);
    try {
      // Root's umask may have hidden it from the server's account; the folder itself is closed to all others.
      await chmod(file, 0o644);
      const rows = await this.query<{ content: string | null }>('select pg_read_file($1, true) as content', [
        name,
      ]);
      return rows[0]?.content === name;
    } finally {
      await rm(file);
    }
  }

  async ensureDatabase(name: string): Promise<void> {
    const found = await this.query<{ datname: string }>(
      'select datname from pg_database where datname = $1',
      [name],
    );
    // Encoding and collation are those of the cluster, see initdb's arguments.
    if (found.length === 0) await this.query(`create database ${this.client.escapeIdentifier(name)}`);
  }

  /** Whether no other launcher would miss the server; a session that the server ends meanwhile is as good as none. */
  async isLast(): Promise<boolean> {
    const others =
      'select pid from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid() limit 1';
    try {
      return (await this.query<{ pid: number }>(others, [applicationName])).length === 0;
    } catch (error) {
      if (error instanceof DatabaseError && sessionEnded.includes(error.code ?? '')) return true;
      throw error;
    }
  }

  async leave(): Promise<void> {
    if (!this.open) return;
    this.socket.ref();
    await this.client.end();
  }

  private async query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    this.socket.ref();
    try {
      return (await this.client.query<Row>(sql, parameters)).rows;
    } finally {
      this.socket.unref();
    }
  }
}
