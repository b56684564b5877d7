import { DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { CONFIG } from '../config/config.js';
import { MigrationList, mainOptions, settlementOptions } from './data-sources.js';
import { Database } from './database.js';
import { MainPool } from './main-pool.js';
import { HealthPool, RelayPool } from './own-pools.js';
import { MIGRATIONS } from './schema-state.js';
import { Transaction } from './transaction.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({ inject: [CONFIG], useFactory: mainOptions }),
    TypeOrmModule.forRootAsync({
      name: 'settlement',
      inject: [CONFIG, getDataSourceToken()],
      useFactory: settlementOptions,
    }),
  ],
  providers: [Database, Transaction, MainPool, RelayPool, HealthPool],
  exports: [Database, Transaction, MainPool, RelayPool, HealthPool],
})
export class DatabaseModule {
  /** @param migrations the schema this program needs; health tells when the database is on an older one */
  static forRoot(migrations: MigrationList): DynamicModule {
    const list = { provide: MIGRATIONS, useValue: migrations };
    return { module: DatabaseModule, global: true, providers: [list], exports: [list] };
  }
}
