import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
const text = z.string().min(1);

/** The part of the Compose specification that the file uses; a key it does not know is a fault, as it is for Compose. */
const serviceSchema = z
  .strictObject({
    image: text.optional(),
    build: text.optional(),
    profiles: z.array(text).optional(),
    command: z.array(z.string()).optional(),
    environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
    ports: z.array(z.string().regex(/^(\d{1,3}(\.\d{1,3}){3}:)?\d+:\d+$/)).default([]),
    volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(:ro)?$/)).default([]),
    depends_on: z
      .record(text, z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) }))
      .default({}),
    healthcheck: z
      .strictObject({
        test: z.tuple([z.literal('CMD'), text], z.string()),
        interval: duration,
        timeout: duration,
        retries: z.int().positive(),
      })
      .optional(),
    stop_grace_period: duration.optional(),
  })
  .refine(
    ({ image, build }) => (image === undefined) !== (build === undefined),
    'an image or a build, not both',
  );

const composeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(text, serviceSchema),
  volumes: z.record(text, z.null()),
});

const prometheusSchema = z.strictObject({
  global: z.strictObject({ scrape_interval: duration }),
  scrape_configs: z.array(
    z.strictObject({
      job_name: text,
      metrics_path: z.string().startsWith('/'),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string().regex(/^[a-z]+:\d+$/)) })),
    }),
  ),
});

export type ComposeService = z.infer<typeof serviceSchema>;

export const readCompose = () => composeSchema.parse(parse(readFileSync('docker-compose.yml', 'utf8')));

export const readPrometheus = () => prometheusSchema.parse(parse(readFileSync('prometheus.yml', 'utf8')));
