import { ConfigError, type Config } from './config.js';
import { loadConfig } from './load-config.js';

const secret = '3f7c1a9e5b2d4860c8e7f1a3d5b79c02';
const production = {
  NODE_ENV: 'production',
  AUTH_MODE: 'guests',
  TOKEN_SECRET: secret,
  DATABASE_URL: 'postgres://shop:Zx81@db/shop',
};

function problemsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const configOf = (environment: NodeJS.ProcessEnv): Config => loadConfig(environment);

describe('the settings', () => {
  it('need nothing: an empty environment is the embedded trial', () => {
    expect(configOf({})).toMatchObject({
      mode: 'development',
      authMode: 'dev',
      PORT: 8080,
      isSandboxAllowed: true,
      SHOP_CURRENCY: 'GBP',
    });
  });

  it('take an empty variable for one that is not set', () => {
    expect(configOf({ PORT: '', DATABASE_URL: '  ' })).toMatchObject({ PORT: 8080 });
  });

  it('tell every fault at once, with the variable, what was given and what is wanted', () => {
    const problems = problemsOf({
      PORT: 'http',
      SHOP_CURRENCY: 'pounds',
      LOG_LEVEL: 'loud',
      KAFKA_BROKERS: 'nowhere',
    });
    expect(problems).toHaveLength(4);
    expect(problems.find((line) => line.startsWith('PORT'))).toMatch(
      /"http", wanted: .*number.*port of the API/,
    );
    expect(problems.find((line) => line.startsWith('SHOP_CURRENCY'))).toMatch(/"pounds", wanted: .*ISO 4217/);
    expect(problems.find((line) => line.startsWith('LOG_LEVEL'))).toMatch(/"loud", wanted: .*"debug"/);
    expect(problems.find((line) => line.startsWith('KAFKA_BROKERS'))).toMatch(/"nowhere", wanted: host:port/);
  });

  it('never show a secret', () => {
    const problems = problemsOf({
      TOKEN_SECRET: 'short-secret',
      DATABASE_URL: 'mysql://root:hunter2@db/shop',
    }).join('\n');
    expect(problems).toMatch(/TOKEN_SECRET has 12 characters that are not shown here, wanted: at least 32/);
    expect(problems).toContain('DATABASE_URL');
    expect(problems).not.toMatch(/short-secret|hunter2/);
  });

  it('put the figures on a port of their own in production', () => {
    expect(configOf(production).MANAGEMENT_PORT).toBe(9090);
    expect(configOf({}).MANAGEMENT_PORT).toBeUndefined();
  });
});

describe('a database without a word on the mode', () => {
  it('is refused with the question which of the two is meant', () => {
    const problems = problemsOf({ DATABASE_URL: 'postgres://shop:Zx81@db/shop' });
    expect(problems).toEqual([expect.stringMatching(/NODE_ENV.*NODE_ENV=production.*NODE_ENV=development/)]);
  });
});

describe('a sandbox run apart', () => {
  it('is refused without the secret that signs its webhooks', () => {
    const problems = problemsOf({ SANDBOX_URL: 'http://localhost:8090' });
    expect(problems).toEqual([
      expect.stringMatching(/^SANDBOX_WEBHOOK_SECRET is not set although SANDBOX_URL is/),
    ]);
  });
});

describe('the sign-in at the brokers', () => {
  const signIn = {
    KAFKA_SASL_MECHANISM: 'scram-sha-256',
    KAFKA_SASL_USERNAME: 'shop',
    KAFKA_SASL_PASSWORD: 'Zx81-hunter2',
  };

  it('is with all three settings or without any', () => {
    expect(configOf(signIn)).toMatchObject(signIn);
    const { KAFKA_SASL_PASSWORD: _left, ...half } = signIn;
    expect(problemsOf(half)).toEqual([
      expect.stringMatching(/^KAFKA_SASL_PASSWORD is not set.*all three or none/),
    ]);
    expect(problemsOf({ KAFKA_SASL_PASSWORD: 'Zx81-hunter2' })).toHaveLength(2);
  });

  it('by a mechanism that is not known is blamed once, and shows no password', () => {
    const problems = problemsOf({ ...signIn, KAFKA_SASL_MECHANISM: 'gssapi' });
    expect(problems).toEqual([expect.stringMatching(/^KAFKA_SASL_MECHANISM is "gssapi"/)]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('sends no password in plain text in production', () => {
    const plain = { ...production, ...signIn, KAFKA_SASL_MECHANISM: 'plain' };
    expect(problemsOf(plain)).toEqual([
      expect.stringMatching(/^KAFKA_SASL_MECHANISM is "plain".*KAFKA_TLS=true/),
    ]);
    expect(problemsOf({ ...plain, KAFKA_TLS: 'true' })).toEqual([]);
  });
});

describe('production', () => {
  it('starts with sign-in off, a secret and no sandbox', () => {
    expect(configOf(production)).toMatchObject({
      mode: 'production',
      authMode: 'guests',
      isSandboxAllowed: false,
    });
  });

  it.each([
    ['development sign-in', { AUTH_MODE: 'dev' }, /^AUTH_MODE is "dev"/],
    ['sign-in that nobody chose', { AUTH_MODE: undefined }, /^AUTH_MODE is not set/],
    ['a missing token secret', { TOKEN_SECRET: undefined }, /^TOKEN_SECRET is not set/],
    [
      'a placeholder for a secret',
      { TOKEN_SECRET: 'changeme-changeme-changeme-changeme' },
      /^TOKEN_SECRET is a placeholder/,
    ],
    ['a secret of one letter', { TOKEN_SECRET: 'a'.repeat(40) }, /^TOKEN_SECRET is a placeholder/],
    [
      'a placeholder for the previous secret',
      { TOKEN_SECRET_PREVIOUS: 'example'.repeat(6) },
      /^TOKEN_SECRET_PREVIOUS is a placeholder/,
    ],
    [
      'a placeholder for the password',
      { DATABASE_URL: 'postgres://shop:changeme@db/shop' },
      /^DATABASE_URL has a placeholder/,
    ],
    [
      'a placeholder for the password of the brokers',
      { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'shop', KAFKA_SASL_PASSWORD: 'changeme' },
      /^KAFKA_SASL_PASSWORD is a placeholder/,
    ],
    ['webhooks into its own networks', { WEBHOOK_ALLOW_PRIVATE: 'true' }, /^WEBHOOK_ALLOW_PRIVATE is "true"/],
    ['the sandbox', { SANDBOX_URL: 'http://localhost:8090', SANDBOX_WEBHOOK_SECRET: secret }, /^SANDBOX_URL/],
  ])('refuses %s', (_what, changed, sentence) => {
    expect(problemsOf({ ...production, ...changed })).toEqual([expect.stringMatching(sentence)]);
  });

  it('takes the sandbox where that is said plainly', () => {
    const config = configOf({
      ...production,
      ALLOW_SANDBOX: 'true',
      SANDBOX_URL: 'http://localhost:8090',
      SANDBOX_WEBHOOK_SECRET: secret,
    });
    expect(config.isSandboxAllowed).toBe(true);
  });

  it('tells all that it refuses at once', () => {
    expect(
      problemsOf({
        NODE_ENV: 'production',
        SANDBOX_URL: 'http://localhost:8090',
        SANDBOX_WEBHOOK_SECRET: secret,
      }),
    ).toHaveLength(3);
  });
});
