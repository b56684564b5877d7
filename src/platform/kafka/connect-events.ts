import type { INestApplication } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { InProcessServer } from '../events/index.js';
import { KafkaServer } from './kafka.server.js';

/**
 * Starts relay and listeners, over the brokers where some are configured; called once the application listens, so that
 * HTTP waits for nobody. The guards, pipes and filters of HTTP stay there: listeners are told by the system itself.
 */
export async function connectEvents(app: INestApplication): Promise<void> {
  const hasBrokers = app.get<Config>(CONFIG).KAFKA_BROKERS !== undefined;
  const strategy = hasBrokers ? app.get(KafkaServer) : app.get(InProcessServer);
  app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  await app.startAllMicroservices();
}
