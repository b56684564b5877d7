import type { INestApplication } from '@nestjs/common';
import { InProcessServer } from './in-process/in-process.server.js';

/**
 * Starts relay and listeners; called once the application listens, so that HTTP waits for nobody. The guards, pipes
 * and filters of HTTP stay there: listeners are told by the system itself.
 */
export async function connectEvents(app: INestApplication): Promise<void> {
  app.connectMicroservice({ strategy: app.get(InProcessServer) }, { inheritAppConfig: false });
  await app.startAllMicroservices();
}
