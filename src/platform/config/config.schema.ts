import { z } from 'zod';
import { failPoints } from '../faults/fail-point.js';

/** Of the topics that are made, and in the contract of the events. */
export const topicDefaults = { partitions: 12, retentionDays: 7 };

const seconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const milliseconds = seconds;
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const secret = z.string().min(32, 'at least 32 characters');

/** Every variable the server knows. `.env.example` is generated from it, so each one tells what it is for. */
export const environmentSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .optional()
    .describe('`production` refuses development sign-in and sandbox money'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('port of the API'),
  MANAGEMENT_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .optional()
    .describe('port of /metrics and detailed health; 9090 in production, else on PORT'),
  DATA_DIR: z.string().min(1).default('.data').describe('where the embedded PostgreSQL keeps its data'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 15 or newer; unset: the embedded one'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('second tier of the cache; unset: memory alone'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^,\s]+:\d+(,[^,\s]+:\d+)*$/, 'host:port[,host:port…]')
    .optional()
    .describe('where domain events go; unset: in-process'),
  KAFKA_TLS: flag
    .default(false)
    .describe(
      'whether brokers are spoken to over TLS; NODE_EXTRA_CA_CERTS names a file of authorities beside the usual',
    ),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('how this shop signs in at the brokers; unset: without a name'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('the name that it signs in by'),
  KAFKA_SASL_PASSWORD: z.string().optional().describe('the password of that name'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severity that is logged'),
  TOKEN_SECRET: secret
    .optional()
    .describe('derives cart and order tokens; required in production, else made at first start'),
  TOKEN_SECRET_PREVIOUS: secret.optional().describe('a second secret that is accepted during a rotation'),
  AUTH_MODE: z
    .enum(['dev', 'guests'])
    .optional()
    .describe('`dev`: development issuer at POST /dev/token; `guests`: no sign-in, guests only'),
  ALLOW_SANDBOX: flag.default(false).describe('lets production use the sandbox provider and carrier'),
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'ISO 4217 code')
    .default('GBP')
    .describe('the one currency of the shop, ISO 4217'),
  PRICES_INCLUDE_TAX: flag.default(true).describe('whether prices contain the tax'),
  EVENT_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/)
    .default('shop')
    .describe('prefix of the topics of domain events and of the keys in Redis, one for each shop'),
  KAFKA_PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(topicDefaults.partitions)
    .describe('partitions of a topic that is made; never changed later, since it decides where a key goes'),
  KAFKA_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(topicDefaults.retentionDays)
    .describe('days that the topics keep their messages'),
  OUTBOX_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30)
    .describe('days that published events and the notes of handled ones are kept'),
  SSE_MAX_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('event streams that one process serves at once; more are answered 503'),
  SSE_MAX_STREAMS_PER_ORDER: z.coerce
    .number()
    .int()
    .min(1)
    .default(20)
    .describe('readers that may follow one order at once, by process; more are answered 429'),
  SSE_MAX_SECONDS: seconds(600).describe(
    'after which an event stream ends and its reader comes back, with credentials that still hold',
  ),
  SSE_HEARTBEAT_MS: milliseconds(15_000).describe('longest silence of an event stream'),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(20)
    .describe('connections for requests'),
  DATABASE_ACQUIRE_TIMEOUT_MS: milliseconds(1000).describe(
    'how long a request waits for a connection before 503',
  ),
  ORDER_EXPIRY_SECONDS: seconds(900).describe('how long an unpaid order holds its stock'),
  ORDER_HARD_LIMIT_SECONDS: seconds(3600).describe('how long an order waits at most for a payment under way'),
  CART_ABANDONED_SECONDS: seconds(86_400).describe(
    'how long an open cart may rest before it counts as abandoned',
  ),
  CART_EXPIRY_SECONDS: seconds(2_592_000).describe('how long a cart may rest before it expires'),
  SWEEP_INTERVAL_MS: milliseconds(1000).describe(
    'how often expired orders, carts and idempotency records are swept',
  ),
  SETTLE_INTERVAL_MS: milliseconds(500).describe('how often payments without an outcome are taken up'),
  WEBHOOK_INTERVAL_MS: milliseconds(500).describe('how often outgoing webhooks that are due are looked for'),
  WEBHOOK_TIMEOUT_MS: milliseconds(15_000).describe('longest single try of an outgoing webhook'),
  WEBHOOK_RETRY_SECONDS: z
    .string()
    .regex(/^\d+(\.\d+)?(,\d+(\.\d+)?){0,19}$/, 'seconds, separated by commas')
    .default('5,300,1800,7200,18000,36000,50400,72000,86400')
    .describe('pauses before the second, third … try of an outgoing webhook; after the last it has failed'),
  WEBHOOK_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30)
    .describe('days that finished deliveries of outgoing webhooks are kept'),
  WEBHOOK_FAILING_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('days without a success, while tries fail, after which an endpoint of webhooks is disabled'),
  WEBHOOK_ALLOW_PRIVATE: flag
    .default(false)
    .describe(
      'lets outgoing webhooks go to http and to private addresses, for trials; refused in production',
    ),
  VERIFY_INTERVAL_MS: milliseconds(60_000).describe('how often the invariants are proved for the metric'),
  PAYMENT_TIMEOUT_MS: milliseconds(7000).describe('longest single call of a payment provider'),
  PAYMENT_LEASE_SECONDS: seconds(15).describe('how long one caller holds a payment transaction'),
  PAYMENT_RECONCILE_SECONDS: seconds(600).describe(
    "after which a payment is first compared with the provider's books, later in growing steps",
  ),
  SUPPORT_REFUND_LIMIT_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .default(5000)
    .describe('most that support may refund of one payment, in minor units'),
  IDEMPOTENCY_LEASE_SECONDS: seconds(30).describe(
    'after which an unfinished idempotent request is taken over',
  ),
  SANDBOX_URL: z
    .url({ protocol: /^http$/ })
    .optional()
    .describe('a sandbox counterpart run by `cli sandbox`; unset: started inside'),
  SANDBOX_WEBHOOK_SECRET: secret
    .optional()
    .describe('signs the webhooks of the sandbox; unset: made at first start'),
  SANDBOX_CARRIER_PACE_MS: milliseconds(200).describe(
    'time between two scans of a parcel of the sandbox carrier',
  ),
  FAIL_POINT: z
    .string()
    .regex(
      new RegExp(`^(${failPoints.join('|')}):(exit|throw|stall|cut)(:[1-9]\\d*)?$`),
      '<point>:<exit|throw|stall|cut>[:<times>]',
    )
    .optional()
    .describe('breaks the server at one place on purpose, for tests; refused in production'),
});

export type Environment = z.infer<typeof environmentSchema>;
