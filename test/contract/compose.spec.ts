import { existsSync, readFileSync } from 'node:fs';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { environmentOf, readDockerfile, type Stage, textsOf } from '../support/dockerfile.js';
import { type ComposeService, readCompose, readPrometheus } from '../support/compose-file.js';

const { services, volumes } = readCompose();
const app = services['app'] as ComposeService;
const servers = Object.entries(services).filter(([name]) => name !== 'app');
const each = Object.entries(services);

describe('docker-compose.yml', () => {
  it('has the application and the servers that it can use', () => {
    expect(Object.keys(services)).toEqual(['app', 'postgres', 'redis', 'kafka', 'prometheus']);
  });

  it('starts the servers alone, and the application with them by its profile', () => {
    expect(app).toMatchObject({ build: '.', profiles: ['app'] });
    expect(servers.filter(([, { profiles }]) => profiles !== undefined)).toEqual([]);
  });

  it.each(servers)('pins the image of %s to a full version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z]+(\/[a-z]+)?:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('gives the application only variables that .env.example names, and values that the server takes', () => {
    const known = [...readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );
    expect(known).toEqual(expect.arrayContaining(Object.keys(app.environment)));
    expect(loadConfig(app.environment)).toMatchObject({ mode: 'development', PORT: 8080 });
  });

  it('names services of this file, with the account that PostgreSQL was made with', () => {
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services['postgres']?.environment ?? {};
    const url = new URL(app.environment['DATABASE_URL'] ?? '');
    expect([url.username, url.password, url.pathname]).toEqual([
      POSTGRES_USER,
      POSTGRES_PASSWORD,
      `/${POSTGRES_DB}`,
    ]);
    expect([url.hostname, url.port]).toEqual(['postgres', '5432']);
    expect(app.environment['REDIS_URL']).toBe('redis://redis:6379');
  });

  it('names the broker by the address at which Kafka tells services of this file to find it', () => {
    const { KAFKA_LISTENERS, KAFKA_ADVERTISED_LISTENERS } = services['kafka']?.environment ?? {};
    const [advertised] = (KAFKA_ADVERTISED_LISTENERS ?? '').match(/(?<=INSIDE:\/\/)[^,]+/) ?? [];
    expect(app.environment['KAFKA_BROKERS']).toBe(advertised);
    const [host, port] = (advertised ?? '').split(':');
    expect(host).toBe('kafka');
    expect(KAFKA_LISTENERS).toContain(`INSIDE://:${port}`);
  });

  it('publishes the broker at the address at which Kafka tells programs of this machine to find it', () => {
    const kafka = services['kafka'] as ComposeService;
    const [published] = kafka.ports;
    const port = published?.split(':').at(-1);
    expect(published).toBe(`127.0.0.1:${port}:${port}`);
    expect(kafka.environment['KAFKA_ADVERTISED_LISTENERS']).toContain(`PLAINTEXT://localhost:${port},`);
  });

  it('waits until every server that the application is given is healthy, and every server tells whether it is', () => {
    expect(app.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
      kafka: { condition: 'service_healthy' },
    });
    for (const [, { healthcheck }] of servers) expect(healthcheck).toBeDefined();
    for (const name of each.flatMap(([, { depends_on }]) => Object.keys(depends_on)))
      expect(services).toHaveProperty(name);
  });

  it('serves on 8080; the servers, which have passwords of the trial, are reached from this machine alone', () => {
    expect(app.ports).toEqual(['8080:8080']);
    const published = servers.flatMap(([, { ports }]) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const taken = [...app.ports, ...published].map((port) => port.split(':').at(-2));
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('declares every volume that it mounts and mounts every volume that it declares', () => {
    const sources = each.flatMap(([, service]) => service.volumes.map((mount) => mount.split(':')[0] ?? ''));
    const files = sources.filter((source) => source.startsWith('./'));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(sources.filter((source) => !files.includes(source)).sort()).toEqual(Object.keys(volumes).sort());
  });

  it('keeps the data of Kafka on its volume and not below /tmp', () => {
    const kafka = services['kafka'] as ComposeService;
    expect(kafka.volumes).toEqual([`kafka:${kafka.environment['KAFKA_LOG_DIRS']}`]);
  });

  it('runs the port that the image exposes', () => {
    const last = readDockerfile('Dockerfile').at(-1) as Stage;
    expect(textsOf(last, 'EXPOSE')).toEqual([app.environment['PORT']]);
    expect(environmentOf(last)['PORT']).toBe(app.environment['PORT']);
  });
});

describe('prometheus.yml', () => {
  it('asks the application where it shows its figures', () => {
    const [job, ...others] = readPrometheus().scrape_configs;
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      metrics_path: '/metrics',
      static_configs: [{ targets: [`app:${app.environment['PORT']}`] }],
    });
    expect(loadConfig(app.environment).MANAGEMENT_PORT).toBeUndefined();
  });

  it('is where Prometheus reads it', () => {
    expect(services['prometheus']?.volumes).toContain('./prometheus.yml:/etc/prometheus/prometheus.yml:ro');
  });
});
