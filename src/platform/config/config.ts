import { type Environment } from './config.schema.js';

export const CONFIG = Symbol('CONFIG');

/** The settings of this process, checked and complete; `mode` is what NODE_ENV says, `development` where it says nothing. */
export interface Config extends Environment {
  mode: 'development' | 'test' | 'production';
  authMode: 'dev' | 'guests';
  /** Whether the sandbox provider and carrier may be offered: outside production, or where ALLOW_SANDBOX says so. */
  isSandboxAllowed: boolean;
}

/** All faults of the environment at once; the process exits with 78 (EX_CONFIG) on it. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/** EX_CONFIG of sysexits.h: starting again without changing the settings is no use. */
export const exitCodeOfBadConfig = 78;
