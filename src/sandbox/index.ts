export { startSandbox } from './sandbox-server.js';
export type { Sandbox, SandboxSettings } from './sandbox-server.js';
