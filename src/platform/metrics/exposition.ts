import { register } from 'prom-client';

/** All figures of this process as Prometheus reads them. */
export async function exposition(): Promise<{ contentType: string; text: string }> {
  return { contentType: register.contentType, text: await register.metrics() };
}
