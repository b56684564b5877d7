/** The PostgreSQL that the environment names; tests make and drop databases there. */
export function givenDatabase(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['TEST_DATABASE_URL'];
  if (!given) return undefined;
  const name = new URL(given).pathname.slice(1);
  if (!name.includes('test'))
    throw new Error(
      `TEST_DATABASE_URL names the database "${name}"; only one with "test" in its name is touched`,
    );
  return given;
}

/** The Redis or the Kafka that the environment names; nothing in its name tells that it may be flushed. */
export function givenServer(
  variable: 'TEST_REDIS_URL' | 'TEST_KAFKA_BROKERS',
  env: NodeJS.ProcessEnv,
): string | undefined {
  const given = env[variable];
  if (given && env['TEST_SERVERS_DISPOSABLE'] !== 'yes')
    throw new Error(
      `${variable} names a server whose data the tests delete; TEST_SERVERS_DISPOSABLE=yes allows it`,
    );
  return given || undefined;
}
