import './resolve-sources';
import { type SharedServers, startSharedServers } from './servers/shared-servers.js';
import { makeTemplate, type TestTemplate } from './test-template.js';

declare global {
  var testRun: { servers: SharedServers; template?: TestTemplate } | undefined;
}

/** The servers and one migrated template for the whole run; the workers learn of them by the environment. */
export default async function setUp(): Promise<void> {
  const servers = await startSharedServers(process.env, (line) => process.stderr.write(`${line}\n`));
  globalThis.testRun = { servers };
  try {
    const template = await makeTemplate(servers.postgresUrl);
    globalThis.testRun = { servers, template };
    process.env['TEST_SERVER_URL'] = servers.postgresUrl;
    process.env['TEST_TEMPLATE'] = template.name;
    process.env['TEST_REDIS'] = servers.redisUrl;
    process.env['TEST_KAFKA'] = servers.kafkaBrokers;
  } catch (error) {
    await servers.remove();
    throw error;
  }
}
