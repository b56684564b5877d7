import { environmentSchema } from '../../config/config.schema.js';
import { RetrySchedule } from './retry-schedule.js';

const { WEBHOOK_RETRY_SECONDS: pausesByDefault, WEBHOOK_TIMEOUT_MS: longestTryMs } = environmentSchema.parse(
  {},
);

it('tries ten times within 75 hours, where nothing else is configured', () => {
  const schedule = new RetrySchedule(pausesByDefault, longestTryMs);
  const given = Array.from({ length: 10 }, (_, tries) => schedule.pauseAfter(tries + 1, 0.5));
  expect(given).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined]);
  const hours = given.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 3600;
  expect(hours).toBeGreaterThan(72);
});

it('spreads a pause by a fifth either way', () => {
  const schedule = new RetrySchedule('100', 0);
  expect(schedule.pauseAfter(1, 0)).toBeCloseTo(80);
  expect(schedule.pauseAfter(1, 1)).toBeCloseTo(120);
});

it('leaves time for each try and the longest pauses, which is 91 hours where nothing else is configured', () => {
  const schedule = new RetrySchedule('100,200', 15_000);
  const pauses = [1, 2].map((tries) => schedule.pauseAfter(tries, 1) ?? 0);
  expect(schedule.longestSeconds).toBeCloseTo(pauses.reduce((sum, pause) => sum + pause, 3 * 15));
  expect(new RetrySchedule(pausesByDefault, longestTryMs).longestSeconds / 3600).toBeCloseTo(91, 0);
});
