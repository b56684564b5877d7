import { Module } from '@nestjs/common';
import { VerifyService } from './verify.service.js';
import { VerifyWorker } from './verify.worker.js';

@Module({ providers: [VerifyService, VerifyWorker], exports: [VerifyService] })
export class VerifyModule {}
