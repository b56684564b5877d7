import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { CONFIG, type Config } from '../config/config.js';
import { bannerOf } from './banner.js';
import { type DegradablePart, Degradations } from './degradations.js';
import { Readiness } from './readiness.js';

/** The detailed health, for operators. */
export interface Report {
  isReady: boolean;
  mode: Config['mode'];
  /** Says in capitals what must not be mistaken for a real shop. */
  banner?: string;
  /** What is down without keeping the shop from serving; absent where nothing is. */
  degraded?: DegradablePart[];
  parts: HealthCheckResult['details'];
}

@Injectable()
export class HealthReport {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly readiness: Readiness,
    private readonly degradations: Degradations,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async read(): Promise<Report> {
    const result = await this.check();
    const { current } = this.degradations;
    return {
      isReady: result.status === 'ok',
      mode: this.config.mode,
      banner: bannerOf(this.config),
      ...(current.length > 0 ? { degraded: current } : {}),
      parts: result.details,
    };
  }

  private async check(): Promise<HealthCheckResult> {
    try {
      return await this.checks.check(this.readiness.parts);
    } catch (error) {
      // Terminus tells a failed check by this exception, with the result as its response.
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}
