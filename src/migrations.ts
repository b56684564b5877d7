import { CreateCarts1764000000030 } from './carts/migrations/1764000000030-create-carts.js';
import { CreateDeliveries1764000000060 } from './deliveries/migrations/1764000000060-create-deliveries.js';
import { CreateInventory1764000000020 } from './inventory/migrations/1764000000020-create-inventory.js';
import { CreateOrders1764000000040 } from './orders/migrations/1764000000040-create-orders.js';
import { CreatePayments1764000000050 } from './payments/migrations/1764000000050-create-payments.js';
import { CreateAuth1764000000011 } from './platform/auth/migrations/1764000000011-create-auth.js';
import { CreateEvents1764000000010 } from './platform/events/migrations/1764000000010-create-events.js';
import { LettersOfBrokers1764000000013 } from './platform/events/migrations/1764000000013-letters-of-brokers.js';
import { CreateReplay1764000000016 } from './platform/events/migrations/1764000000016-create-replay.js';
import { NumberStreams1764000000014 } from './platform/events/migrations/1764000000014-number-streams.js';
import { CreateIdempotency1764000000012 } from './platform/idempotency/migrations/1764000000012-create-idempotency.js';
import { CreateWebhooks1764000000015 } from './platform/webhooks/migrations/1764000000015-create-webhooks.js';
import { AgeOfWebhooks1764000000017 } from './platform/webhooks/migrations/1764000000017-age-of-webhooks.js';
import type { MigrationList } from './platform/database/data-sources.js';
import { CreateSandbox1764000000070 } from './sandbox/migrations/1764000000070-create-sandbox.js';
import { CreateSandboxCarrier1764000000071 } from './sandbox/migrations/1764000000071-create-sandbox-carrier.js';

/** Every migration, oldest first; a room adds its line, and `migrate` applies what a database has not seen. */
export const migrations: MigrationList = [
  CreateEvents1764000000010,
  CreateAuth1764000000011,
  CreateIdempotency1764000000012,
  LettersOfBrokers1764000000013,
  NumberStreams1764000000014,
  CreateWebhooks1764000000015,
  CreateReplay1764000000016,
  AgeOfWebhooks1764000000017,
  CreateInventory1764000000020,
  CreateCarts1764000000030,
  CreateOrders1764000000040,
  CreatePayments1764000000050,
  CreateDeliveries1764000000060,
  CreateSandbox1764000000070,
  CreateSandboxCarrier1764000000071,
];
