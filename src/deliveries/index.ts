export { DeliveriesModule } from './deliveries.module.js';
export { DeliveriesService } from './deliveries.service.js';
export type { CancelOptions, DeliveryProgress, DeliveryToOpen } from './deliveries.service.js';
export { deliveryView } from './deliveries.schemas.js';
export type { DeliveryView } from './deliveries.schemas.js';
export { deliveryMoves } from './delivery-status.js';
export { deliveryInvariants } from './deliveries.invariants.js';
