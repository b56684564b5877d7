import { DynamicModule, Module } from '@nestjs/common';
import { CONFIG, Config } from './config.js';

@Module({})
export class ConfigModule {
  /** Makes `config`, checked before anything was started, injectable everywhere under `CONFIG`. */
  static forRoot(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
