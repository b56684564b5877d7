import { PassThrough } from 'node:stream';
import { runInContext } from '../http/request-context.js';
import { JsonLogger } from './json-logger.js';

function loggedBy(write: (logger: JsonLogger) => void, isTTY = false): string {
  const output = Object.assign(new PassThrough(), { isTTY });
  // A pass-through stands in for the process's output; the logger only writes to it.
  write(new JsonLogger({ LOG_LEVEL: 'info' }, output as unknown as NodeJS.WriteStream));
  return String(output.read() ?? '');
}

const jsonOf = (write: (logger: JsonLogger) => void): Record<string, unknown> =>
  JSON.parse(loggedBy(write)) as Record<string, unknown>;

it('writes one JSON object per line, with severity, time, context and text', () => {
  expect(jsonOf((logger) => logger.log('it runs', 'Start'))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    context: 'Start',
    msg: 'it runs',
  });
});

it('takes fields before the text, an error with its stack, and the stack as Nest gives it', () => {
  const failure = new Error('no');
  expect(
    jsonOf((logger) => logger.error({ worker: 'sweep', err: failure }, 'it failed', 'Workers')),
  ).toMatchObject({
    worker: 'sweep',
    err: { message: 'no', stack: failure.stack },
    msg: 'it failed',
    context: 'Workers',
  });
  expect(jsonOf((logger) => logger.error('it failed', failure.stack, 'Nest'))).toMatchObject({
    stack: failure.stack,
    msg: 'it failed',
  });
});

it('names the request that a line belongs to', () => {
  const context = { traceId: 'a'.repeat(32), principal: { kind: 'anonymous' } as const };
  expect(jsonOf((logger) => runInContext(context, () => logger.warn('odd'))).traceId).toBe(context.traceId);
});

it('hides secrets and what is a person’s own', () => {
  const text = loggedBy((logger) =>
    logger.log(
      {
        email: 'ada@example.com',
        headers: { authorization: 'Bearer x1', 'cart-token': 'ct_x2' },
        body: { order: { phone: '0113' } },
      },
      'seen',
    ),
  );
  expect(text).not.toMatch(/ada@|x1|x2|0113/);
});

it('hides the row that a failed statement was about, also where a worker gathers several failures', () => {
  const driverError = Object.assign(new Error('refused'), {
    detail: 'Failing row contains (ada@example.com)',
  });
  const failed = Object.assign(new Error('refused'), {
    parameters: ['ada@example.com'],
    detail: driverError.detail,
    driverError,
  });
  const text = loggedBy((logger) => {
    logger.error({ err: failed }, 'it failed');
    logger.error({ err: new AggregateError([failed], 'several') }, 'they failed');
  });
  expect(text).toContain('they failed');
  expect(text).not.toContain('ada@');
});

it('leaves out what is less severe than asked for, and Nest’s list of routes', () => {
  expect(loggedBy((logger) => logger.debug('detail'))).toBe('');
  expect(loggedBy((logger) => logger.log('Mapped {/v1/carts, POST} route', 'RouterExplorer'))).toBe('');
});

it('is one plain line on a terminal, red where it worries, without what would move the cursor', () => {
  expect(loggedBy((logger) => logger.log('it\u001b[2J runs', 'Start'), true)).toMatch(
    /^\d\d:\d\d:\d\d Start: it\[2J runs\n$/,
  );
  expect(loggedBy((logger) => logger.warn('SANDBOX MONEY', 'Start'), true)).toContain('\u001b[31m');
});
