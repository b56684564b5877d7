import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Workers } from '../platform/workers/workers.js';
import { abandoned, expired } from './cart-news.js';
import { CartSweepsRepository } from './cart-sweeps.repository.js';

const cartsPerSweep = 500;

/** Carts that rest are abandoned, then expired, by the database's clock; several processes may sweep at once. */
@Injectable()
export class CartsSweeper implements OnModuleInit {
  constructor(
    private readonly sweeps: CartSweepsRepository,
    private readonly transaction: Transaction,
    private readonly outbox: Outbox,
    private readonly workers: Workers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every('carts.sweep', this.config.SWEEP_INTERVAL_MS, () => this.sweep());
  }

  /** Answers how many carts it moved. */
  async sweep(): Promise<number> {
    return (await this.expire()) + (await this.abandon());
  }

  private expire(): Promise<number> {
    return this.transaction.run(async () => {
      const carts = await this.sweeps.expire(this.config.CART_EXPIRY_SECONDS, cartsPerSweep);
      this.outbox.add(...carts.map(expired));
      return carts.length;
    });
  }

  private abandon(): Promise<number> {
    return this.transaction.run(async () => {
      const carts = await this.sweeps.abandon(this.config.CART_ABANDONED_SECONDS, cartsPerSweep);
      this.outbox.add(...carts.map(abandoned));
      return carts.length;
    });
  }
}
