import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Admin, Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { hostname } from 'node:os';
import { CONFIG, type Config } from '../config/config.js';

/** Longest wait for a connection and for one answer of a broker, in milliseconds. */
const connectionTimeoutMs = 3000;
const requestTimeoutMs = 10_000;

/**
 * How often and how patiently the library itself tries again: briefly, because what stands above it makes a new
 * producer or consumer within a second, while the library's own back-off grows to half a minute.
 */
const retry = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 };

/** The one place where brokers are named; nothing connects before somebody asks it to. */
@Injectable()
export class KafkaClient {
  private readonly logger = new Logger('Kafka');
  private made?: Kafka;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @throws Error where no brokers are configured */
  get kafka(): Kafka {
    const { KAFKA_BROKERS: brokers } = this.config;
    if (brokers === undefined) throw new Error('KAFKA_BROKERS is not set');
    this.made ??= new Kafka({
      clientId: `${this.config.EVENT_PREFIX}-${hostname()}-${process.pid}`,
      brokers: brokers.split(','),
      ssl: this.config.KAFKA_TLS,
      sasl: signInOf(this.config),
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      retry,
      logLevel: logLevel.WARN,
      // Its errors reach us as exceptions too and are logged there, once; its own lines come with every try.
      logCreator: () => (entry) => this.logger.debug(lineOf(entry)),
    });
    return this.made;
  }
}

function signInOf(config: Config): SASLOptions | undefined {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = config;
  // The configuration has all three or none.
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}

const lineOf = ({ namespace, log }: LogEntry): string => `${namespace}: ${log.message}`;

/** A connection that is only half made is not left behind. */
export async function connectOrLeave(client: Pick<Admin, 'connect' | 'disconnect'>): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    await client.disconnect().catch(() => undefined);
    throw error;
  }
}
