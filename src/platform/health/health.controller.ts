import { Controller, Get, Inject, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Permission } from '../auth/permission.decorator.js';
import { CONFIG, type Config } from '../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import { HealthReport, Report } from './health-report.js';

/** `degraded` names parts that are down without keeping the shop from serving. */
type Ready = { status: 'ok' } & Pick<Report, 'degraded'>;

@ApiExcludeController()
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(
    private readonly report: HealthReport,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Whether the process runs; nothing that it depends on is asked, since starting it again would not mend that. */
  @Get('live')
  @Permission('public')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether to send requests here; why not is told by the log and on the port of management. */
  @Get('ready')
  @Permission('public')
  async ready(): Promise<Ready> {
    const { isReady, degraded } = await this.report.read();
    if (isReady) return { status: 'ok', degraded };
    throw new DomainError('unavailable', 'not-ready', 'This server cannot serve requests now.', {
      retryAfterSeconds: 1,
    });
  }

  /** Everything, where there is no port of management. */
  @Get()
  @Permission('public')
  async details(): Promise<Report> {
    if (this.config.MANAGEMENT_PORT !== undefined)
      throw new DomainError('not-found', 'not-found', 'There is nothing here.');
    return this.report.read();
  }
}
