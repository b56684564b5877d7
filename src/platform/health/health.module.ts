import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { HealthReport } from './health-report.js';
import { ManagementServer } from './management-server.js';
import { Readiness } from './readiness.js';

@Module({
  imports: [TerminusModule.forRoot({ errorLogStyle: 'json' })],
  controllers: [HealthController],
  providers: [HealthReport, ManagementServer, Readiness],
})
export class HealthModule {}
