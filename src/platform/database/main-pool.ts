import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { EnduringPool } from './connection.js';

/** A look at the pool behind the requests' data source, for health and metrics. */
@Injectable()
export class MainPool {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  get pool(): EnduringPool {
    const { master } = this.dataSource.driver as unknown as { master: unknown };
    if (!(master instanceof EnduringPool)) throw new Error('the data source has no pool of ours');
    return master;
  }
}
