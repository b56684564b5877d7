import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Workers } from '../platform/workers/workers.js';
import { ExpiryService } from './expiry.service.js';

@Injectable()
export class OrdersSweeper implements OnModuleInit {
  constructor(
    private readonly workers: Workers,
    private readonly expiry: ExpiryService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every('order-expiry', this.config.SWEEP_INTERVAL_MS, () => this.expiry.expireOverdue());
  }
}
