import type { Environment } from './config.schema.js';

/** Words that stand in example files and never in a secret somebody made. */
const placeholder = /change.?me|example|placeholder|your.?secret|^(.)\1+$/i;

/** What production refuses, one sentence per fault; nothing elsewhere. */
export function productionFaults(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') return [];
  return [
    ...signInFaults(environment),
    ...sandboxFaults(environment),
    ...secretFaults(environment),
    ...brokerFaults(environment),
    ...breakingFaults(environment),
  ];
}

function signInFaults({ AUTH_MODE }: Environment): string[] {
  if (AUTH_MODE === 'guests') return [];
  const given = AUTH_MODE === undefined ? 'is not set' : `is "${AUTH_MODE}"`;
  return [
    `AUTH_MODE ${given}, wanted in production: guests (anybody can ask the development sign-in for an administrator's token)`,
  ];
}

function sandboxFaults({ SANDBOX_URL, ALLOW_SANDBOX }: Environment): string[] {
  if (SANDBOX_URL === undefined || ALLOW_SANDBOX) return [];
  return [
    `SANDBOX_URL is "${SANDBOX_URL}", wanted in production: unset, or ALLOW_SANDBOX=true (the sandbox approves payments without money)`,
  ];
}

function secretFaults(environment: Environment): string[] {
  const faults: string[] = [];
  if (environment.TOKEN_SECRET === undefined) {
    faults.push(
      'TOKEN_SECRET is not set, wanted in production: 32 or more random characters, such as `openssl rand -hex 32` prints',
    );
  }
  for (const name of [
    'TOKEN_SECRET',
    'TOKEN_SECRET_PREVIOUS',
    'SANDBOX_WEBHOOK_SECRET',
    'KAFKA_SASL_PASSWORD',
  ] as const) {
    const value = environment[name];
    if (value !== undefined && placeholder.test(value))
      faults.push(`${name} is a placeholder, wanted in production: a secret of your own`);
  }
  if (
    environment.DATABASE_URL !== undefined &&
    placeholder.test(new URL(environment.DATABASE_URL).password)
  ) {
    faults.push('DATABASE_URL has a placeholder for its password, wanted in production: the real one');
  }
  return faults;
}

function brokerFaults({ KAFKA_SASL_MECHANISM, KAFKA_TLS }: Environment): string[] {
  if (KAFKA_SASL_MECHANISM !== 'plain' || KAFKA_TLS) return [];
  return [
    'KAFKA_SASL_MECHANISM is "plain", wanted in production: KAFKA_TLS=true with it, or a scram mechanism (the password would cross the network as it is)',
  ];
}

function breakingFaults({ FAIL_POINT, WEBHOOK_ALLOW_PRIVATE }: Environment): string[] {
  const faults: string[] = [];
  if (FAIL_POINT !== undefined)
    faults.push(
      `FAIL_POINT is "${FAIL_POINT}", wanted in production: unset (it breaks the server on purpose)`,
    );
  if (WEBHOOK_ALLOW_PRIVATE) {
    faults.push(
      'WEBHOOK_ALLOW_PRIVATE is "true", wanted in production: unset (whoever registers an endpoint could reach into our networks)',
    );
  }
  return faults;
}
