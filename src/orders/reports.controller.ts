import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../platform/auth/index.js';
import { ApiAnswer } from '../platform/http/index.js';
import { type TodayReportView, todayReport } from './orders.schemas.js';
import { ReportsService } from './reports.service.js';

@ApiTags('reports')
@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @ApiOperation({ operationId: 'readTodaysReport', summary: 'Sum up what was placed since midnight UTC' })
  @Get('today')
  @Permission('reports:read')
  @ApiAnswer(200, todayReport)
  today(): Promise<TodayReportView> {
    return this.reports.today();
  }
}
