import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { exposition } from '../metrics/index.js';
import { HealthReport } from './health-report.js';

interface Page {
  status: number;
  contentType: string;
  text: string;
}

/** The port of management: figures and detailed health for operators, apart from the API so that a firewall can tell them apart. */
@Injectable()
export class ManagementServer implements OnApplicationShutdown {
  private readonly logger = new Logger('Management');
  private server?: Server;

  constructor(
    private readonly report: HealthReport,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The server calls it; a command of the command line does not, so that it takes no port. */
  async start(): Promise<void> {
    const port = this.config.MANAGEMENT_PORT;
    if (port === undefined) return;
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
    this.server = server;
    this.logger.log(`metrics and health on port ${port}`);
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = await this.page(request).catch((error: unknown) => {
      this.logger.error({ err: error }, 'a page of management failed');
      return json(500, { status: 'failed' });
    });
    response.writeHead(page.status, { 'Content-Type': page.contentType }).end(page.text);
  }

  private async page({ method, url }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return json(405, { status: 'method not allowed' });
    switch (url?.split('?')[0]) {
      case '/metrics':
        return { status: 200, ...(await exposition()) };
      case '/health':
        return json(200, await this.report.read());
      case '/health/live':
        return json(200, { status: 'ok' });
      case '/health/ready':
        return this.ready();
      default:
        return json(404, { status: 'not found' });
    }
  }

  private async ready(): Promise<Page> {
    const { isReady, degraded } = await this.report.read();
    return isReady ? json(200, { status: 'ok', degraded }) : json(503, { status: 'not ready' });
  }
}

const json = (status: number, body: object): Page => ({
  status,
  contentType: 'application/json',
  text: JSON.stringify(body),
});
