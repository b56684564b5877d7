import './carts.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InventoryModule } from '../inventory/index.js';
import { Cart } from './cart.entity.js';
import { CartCheckout } from './cart-checkout.service.js';
import { CartLinesController } from './cart-lines.controller.js';
import { CartMerge } from './cart-merge.service.js';
import { CartPricing } from './cart-pricing.service.js';
import { CartReader } from './cart-reader.service.js';
import { CartSweepsRepository } from './cart-sweeps.repository.js';
import { CartValidation } from './cart-validation.service.js';
import { CartViewsRepository } from './cart-views.repository.js';
import { CartsController } from './carts.controller.js';
import { CartsRepository } from './carts.repository.js';
import { CartsService } from './carts.service.js';
import { CartsSweeper } from './carts.sweeper.js';

@Module({
  imports: [TypeOrmModule.forFeature([Cart]), InventoryModule],
  controllers: [CartsController, CartLinesController],
  providers: [
    CartsRepository,
    CartViewsRepository,
    CartSweepsRepository,
    CartPricing,
    CartsService,
    CartReader,
    CartValidation,
    CartMerge,
    CartCheckout,
    CartsSweeper,
  ],
  exports: [CartCheckout],
})
export class CartsModule {}
