import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import './inventory.events.js';
import { DemoShelf } from './demo-items.js';
import { ImportService } from './import.service.js';
import { ImportsController } from './imports.controller.js';
import { InventoryService } from './inventory.service.js';
import { Item } from './item.entity.js';
import { ItemCache } from './item-cache.js';
import { ItemViewsRepository } from './item-views.repository.js';
import { ItemsController } from './items.controller.js';
import { ItemsRepository } from './items.repository.js';
import { ItemsService } from './items.service.js';
import { Reservation } from './reservation.entity.js';
import { ReservationsRepository } from './reservations.repository.js';
import { StockController } from './stock.controller.js';
import { StockLevel } from './stock-level.entity.js';
import { StockRepository } from './stock.repository.js';
import { StockService } from './stock.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Item, StockLevel, Reservation])],
  controllers: [ItemsController, StockController, ImportsController],
  providers: [
    InventoryService,
    ItemsService,
    ItemCache,
    StockService,
    ImportService,
    DemoShelf,
    ItemsRepository,
    ItemViewsRepository,
    StockRepository,
    ReservationsRepository,
  ],
  exports: [InventoryService, ImportService],
})
export class InventoryModule {}
