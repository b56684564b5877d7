import { Global, Module } from '@nestjs/common';
import { Degradations } from './degradations.js';

/** Apart from the health module, so that what can degrade does not stand on what reports it. */
@Global()
@Module({ providers: [Degradations], exports: [Degradations] })
export class DegradationsModule {}
