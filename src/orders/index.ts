export { orderMoves } from './order-status.js';
export { orderInvariants } from './orders.invariants.js';
export { OrdersModule } from './orders.module.js';
