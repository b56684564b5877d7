import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { loopback } from '../../../src/platform/database/embedded/port.js';
import { readCompose } from '../compose-file.js';
import { endWithThisProcess } from './end-with-this-process.js';
import { type ServerProcess, untilReady } from './server-process.js';

const run = promisify(execFile);

export interface ContainerImage {
  /** Its service in docker-compose.yml, which names the image. */
  service: string;
  /** On this machine, and the port inside. */
  ports: [number, number];
  environment?: Record<string, string>;
  command?: string[];
  isReady: () => Promise<boolean>;
}

/** Whether an engine answers; a client alone is not enough. */
export const isDockerThere = (): Promise<boolean> =>
  run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );

export function imageOf(service: string): string {
  const image = readCompose().services[service]?.image;
  if (!image) throw new Error(`docker-compose.yml names no image of ${service}`);
  return image;
}

/** A server in a container of its own, reached over loopback. */
export class Container implements ServerProcess {
  readonly how: string;
  private readonly name = `shop-test-${randomBytes(6).toString('hex')}`;
  private readonly release: () => void;
  private isFrozen = false;

  private constructor(private readonly image: ContainerImage) {
    this.how = `${imageOf(image.service)} by Docker`;
    this.release = endWithThisProcess('docker rm --force --volumes "$1"', this.name);
  }

  static async create(image: ContainerImage): Promise<Container> {
    const container = new Container(image);
    const [outside, inside] = image.ports;
    const environment = Object.entries(image.environment ?? {}).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]);
    const published = ['--publish', `${loopback}:${outside}:${inside}`];
    try {
      // Not `--rm`: a container that is killed is started again, on the same data.
      const named = ['create', '--name', container.name, ...published, ...environment];
      await run('docker', [...named, imageOf(image.service), ...(image.command ?? [])]);
    } catch (error) {
      container.release();
      throw error;
    }
    return container;
  }

  async start(): Promise<void> {
    await this.docker('start');
    await untilReady(
      this.image.isReady,
      async () => (await this.docker('inspect', '--format', '{{.State.Running}}')).trim() !== 'true',
      () => this.docker('logs', '--tail', '20'),
    );
  }

  async stop(): Promise<void> {
    await this.thaw();
    await this.docker('stop');
  }

  async kill(): Promise<void> {
    await this.thaw();
    await this.docker('kill');
  }

  async freeze(): Promise<void> {
    await this.docker('pause');
    this.isFrozen = true;
  }

  /** Docker neither stops nor kills a container that is paused. */
  async thaw(): Promise<void> {
    if (!this.isFrozen) return;
    await this.docker('unpause');
    this.isFrozen = false;
  }

  async remove(): Promise<void> {
    await this.docker('rm', '--force', '--volumes');
    this.release();
  }

  private async docker(...words: string[]): Promise<string> {
    const { stdout, stderr } = await run('docker', [...words, this.name]);
    return stdout + stderr;
  }
}
