import type { Config } from '../config/config.js';

/** What a person must know before trusting this server with anything real; undefined in production without a sandbox. */
export function bannerOf(config: Config): string | undefined {
  const warnings = [
    config.authMode === 'dev' ? 'DEVELOPMENT SIGN-IN: ANYBODY ON THIS MACHINE CAN BE AN ADMINISTRATOR' : '',
    config.isSandboxAllowed ? 'SANDBOX MONEY: PAYMENTS ARE NOT REAL' : '',
  ].filter((warning) => warning !== '');
  return warnings.length > 0 ? warnings.join('. ') : undefined;
}
