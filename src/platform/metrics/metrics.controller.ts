import { Controller, Get, Inject, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Permission } from '../auth/permission.decorator.js';
import { CONFIG, type Config } from '../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import { exposition } from './exposition.js';

/** The figures on the API's port, where there is no port of management. */
@ApiExcludeController()
@Controller({ version: VERSION_NEUTRAL })
export class MetricsController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Get()
  @Permission('public')
  async read(@Res() response: Response): Promise<void> {
    if (this.config.MANAGEMENT_PORT !== undefined)
      throw new DomainError('not-found', 'not-found', 'There is nothing here.');
    const { contentType, text } = await exposition();
    response.type(contentType).send(text);
  }
}
