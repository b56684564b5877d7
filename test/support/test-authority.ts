import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certified {
  key: Buffer;
  cert: Buffer;
}

/** A certificate authority of a test's own, by the `openssl` of the machine; whoever is to trust it is given its file. */
export class TestAuthority {
  private constructor(private readonly folder: string) {}

  static async found(): Promise<TestAuthority> {
    const authority = new TestAuthority(mkdtempSync(join(tmpdir(), 'authority-')));
    await authority.request('authority', '-addext', 'basicConstraints=critical,CA:TRUE');
    return authority;
  }

  /** Its own certificate, as PEM. */
  get file(): string {
    return this.pathOf('authority.crt');
  }

  /** A key and a certificate for the host, good for a day. */
  async certify(host: string): Promise<Certified> {
    const signer = ['-CA', this.file, '-CAkey', this.pathOf('authority.key')];
    await this.request(host, ...signer, '-addext', `subjectAltName=DNS:${host}`);
    return { key: readFileSync(this.pathOf(`${host}.key`)), cert: readFileSync(this.pathOf(`${host}.crt`)) };
  }

  dissolve(): void {
    rmSync(this.folder, { recursive: true });
  }

  private async request(name: string, ...words: string[]): Promise<void> {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const files = ['-keyout', this.pathOf(`${name}.key`), '-out', this.pathOf(`${name}.crt`)];
    await run('openssl', ['req', '-x509', ...key, ...files, '-days', '1', '-subj', `/CN=${name}`, ...words]);
  }

  private pathOf(file: string): string {
    return join(this.folder, file);
  }
}
