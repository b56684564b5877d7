import { z } from 'zod';
import { type Config, ConfigError } from './config.js';
import { type Environment, environmentSchema } from './config.schema.js';
import { productionFaults } from './production-rules.js';

/** Variables that hold a secret, in whole or in part; their values never reach a message or a log. */
const secretVariables: ReadonlySet<string> = new Set([
  'TOKEN_SECRET',
  'TOKEN_SECRET_PREVIOUS',
  'SANDBOX_WEBHOOK_SECRET',
  'DATABASE_URL',
  'REDIS_URL',
  'KAFKA_SASL_PASSWORD',
]);

/**
 * The settings that `environment` asks for; an empty variable counts as unset.
 * @throws ConfigError with every fault at once: the variable, what was given, what is wanted.
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const given = onlyKnown(environment);
  const parsed = environmentSchema.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const unreadable = new Set(issues.map(nameOf));
  const readable = parsed.success ? parsed.data : environmentSchema.parse(without(given, unreadable));
  const rules = [missingMode, missingSecret, halfSignIn, productionFaults].flatMap((rule) => rule(readable));
  // What cannot be read counts as unset for the rules, which would blame it a second time.
  const blamedOnce = rules.filter((fault) => !unreadable.has(fault.slice(0, fault.indexOf(' '))));
  const faults = [...issues.map((issue) => describeFault(issue, given)), ...blamedOnce];
  if (faults.length > 0) throw new ConfigError(faults);
  return completed(readable);
}

const nameOf = (issue: z.core.$ZodIssue): string => String(issue.path[0]);

function without(given: Record<string, string>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)));
}

function onlyKnown(environment: NodeJS.ProcessEnv): Record<string, string> {
  const known: Record<string, string> = {};
  for (const name of Object.keys(environmentSchema.shape)) {
    const value = environment[name]?.trim();
    if (value) known[name] = value;
  }
  return known;
}

function describeFault(issue: z.core.$ZodIssue, given: Record<string, string>): string {
  const name = nameOf(issue);
  const value = given[name];
  const purpose = z.globalRegistry.get(environmentSchema.shape[name as keyof Environment])?.description ?? '';
  if (value === undefined) return `${name} is not set, wanted: ${issue.message} (${purpose})`;
  const shown = secretVariables.has(name)
    ? `has ${value.length} characters that are not shown here`
    : `is ${JSON.stringify(value)}`;
  return `${name} ${shown}, wanted: ${issue.message} (${purpose})`;
}

/** A real database and no word on the mode may be a shop about to sell for sandbox money. */
function missingMode(environment: Environment): string[] {
  if (environment.DATABASE_URL === undefined || environment.NODE_ENV !== undefined) return [];
  return [
    'NODE_ENV is not set although DATABASE_URL is: say which is meant, NODE_ENV=production (real money, real sign-in) ' +
      'or NODE_ENV=development (sandbox money, development sign-in)',
  ];
}

/** A sandbox run apart signs its webhooks with a secret that both sides must be told. */
function missingSecret({ SANDBOX_URL, SANDBOX_WEBHOOK_SECRET }: Environment): string[] {
  if (SANDBOX_URL === undefined || SANDBOX_WEBHOOK_SECRET !== undefined) return [];
  return [
    'SANDBOX_WEBHOOK_SECRET is not set although SANDBOX_URL is, wanted: the secret that the sandbox was started with',
  ];
}

/** Brokers would refuse every connection. */
function halfSignIn(environment: Environment): string[] {
  const names = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length === names.length) return [];
  return missing.map((name) => `${name} is not set, wanted: ${names.join(', ')}, all three or none`);
}

function completed(environment: Environment): Config {
  const mode = environment.NODE_ENV ?? 'development';
  const isProduction = mode === 'production';
  return Object.freeze({
    ...environment,
    MANAGEMENT_PORT: environment.MANAGEMENT_PORT ?? (isProduction ? 9090 : undefined),
    mode,
    authMode: environment.AUTH_MODE ?? 'dev',
    isSandboxAllowed: !isProduction || environment.ALLOW_SANDBOX,
  });
}
