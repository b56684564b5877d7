import './resolve-sources';
import { startTestServer, type TestServer } from './test-server.js';

declare global {
  var testServer: TestServer | undefined;
}

/** One server and one migrated template for the whole run; the workers learn of both by the environment. */
export default async function setUp(): Promise<void> {
  const server = await startTestServer();
  globalThis.testServer = server;
  process.env['TEST_SERVER_URL'] = server.url;
  process.env['TEST_TEMPLATE'] = server.template;
}
