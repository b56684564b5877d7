import './resolve-sources';
import type {} from './global-setup.js';

export default async function tearDown(): Promise<void> {
  await globalThis.testRun?.template?.drop();
  await globalThis.testRun?.servers.remove();
}
