import { Readable } from 'node:stream';
import { Controller, Post, Query, RawBody, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Permission } from '../platform/auth/index.js';
import { Answer, ApiAnswer, ApiProblem, BodyLimit, BodyTypes, ok } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { faultsShown, type ImportQuery, importQuery, importReportView } from './import.schemas.js';
import { ImportService } from './import.service.js';

const csv = 'text/csv';
const ndjson = 'application/x-ndjson';

@ApiTags('inventory')
@Controller('imports')
export class ImportsController {
  constructor(
    private readonly importer: ImportService,
    private readonly idempotency: Idempotency,
  ) {}

  /** The whole import is one transaction here, so that a retry under its key receives nothing twice. */
  @ApiOperation({
    operationId: 'importItems',
    summary: 'Import items and stock from CSV or NDJSON',
    description:
      'Good rows are kept, bad ones are named with their reasons. With `dryRun` nothing is written.',
  })
  @Post()
  @Permission('items:write')
  @Idempotent({ required: false })
  @BodyTypes(csv, ndjson)
  @BodyLimit(20_000_000)
  @ApiConsumes(csv, ndjson)
  @ApiBody({ schema: { type: 'string' } })
  @ApiAnswer(200, importReportView)
  @ApiProblem('import-unreadable')
  import(
    @ClaimKey() key: IdempotentRequest,
    @Query({ schema: importQuery }) { dryRun }: ImportQuery,
    @Req() { headers }: Request,
    @RawBody() body: Buffer | undefined,
  ): Promise<Answer> {
    const format = headers['content-type']?.toLowerCase().includes(csv) ? 'csv' : 'ndjson';
    return this.idempotency.run(key, async () => {
      const report = await this.importer.import(Readable.from(body ? [body] : []), { format, dryRun });
      return ok({ ...report, faults: report.faults.slice(0, faultsShown) });
    });
  }
}
